import {rmSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {assertClean, assertNextRunIsGreen, makeFaultProject} from './fault-project.ts';
import {onEach} from './grounds.ts';
import {fillUp, mountSmall} from './small-disk.ts';

if (process.getuid?.() === 0) {
	onEach(['embedded'], 'G30: a disk that is full while cloning fails the test that asked by name, with advice, and the next run is green', async (t, ground) => {
		const project = await makeFaultProject(t, ground, 'disk');
		const data = path.join(project.base, 'data');
		mountSmall(t, data, '400m');
		const run = await project.start({waits: true, env: {DATAFLOW_TDD_WORKERS: '1'}});
		await run.hit();
		const ballast = fillUp(data, 20_000_000);
		const since = {fault: 'small tmpfs full while cloning', at: performance.now()};
		await run.go();
		const {exitCode, output} = await run.ended;
		rmSync(ballast);
		t.is(exitCode, 1, output);
		t.regex(output, /✘ \[fail\]: b-clone › wants a clone/);
		t.regex(output, /\[ERR_SERVER_DISK\]: The server's disk is full: could not [^]*Free some space with `dataflow-tdd prune`/);
		t.regex(output, /✔ b-clone › needs none[^]*1 test failed/);
		await assertClean(t, project, since);
		await assertNextRunIsGreen(t, project);
	});
} else {
	console.log('skipped: a full disk (embedded): only root can mount a small file system');
	test.skip('G30: a disk that is full while cloning (embedded)', () => {});
}
