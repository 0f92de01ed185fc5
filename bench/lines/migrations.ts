import {ms, onEach, type Bench, type Line, type Measurement} from '../line.ts';
import type {BenchServer} from '../options.ts';
import {median, pairedRatio} from '../statistics.ts';
import {microSchema} from '../suites/micro.ts';
import {writeProject, type Project} from '../suites/project.ts';
import {runAva} from '../suites/run-ava.ts';

/** How many are many. */
const manyOf = ({isSmoke}: Bench): number => isSmoke ? 3 : 300;

const testFile = `import test from 'ava';
import {tddTestContext} from 'dataflow-tdd/ava';

test('the last migration was applied', tddTestContext, async (t, {connection}) => {
	t.is(await connection.fetchValue('select count(*)::int from item'), 1000);
});
`;

/** All of them end in the same schema: what is compared is their number. */
function migrations(count: number): string[] {
	const further = Array.from({length: count - 1}, (_, index) => index % 2 === 0 ? 'alter table item add column note text;' : 'alter table item drop column note;');
	return [microSchema, ...further];
}

async function create({workspace}: Bench, server: BenchServer, count: number): Promise<Project> {
	const project = await writeProject(workspace, {name: `migrations-${count}-${server}`, files: 1, testFile, harness: {server, schemas: migrations(count)}});
	await workspace.keepers.prepare(project.config!);
	await workspace.keepers.stop(project.config!);
	return project;
}

async function measure(bench: Bench, server: BenchServer): Promise<Measurement[]> {
	const {workspace, runs} = bench;
	const many = manyOf(bench);
	const projects = {one: await create(bench, server, 1), many: await create(bench, server, many)};
	const samples = {one: [] as number[], many: [] as number[]};
	for (let round = -1; round < runs; round++) {
		for (const name of ['one', 'many'] as const) {
			const taken = await runAva(projects[name], {testsPerFile: 1});
			await workspace.keepers.stop(projects[name].config!);
			if (round >= 0) {
				samples[name].push(taken);
			}
		}
	}

	return [{
		what: `start-up with ${many} migrations`, figure: ms(median(samples.many)), peer: {...ms(median(samples.one)), name: 'with 1 migration'}, ratio: pairedRatio(samples.many, samples.one),
		target: {limit: 1.15, of: 'ratio'}, note: 'one test, keeper and server to start, snapshot there; \'about equal\' is taken as 1.15x', details: {manyMs: samples.many, oneMs: samples.one},
	}];
}

/** Whether the start of a run depends on how many migrations the schema is made of. */
export const migrationsLine: Line = {
	name: 'migrations',
	about: 'start-up with 300 migrations, against 1',
	run: async bench => onEach(bench, async server => measure(bench, server)),
};
