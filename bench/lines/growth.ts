import type {Bench, Line, Measurement} from '../line.ts';
import {onEach} from '../line.ts';
import {series, takeCurve, type Runner} from '../curves.ts';
import type {BenchServer} from '../options.ts';
import {avaPostgres, handwritten, peersHome, pglite, type Contestant, type Grounds} from '../peers/contestants.ts';
import {emptyProject, harnessProject, withoutChinook} from '../suites/chinook.ts';
import {runFirstEver} from '../suites/first-ever.ts';
import {startGivenServer} from '../suites/given-server.ts';
import {clonedByHand, growingProject, migratedByHand, migrations, tables, writeScript} from '../suites/growing.ts';
import type {Project} from '../suites/project.ts';
import {runAva, type RunOptions} from '../suites/run-ava.ts';

type Later = (stop: () => Promise<unknown>) => void;

/** How many tests a file has where files are what grows, and where neither does. */
const testsInFile = 4;
/** Peers that take long are taken once, at a few sizes. */
const peerRounds = 1;

const runner = (name: string, project: Project, options: RunOptions): Runner => ({series: name, run: async () => runAva(project, options)});

function contestantRunner({name, project, tidy}: Contestant, options: RunOptions, rounds?: number): Runner {
	return {series: name, ...rounds !== undefined && {rounds}, run: async () => {
		try {
			return await runAva(project, options);
		} finally {
			await tidy?.();
		}
	}};
}

/** Harness, empty tests and hand-written tests over Chinook. The harness has run once: its servers are up. */
async function overChinook(grounds: Grounds, {server, later, options}: {server: BenchServer; later: Later; options: RunOptions}): Promise<Runner[]> {
	const {bench, name, files, script} = grounds;
	const harness = await harnessProject(bench, server, {name, files, script, workers: options.concurrency});
	const given = await startGivenServer({workspace: bench.workspace, kind: server, script});
	later(async () => given.stop());
	later(async () => bench.workspace.keepers.stop(harness.config!));
	await runAva(harness, options);
	return [
		runner(series.empty, await emptyProject(bench, {name: `${name}-${server}`, files}), options),
		runner(series.warm, harness, options),
		contestantRunner(await handwritten(grounds, server, given), options),
	];
}

/** The peers that run in the same place as the servers of a kind. */
async function peers(grounds: Grounds, server: BenchServer, options: RunOptions): Promise<Runner[]> {
	const contestant = await (server === 'embedded' ? pglite(grounds) : avaPostgres(grounds));
	return [contestantRunner(contestant, options, peerRounds)];
}

/** What a curve over Chinook consists of at one size. */
interface Size {
	readonly files: number;
	readonly options: RunOptions;
	readonly withPeers: boolean;
}

async function chinookCurve(bench: Bench, {unit, sizes, toSize}: {unit: string; sizes: readonly number[]; toSize: (size: number) => Size}): Promise<readonly Measurement[]> {
	const script = bench.available.chinook;
	if (script === undefined) {
		return withoutChinook(`growth: ${unit}`);
	}

	const home = await peersHome(bench);
	return onEach(bench, async server => [await takeCurve(bench, {server, unit, sizes, async runners(size, later) {
		const {files, options, withPeers} = toSize(size);
		const grounds: Grounds = {bench, name: `growth-${unit}-${size}`, files, script, home};
		return [...await overChinook(grounds, {server, later, options}), ...withPeers ? await peers(grounds, server, options) : []];
	}}, [series.warm, series.byHand])]);
}

const testsLine: Line = {
	name: 'growth-tests',
	about: '50 to 2,000 tests in 10 files over Chinook',
	isLong: true,
	run: async bench => chinookCurve(bench, {unit: 'tests', sizes: [50, 100, 200, 500, 1000, 2000], toSize: tests => ({files: 10, options: {testsPerFile: tests / 10}, withPeers: [50, 200, 500].includes(tests)})}),
};

const filesLine: Line = {
	name: 'growth-files',
	about: '5 to 100 files of 4 tests over Chinook',
	isLong: true,
	run: async bench => chinookCurve(bench, {unit: 'files', sizes: [5, 10, 20, 50, 100], toSize: files => ({files, options: {testsPerFile: testsInFile}, withPeers: files <= 20})}),
};

