import test from 'ava';
import {outcomes, withProject, type Project} from '../helpers/run-ava.ts';

async function jobsOf(project: Project, env: Readonly<Record<string, string>>): Promise<string[][]> {
	const jobs: string[][] = [];
	for (const index of ['0', '1', '2']) {
		const run = await project.run({args: ['--tap'], env: {CI: 'true', CI_NODE_INDEX: index, CI_NODE_TOTAL: '3', ...env}});
		jobs.push(Object.keys(outcomes(run)).map(title => title.split(' ')[0]!).toSorted());
	}

	return jobs;
}

test('of three jobs that divide the files, each runs its own, and none is lost', async t => {
	t.timeout(110_000);
	const project = await withProject(t, 'shards');
	t.deepEqual(await jobsOf(project, {}), [['a', 'b', 'c'], ['d', 'e'], ['f', 'g']]);
});

test('that holds when each job shuffles at random', async t => {
	t.timeout(110_000);
	const project = await withProject(t, 'shards');
	t.deepEqual(await jobsOf(project, {DATAFLOW_TDD_SHUFFLE: 'random'}), [['a', 'b', 'c'], ['d', 'e'], ['f', 'g']]);
});
