import process from 'node:process';
import {assertClean, assertNextRunIsGreen, makeFaultProject, untilServersAreGone} from './fault-project.ts';
import {all, onEach, started} from './grounds.ts';

onEach(all, 'G22: SIGKILL of AVA\'s main process leaves nothing', async (t, ground) => {
	const project = await makeFaultProject(t, ground);
	const run = await project.start({waits: true});
	await run.hit();
	const since = {fault: 'SIGKILL of AVA\'s main process', at: performance.now()};
	process.kill(run.pid, 'SIGKILL');
	t.is((await run.ended).signal, 'SIGKILL');
	await assertClean(t, project, since);
	await assertNextRunIsGreen(t, project);
});

onEach(all, 'G22: SIGKILL of a test worker that is a process fails its file by name and leaves nothing', async (t, ground) => {
	const project = await makeFaultProject(t, ground);
	// AVA's workers are threads of its main process unless `workerThreads` is false: a thread cannot be killed by itself.
	const run = await project.start({waits: true, env: {FAULTS_WORKERS: 'processes'}});
	const hit = await run.hit();
	t.not(hit.process, run.pid);
	const since = {fault: 'SIGKILL of a test worker', at: performance.now()};
	process.kill(hit.process, 'SIGKILL');
	const {exitCode, output} = await run.ended;
	t.is(exitCode, 1, output);
	t.regex(output, /a-hit\.test\.ts exited due to SIGKILL/);
	t.regex(output, /✔ b-later › second/);
	await assertClean(t, project, since);
	await assertNextRunIsGreen(t, project);
});

onEach(started, 'G22: SIGKILL of the keeper fails the test under way by name, the others run on a new server, and nothing is left', async (t, ground) => {
	const project = await makeFaultProject(t, ground);
	const run = await project.start({waits: true});
	await run.hit();
	const since = {fault: 'SIGKILL of the keeper', at: performance.now()};
	process.kill(await project.keeper(), 'SIGKILL');
	await untilServersAreGone(project);
	await run.go();
	const {exitCode, output} = await run.ended;
	t.is(exitCode, 1, output);
	t.regex(output, /✘ \[fail\]: a-hit › is hit/);
	t.regex(output, /ERR_CONTEXT_CONNECTION[^]*The connection of this test ended/);
	t.regex(output, /1 test failed/);
	t.regex(output, /✔ a-hit › long after[^]*✔ b-later › second/);
	await assertClean(t, project, since);
	await assertNextRunIsGreen(t, project);
});

onEach(['external'], 'G22: SIGKILL of the keeper of a server that stays disturbs no test, and its databases are dropped', async (t, ground) => {
	const project = await makeFaultProject(t, ground);
	const run = await project.start({waits: true});
	await run.hit();
	const since = {fault: 'SIGKILL of the keeper', at: performance.now()};
	process.kill(await project.keeper(), 'SIGKILL');
	await run.go();
	const {exitCode, output} = await run.ended;
	t.is(exitCode, 0, output);
	await assertClean(t, project, since);
	await assertNextRunIsGreen(t, project);
});

onEach(all, 'G25: SIGKILL of the keeper while it builds a snapshot fails the run by name, and nothing half-built is left', async (t, ground) => {
	const project = await makeFaultProject(t, ground);
	await project.write('schemas/002_slow.sql', 'select pg_sleep(600);');
	const run = await project.start();
	await run.wrote(/applying schemas\/002_slow\.sql/);
	const since = {fault: 'SIGKILL of the keeper while it builds', at: performance.now()};
	process.kill(await project.keeper(), 'SIGKILL');
	const {exitCode, output} = await run.ended;
	t.is(exitCode, 1, output);
	t.regex(output, /ERR_KEEPER_LOST: The connection to the keeper ended in the middle of a call/);
	await assertClean(t, project, since);
	await project.write('schemas/002_slow.sql', 'select 1;');
	await assertNextRunIsGreen(t, project);
});