const workersLine: Line = {
	name: 'growth-workers',
	about: '1 to 4 workers, with 240 tests in 12 files over Chinook',
	isLong: true,
	run: async bench => chinookCurve(bench, {unit: 'workers', sizes: [1, 2, 3, 4], toSize: concurrency => ({files: 12, options: {testsPerFile: 20, concurrency}, withPeers: false})}),
};

/** With its servers up, and with its servers to start. */
function ownRunners({workspace}: Bench, project: Project, options: RunOptions): Runner[] {
	return [
		runner(series.warm, project, options),
		{series: series.starting, async run() {
			await workspace.keepers.stop(project.config!);
			return runAva(project, options);
		}},
	];
}

/** Once, in a project of its own: a snapshot is removed for it. */
function firstEver({workspace}: Bench, project: Project, options: RunOptions): Runner {
	return {series: series.first, rounds: 1, run: async () => runFirstEver(workspace, project, options)};
}

const tablesLine: Line = {
	name: 'growth-tables',
	about: '10 to 500 tables, with 40 tests in 10 files',
	isLong: true,
	run: async bench => onEach(bench, async server => [await takeCurve(bench, {server, unit: 'tables', sizes: [10, 50, 100, 200, 500], async runners(size, later) {
		const schema = tables(size);
		const shape = {name: `growth-tables-${size}`, files: 10, schemas: [schema]};
		const options = {testsPerFile: testsInFile};
		const project = await growingProject(bench, server, shape);
		const first = await growingProject(bench, server, {...shape, name: `${shape.name}-first`, schemas: [`${schema}\n-- alone`]});
		const given = await startGivenServer({workspace: bench.workspace, kind: server, script: writeScript(bench, shape.name, schema)});
		later(async () => given.stop());
		later(async () => bench.workspace.keepers.stop(project.config!));
		await runAva(project, options);
		const byHand = await clonedByHand(bench, given, {...shape, name: `${shape.name}-${server}`});
		return [
			runner(series.empty, await emptyProject(bench, {name: `${shape.name}-${server}`, files: shape.files}), options),
			...ownRunners(bench, project, options),
			contestantRunner({name: series.byHand, setUp: '', project: byHand, tidy: async () => given.dropClones()}, options),
			firstEver(bench, first, options),
		];
	}}, [series.warm, series.byHand])]),
};

const migrationsLine: Line = {
	name: 'growth-migrations',
	about: '1 to 300 migrations, with 4 tests in 1 file',
	isLong: true,
	run: async bench => onEach(bench, async server => [await takeCurve(bench, {server, unit: 'migrations', sizes: [1, 10, 50, 100, 300], async runners(size, later) {
		const shape = {name: `growth-migrations-${size}`, files: 1, schemas: migrations(size)};
		const options = {testsPerFile: testsInFile};
		const project = await growingProject(bench, server, shape);
		const first = await growingProject(bench, server, {...shape, name: `${shape.name}-first`, schemas: [...shape.schemas.slice(0, -1), `${shape.schemas.at(-1)}\n-- alone`]});
		const given = await startGivenServer({workspace: bench.workspace, kind: server, script: writeScript(bench, shape.name, 'select 1')});
		later(async () => given.stop());
		later(async () => bench.workspace.keepers.stop(project.config!));
		await runAva(project, options);
		const byHand = await migratedByHand(bench, given, {...shape, name: `${shape.name}-${server}`});
		return [
			runner(series.empty, await emptyProject(bench, {name: `${shape.name}-${server}`, files: shape.files}), options),
			...ownRunners(bench, project, options),
			contestantRunner({name: series.migrating, setUp: '', project: byHand, tidy: async () => given.dropClones()}, options),
			firstEver(bench, first, options),
		];
	}}, [series.starting, series.migrating])]),
};

/** How the cost grows, for plots. */
export const growthLines: readonly Line[] = [testsLine, filesLine, tablesLine, migrationsLine, workersLine];
