import {ms, type Bench, type Line, type Measurement} from '../line.ts';
import type {BenchServer} from '../options.ts';
import {avaPostgres, containerPerFile, containerSnapshots, handwritten, NotHere, peersHome, pglite, pgsqlTest, type Contestant, type Grounds} from '../peers/contestants.ts';
import {median, pairedRatio} from '../statistics.ts';
import {emptyProject, harnessProject, withoutChinook} from '../suites/chinook.ts';
import {runFirstEver} from '../suites/first-ever.ts';
import {startGivenServer} from '../suites/given-server.ts';
import type {Project} from '../suites/project.ts';
import {runAva} from '../suites/run-ava.ts';

const firstEverRounds = 2;

/** One row of the table: how to run it once, and what the runs took. */
interface Entry {
	readonly name: string;
	readonly setUp: string;
	readonly server: BenchServer | undefined;
	readonly rounds: number;
	readonly run: () => Promise<number>;
	readonly samples: number[];
	/** Why it is not measured, or not further. */
	failure?: string;
	/** It is known why it cannot run on this machine. */
	readonly isSkipped?: boolean;
}

interface Own {
	readonly project: Project;
	readonly warm: Entry;
	readonly starting: Entry;
}

function entry(server: BenchServer | undefined, {name, setUp, rounds = Number.POSITIVE_INFINITY}: Pick<Contestant, 'name' | 'setUp' | 'rounds'>, run: () => Promise<number>): Entry {
	return {name, setUp, server, rounds, run, samples: []};
}

/** What cannot be made is told in its row, and the others are measured. */
async function attempt(server: BenchServer | undefined, name: string, make: () => Promise<Contestant>, testsPerFile: number): Promise<Entry> {
	try {
		const contestant = await make();
		return entry(server, contestant, async () => {
			try {
				return await runAva(contestant.project, {testsPerFile});
			} finally {
				await contestant.tidy?.();
			}
		});
	} catch (error) {
		return {...entry(server, {name, setUp: ''}, async () => 0), failure: (error as Error).message, isSkipped: error instanceof NotHere};
	}
}

async function own(bench: Bench, server: BenchServer, {files, testsPerFile, script}: {files: number; testsPerFile: number; script: string}): Promise<Own> {
	const project = await harnessProject(bench, server, {name: 'peers', files, script});
	await runAva(project, {testsPerFile});
	const run = async (): Promise<number> => runAva(project, {testsPerFile});
	return {
		project,
		warm: entry(server, {name: 'dataflow-tdd', setUp: 'warm: its servers are up from the run before; rollback per test'}, run),
		starting: entry(server, {name: 'dataflow-tdd, servers to start', setUp: 'nothing runs; servers start from the snapshot'}, async () => {
			await bench.workspace.keepers.stop(project.config!);
			return run();
		}),
	};
}

async function onServer(grounds: Grounds, server: BenchServer, testsPerFile: number): Promise<{readonly mine: Own; readonly entries: Entry[]}> {
	const {bench, files, script} = grounds;
	const mine = await own(bench, server, {files, testsPerFile, script});
	const given = await startGivenServer({workspace: bench.workspace, kind: server, script});
	bench.workspace.onRemove(async () => given.stop());
	const entries = [
		mine.warm, mine.starting,
		await attempt(server, 'hand-written', async () => handwritten(grounds, server, given), testsPerFile),
		await attempt(server, 'pgsql-test', async () => pgsqlTest(grounds, server, given), testsPerFile),
	];
	if (server === 'container') {
		entries.push(
			await attempt(server, 'ava-postgres', async () => avaPostgres(grounds), testsPerFile),
			await attempt(server, '@testcontainers/postgresql, restoreSnapshot()', async () => containerSnapshots(grounds), testsPerFile),
			await attempt(server, '@testcontainers/postgresql, BEGIN and ROLLBACK', async () => containerPerFile(grounds), testsPerFile),
		);
	}

	return {mine, entries};
}

