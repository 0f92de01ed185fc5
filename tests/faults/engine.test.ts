import {rmSync} from 'node:fs';
import process from 'node:process';
import test from 'ava';
import {assertClean, assertNextRunIsGreen, makeFaultProject, type Ground} from './fault-project.ts';
import {processesOf} from './engine.ts';
import {reasonToSkip} from './grounds.ts';
import {ourContainers} from './leftovers.ts';
import {reasonForNoEngine, startOwnEngine, type OwnEngine} from './own-engine.ts';
import {fillUp} from './small-disk.ts';

const reason = reasonToSkip('container') ?? reasonForNoEngine();
const onOwnEngine = reason === undefined ? test.serial : test.serial.skip;
const teardowns: Array<() => unknown> = [];
let engine: OwnEngine;
let ground: Ground;

if (reason !== undefined) {
	console.log(`skipped: faults of a container engine of our own: ${reason}`);
}

test.before(async () => {
	if (reason === undefined) {
		engine = await startOwnEngine({teardown: undo => teardowns.unshift(undo)}, process.env['DATAFLOW_TDD_IMAGE'] ?? 'postgres:17');
		ground = {name: 'container', server: 'container', engine, isEngineOurs: true};
	}
});

test.after.always(async () => {
	for (const undo of teardowns) {
		await undo();
	}
});

onOwnEngine('G21: when the engine is stopped in mid-run, each test that is left fails once by name, and the next run is green when it is back', async t => {
	const project = await makeFaultProject(t, ground);
	const run = await project.start({waits: true});
	await run.hit();
	const since = {fault: 'engine stopped in mid-run', at: performance.now()};
	await engine.stop();
	await run.go();
	const {exitCode, output} = await run.ended;
	t.is(exitCode, 1, output);
	t.regex(output, /a-hit › is hit[^]*ERR_CONTEXT_CONNECTION/);
	t.regex(output, /a-hit › after\n[^]*\[ERR_SERVER_ENGINE\]: No Docker engine answers/);
	t.regex(output, /5 tests failed/);
	await engine.start();
	await assertClean(t, project, since);
	await assertNextRunIsGreen(t, project);
});

onOwnEngine('G30: when a container\'s memory and the engine\'s disk are full while cloning, the test that asked fails by name, with advice, and the next run is green', async t => {
	const project = await makeFaultProject(t, ground, 'disk');
	const run = await project.start({waits: true, env: {DATAFLOW_TDD_WORKERS: '1'}});
	await run.hit();
	const ballast = fillUp(engine.disk, 20_000_000);
	// Clones lie in the container's own memory while that has room, so it is filled, too, through the root folder of a process there.
	for (const {Id} of await ourContainers(project)) {
		const [pid] = await processesOf(engine, Id);
		fillUp(`/proc/${pid}/root/dev/shm`, 10_000_000);
	}

	const since = {fault: 'engine\'s disk full while cloning', at: performance.now()};
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
