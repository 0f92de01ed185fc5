import {mkdirSync, readdirSync, rmSync, statSync, truncateSync, utimesSync} from 'node:fs';
import path from 'node:path';
import type {ExecutionContext} from 'ava';
import {assertClean, assertNextRunIsGreen, makeFaultProject, type FaultProject} from './fault-project.ts';
import {onEach, started} from './grounds.ts';
import {keeperLogs, ourProcesses, snapshotNames} from './leftovers.ts';

/** How often a snapshot was built by a project's keepers. */
function builds({base}: FaultProject): number {
	return keeperLogs(base).split(' building the snapshot ').length - 1;
}

/** A project that has run once, so that its cache holds a snapshot. */
async function warmProject(t: ExecutionContext, ground: Parameters<typeof makeFaultProject>[1]): Promise<FaultProject> {
	const project = await makeFaultProject(t, ground);
	await assertNextRunIsGreen(t, project);
	return project;
}

/** Where an embedded snapshot lies. */
function snapshotFolder({base}: FaultProject): string {
	const root = path.join(base, 'cache/snapshots');
	return path.join(root, readdirSync(root).find(name => !name.startsWith('empty-'))!);
}

onEach(started, 'G24, G25: of two cold runs at once one builds the template, and both are green', async (t, ground) => {
	const project = await makeFaultProject(t, ground);
	const since = {fault: 'two cold runs at once', at: performance.now()};
	// Other numbers of workers are other configurations, so that each run has a keeper of its own.
	const runs = await Promise.all([project.start(), project.start({env: {DATAFLOW_TDD_WORKERS: '3'}})]);
	const ended = await Promise.all(runs.map(async run => run.ended));
	for (const {exitCode, output} of ended) {
		t.is(exitCode, 0, output);
	}

	since.at = performance.now();
	t.is(ended.filter(({output}) => output.includes('built the snapshot in')).length, 1);
	t.is(builds(project), 1);
	await assertClean(t, project, since);
	await assertNextRunIsGreen(t, project);
});

onEach(['container'], 'G26: a snapshot whose image was removed between two runs is built anew', async (t, ground) => {
	const project = await warmProject(t, ground);
	const since = {fault: 'snapshot image removed between runs', at: performance.now()};
	for (const name of snapshotNames(project.base)) {
		await project.engine!.remove(`/images/dataflow-tdd-snapshot:${name}?force=1`);
	}

	const {exitCode, output} = await project.run();
	t.is(exitCode, 0, output);
	t.regex(output, /built the snapshot in/);
	since.at = performance.now();
	await assertClean(t, project, since);
	t.is(builds(project), 2);
	await assertNextRunIsGreen(t, project);
	t.is(builds(project), 2);
});

onEach(['embedded'], 'G26: a snapshot of which a file was cut short between two runs is told and built anew', async (t, ground) => {
	const project = await warmProject(t, ground);
	const since = {fault: 'PGDATA cache truncated', at: performance.now()};
	truncateSync(path.join(snapshotFolder(project), 'data/base/1/1259'), 100);
	const {exitCode, output} = await project.run();
	t.is(exitCode, 0, output);
	t.regex(output, /the snapshot [\da-f]+-[\da-f]+ is damaged, and is not used/);
	t.regex(output, /built the snapshot in/);
	since.at = performance.now();
	await assertClean(t, project, since);
	t.is(builds(project), 2);
	await assertNextRunIsGreen(t, project);
	t.is(builds(project), 2);
});

onEach(['embedded'], 'G26: an empty cluster in the cache that was cut short is made anew', async (t, ground) => {
	const project = await warmProject(t, ground);
	const since = {fault: 'PGDATA cache truncated: the empty cluster', at: performance.now()};
	const root = path.join(project.base, 'cache/snapshots');
	truncateSync(path.join(root, readdirSync(root).find(name => name.startsWith('empty-'))!, 'data/base/1/1259'), 100);
	rmSync(snapshotFolder(project), {recursive: true});
	const {exitCode, output} = await project.run();
	t.is(exitCode, 0, output);
	since.at = performance.now();
	await assertClean(t, project, since);
});

onEach(started, 'a run goes on when its socket folder is removed, on another keeper, and both keepers end', async (t, ground) => {
	const project = await makeFaultProject(t, ground);
	const run = await project.start({waits: true});
	await run.hit();
	const since = {fault: 'socket folder removed in a run', at: performance.now()};
	rmSync(path.join(project.base, 'run'), {recursive: true});
	mkdirSync(path.join(project.base, 'run'));
	await run.go();
	const {exitCode, output} = await run.ended;
	t.is(exitCode, 0, output);
	await assertClean(t, project, since);
	await assertNextRunIsGreen(t, project);
});

onEach(started, 'a keeper that waits for the next run ends when its socket folder is removed', async (t, ground) => {
	const project = await makeFaultProject(t, ground);
	const {exitCode, output} = await project.run({DATAFLOW_TDD_LINGER_MS: '600000'});
	t.is(exitCode, 0, output);
	t.true(ourProcesses(project.base).length > 0, 'the keeper waits');
	const since = {fault: 'socket folder removed between runs', at: performance.now()};
	rmSync(path.join(project.base, 'run'), {recursive: true});
	mkdirSync(path.join(project.base, 'run'));
	await assertClean(t, project, since);
	t.regex(keeperLogs(project.base), /ending: its socket was removed/);
	await assertNextRunIsGreen(t, project);
});

const hourMs = 3_600_000;

/** Where the cache says when a snapshot was used last. */
function useMarks(project: FaultProject): string[] {
	return project.ground.name === 'container'
		? [...snapshotNames(project.base)].map(name => path.join(project.base, 'cache/container-snapshots', name))
		: [path.join(snapshotFolder(project), 'record.json')];
}

onEach(started, 'what a clock that was put back leaves: a snapshot last used in the future is used, and its mark is put right', async (t, ground) => {
	const project = await warmProject(t, ground);
	const since = {fault: 'clock jump: last use in the future', at: performance.now()};
	const future = new Date(Date.now() + 24 * hourMs);
	for (const mark of useMarks(project)) {
		utimesSync(mark, future, future);
	}

	const {exitCode, output} = await project.run();
	t.is(exitCode, 0, output);
	t.is(builds(project), 1);
	t.true(useMarks(project).every(mark => statSync(mark).mtimeMs <= Date.now()));
	await assertClean(t, project, since);
});

onEach(['embedded'], 'what a clock that was put back leaves: a dead builder\'s lock from the future holds a run up for seconds, not for an hour', async (t, ground) => {
	const project = await warmProject(t, ground);
	const snapshot = snapshotFolder(project);
	rmSync(snapshot, {recursive: true});
	const lock = path.join(project.base, 'cache/locks', `${path.basename(snapshot).split('-')[0]}.lock`);
	mkdirSync(lock);
	const future = new Date(Date.now() + hourMs);
	utimesSync(lock, future, future);
	const since = {fault: 'clock jump: a lock from the future', at: performance.now()};
	const {exitCode, output} = await project.run();
	t.is(exitCode, 0, output);
	t.is(builds(project), 2);
	since.at = performance.now();
	await assertClean(t, project, since);
});