/** Each round runs all of them that have rounds left, one after the other, empty tests first. */
async function sample({runs, say}: Bench, runEmpty: () => Promise<number>, entries: readonly Entry[]): Promise<number[]> {
	const empty: number[] = [];
	for (let round = 0; round < runs; round++) {
		empty.push(await runEmpty());
		for (const entry of entries.filter(({rounds, failure}) => round < rounds && failure === undefined)) {
			say(`round ${round + 1} of ${runs}: ${entry.name}${entry.server ? ` (${entry.server})` : ''}`);
			try {
				entry.samples.push(await entry.run());
			} catch (error) {
				entry.failure = (error as Error).message;
				say(entry.failure);
			}
		}
	}

	return empty;
}

/** What is taken of a row in the first rounds is compared with the same rounds of others. */
function toMeasurement({name, setUp, server, samples, failure}: Entry, empty: readonly number[], mine: Own | undefined): Measurement {
	const what = `peers: ${name}`;
	if (samples.length === 0) {
		return {what, ...server && {server}, note: `not measured: ${failure ?? 'no round was left for it'}`};
	}

	const to = (others: readonly number[] | undefined): number | undefined => others && others.length > 0 ? pairedRatio(samples.slice(0, others.length), others.slice(0, samples.length)) : undefined;
	const [toWarm, toStarting] = [to(mine?.warm.samples), to(mine?.starting.samples)];
	return {
		what, ...server && {server}, figure: ms(median(samples)), peer: {...ms(median(empty)), name: 'empty tests'}, ratio: to(empty)!,
		note: failure === undefined ? setUp : `${setUp}; then it failed: ${failure}`,
		details: {samplesMs: samples, ...toWarm !== undefined && {toWarm}, ...toStarting !== undefined && {toStarting}},
	};
}

async function measure(bench: Bench, script: string): Promise<Measurement[]> {
	const [files, testsPerFile] = bench.isSmoke ? [2, 2] : [10, 20];
	const grounds: Grounds = {bench, name: 'peers', files, script, home: await peersHome(bench)};
	const empty = await emptyProject(bench, {name: 'peers', files});
	const groups: Array<Awaited<ReturnType<typeof onServer>>> = [];
	for (const server of bench.servers) {
		groups.push(await onServer(grounds, server, testsPerFile));
	}

	const entries = groups.flatMap(({entries}) => entries);
	// Once is enough to see that it works.
	if (!bench.isSmoke || bench.servers.includes('embedded')) {
		entries.push(await attempt(undefined, 'PGlite', async () => pglite(grounds), testsPerFile));
	}

	const emptyMs = await sample(bench, async () => runAva(empty, {testsPerFile}), entries);
	const firsts = groups.map(({mine}) => entry(mine.warm.server, {name: 'dataflow-tdd, first ever', setUp: 'no snapshot, empty cluster or bundle', rounds: firstEverRounds}, async () => runFirstEver(bench.workspace, mine.project, {testsPerFile})));
	await sample({...bench, runs: Math.min(bench.runs, firstEverRounds)}, async () => 0, firsts);
	const broken = [...entries, ...firsts].find(({failure, isSkipped = false}) => failure !== undefined && !isSkipped);
	if (bench.isSmoke && broken) {
		throw new Error(`${broken.name} does not work: ${broken.failure}`);
	}

	return [...entries, ...firsts].map(entry => toMeasurement(entry, emptyMs, groups.find(({mine}) => mine.warm.server === (entry.server ?? 'embedded'))?.mine));
}

/** The suite over Chinook with what a user could have picked instead. */
export const peersLine: Line = {
	name: 'peers',
	about: '200 tests in 10 files over Chinook with ava-postgres, testcontainers, PGlite, pgsql-test and by hand',
	async run(bench) {
		const {chinook} = bench.available;
		return chinook === undefined ? withoutChinook('peers') : measure(bench, chinook);
	},
};
