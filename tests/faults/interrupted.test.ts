import {setTimeout as delay} from 'node:timers/promises';
import {assertClean, assertNextRunIsGreen, makeFaultProject} from './fault-project.ts';
import {all, onEach, started} from './grounds.ts';

onEach(all, 'G23: Ctrl-C ends the run with its report, and everything is stopped', async (t, ground) => {
	const project = await makeFaultProject(t, ground);
	const run = await project.start({waits: true});
	await run.hit();
	const since = {fault: 'Ctrl-C', at: performance.now()};
	run.signal('SIGINT');
	const {exitCode, output} = await run.ended;
	t.is(exitCode, 1, output);
	t.regex(output, /Exiting due to SIGINT/);
	t.regex(output, /is hit/, 'the report names the test that was under way');
	await assertClean(t, project, since);
	await assertNextRunIsGreen(t, project);
});

onEach(started, 'G23: Ctrl-C twice ends the run as once does', async (t, ground) => {
	const project = await makeFaultProject(t, ground);
	const run = await project.start({waits: true});
	await run.hit();
	const since = {fault: 'Ctrl-C twice', at: performance.now()};
	run.signal('SIGINT');
	try {
		await delay(20);
		run.signal('SIGINT');
	} catch {
		t.log('the first one had ended the run within 20 ms');
	}

	const {exitCode, signal, output} = await run.ended;
	t.true(exitCode === 1 || signal === 'SIGINT', output);
	await assertClean(t, project, since);
	await assertNextRunIsGreen(t, project);
});

onEach(all, 'G23: Ctrl-C while the snapshot is built stops the build', async (t, ground) => {
	const project = await makeFaultProject(t, ground);
	await project.write('schemas/002_slow.sql', 'select pg_sleep(600);');
	const run = await project.start();
	await run.wrote(/applying schemas\/002_slow\.sql/);
	const since = {fault: 'Ctrl-C while a snapshot is built', at: performance.now()};
	run.signal('SIGINT');
	const {exitCode, signal, output} = await run.ended;
	t.true(exitCode === 1 || signal === 'SIGINT', output);
	await assertClean(t, project, since);
	await project.write('schemas/002_slow.sql', 'select 1;');
	await assertNextRunIsGreen(t, project);
});

for (const workers of ['threads', 'processes'] as const) {
	onEach(workers === 'threads' ? started : ['embedded'], `G23: process.exit in a test, with workers that are ${workers}, is told by its line, fails the run and leaves nothing`, async (t, ground) => {
		const project = await makeFaultProject(t, ground);
		const run = await project.start({waits: true, env: {FAULTS_WORKERS: workers}});
		t.is((await run.hit()).process === run.pid, workers === 'threads');
		const since = {fault: `process.exit in a test, workers are ${workers}`, at: performance.now()};
		await run.go('exit');
		const {exitCode, output} = await run.ended;
		t.is(exitCode, 1, output);
		t.regex(output, /Exiting due to process\.exit\(\)[^]*a-hit\.test\.ts:\d+/);
		t.regex(output, /✔ b-later › second/);
		await assertClean(t, project, since);
		await assertNextRunIsGreen(t, project);
	});
}
