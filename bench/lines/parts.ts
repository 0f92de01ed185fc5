import {ms, onEach, type Bench, type Line, type Measurement} from '../line.ts';
import type {BenchServer} from '../options.ts';
import {median, pairedRatio} from '../statistics.ts';
import {emptyProject, harnessProject, handwrittenProject, withoutChinook} from '../suites/chinook.ts';
import {startGivenServer} from '../suites/given-server.ts';
import {runAva, type RunOptions} from '../suites/run-ava.ts';
import {handwrittenKyselyFile, harnessSqlFile} from '../suites/test-files.ts';

interface Variant {
	readonly what: string;
	readonly note?: string;
	readonly run: () => Promise<number>;
	readonly samples: number[];
}

/** What the suite is made of: the same tests with one thing less, or one thing more. */
async function makeVariants(bench: Bench, server: BenchServer, script: string): Promise<{readonly variants: readonly Variant[]; readonly stop: () => Promise<void>}> {
	const options = bench.isSmoke ? {files: 2, testsPerFile: 2} : {files: 10, testsPerFile: 20};
	const {files} = options;
	const given = await startGivenServer({workspace: bench.workspace, kind: server, script});
	const harness = await harnessProject(bench, server, {name: 'parts', files, script});
	const sql = await harnessProject(bench, server, {name: 'parts-sql', files, script, testFile: harnessSqlFile});
	const byHand = await handwrittenProject(bench, server, {given, files, name: 'parts'});
	const byHandKysely = await handwrittenProject(bench, server, {given, files, name: 'parts-kysely', testFile: handwrittenKyselyFile});
	const empty = await emptyProject(bench, {name: `parts-${server}`, files});
	const variant = (what: string, project: typeof harness, env: RunOptions['env'] = {}): Variant => ({what, samples: [], run: async () => runAva(project, {...options, env})});
	await runAva(harness, options);
	await runAva(sql, options);
	return {
		variants: [
			variant('empty tests', empty), variant('hand-written, SQL', byHand), variant('hand-written, Kysely', byHandKysely),
			variant('dataflow-tdd, SQL', sql), variant('dataflow-tdd, Kysely', harness),
			variant('dataflow-tdd, Kysely, monitor off', harness, {DATAFLOW_TDD_MONITOR: 'off'}),
		],
		async stop() {
			await given.stop();
			await bench.workspace.keepers.stop(harness.config!);
			await bench.workspace.keepers.stop(sql.config!);
		},
	};
}

async function measure(bench: Bench, server: BenchServer, script: string): Promise<Measurement[]> {
	const {variants, stop} = await makeVariants(bench, server, script);
	try {
		for (let round = 0; round < bench.runs; round++) {
			bench.say(`round ${round + 1} of ${bench.runs}`);
			for (const {run, samples} of variants) {
				samples.push(await run());
			}
		}
	} finally {
		await stop();
	}

	const [empty] = variants;
	const floor = {...ms(median(empty!.samples)), name: '200 empty tests'};
	return variants.slice(1).map(({what, samples}) => ({what: `parts: ${what}`, figure: ms(median(samples)), peer: floor, ratio: pairedRatio(samples, empty!.samples), details: {samples}}));
}

/** Where the time of the suite goes that is not AVA's. */
export const partsLine: Line = {
	name: 'parts',
	about: 'the suite with and without Kysely, by hand and with the harness, measured and not',
	isLong: true,
	async run(bench) {
		const {chinook} = bench.available;
		return chinook === undefined ? withoutChinook('parts') : onEach(bench, async server => measure(bench, server, chinook));
	},
};
