import {ms, onEach, type Bench, type Line, type Measurement} from '../line.ts';
import type {BenchServer} from '../options.ts';
import {median, pairedRatio} from '../statistics.ts';
import {emptyProject, handwrittenProject, harnessProject, withoutChinook} from '../suites/chinook.ts';
import {runFirstEver} from '../suites/first-ever.ts';
import {startGivenServer, type GivenServer} from '../suites/given-server.ts';
import type {Project} from '../suites/project.ts';
import {runAva} from '../suites/run-ava.ts';

const shape = ({isSmoke}: Bench): {files: number; testsPerFile: number} => isSmoke ? {files: 2, testsPerFile: 2} : {files: 10, testsPerFile: 20};
const firstEverRuns = 3;

interface Samples {
	readonly empty: number[];
	readonly warm: number[];
	readonly cold: number[];
	readonly handwritten: number[];
}

interface Contestants {
	readonly empty: Project;
	readonly harness: Project;
	readonly handwritten: Project;
	readonly given: GivenServer;
}

/** Each round runs all of them, one after the other. */
async function sample(bench: Bench, {empty, harness, handwritten, given}: Contestants): Promise<Samples> {
	const {workspace, runs, say} = bench;
	const samples: Samples = {empty: [], warm: [], cold: [], handwritten: []};
	const run = async (project: Project): Promise<number> => runAva(project, shape(bench));
	await run(harness);
	for (let round = 0; round < runs; round++) {
		say(`round ${round + 1} of ${runs}`);
		samples.empty.push(await run(empty));
		samples.warm.push(await run(harness));
		samples.handwritten.push(await run(handwritten));
		await given.dropClones();
		await workspace.keepers.stop(harness.config!);
		samples.cold.push(await run(harness));
	}

	return samples;
}

async function sampleFirstEver(bench: Bench, project: Project): Promise<number[]> {
	const {workspace, runs, say} = bench;
	const samples: number[] = [];
	for (let round = 0; round < Math.min(runs, firstEverRuns); round++) {
		say(`first ever, round ${round + 1}`);
		samples.push(await runFirstEver(workspace, project, shape(bench)));
	}

	return samples;
}

async function measure(bench: Bench, server: BenchServer, script: string): Promise<Measurement[]> {
	const {workspace} = bench;
	const {files} = shape(bench);
	const harness = await harnessProject(bench, server, {name: 'suite', files, script});
	const empty = await emptyProject(bench, {name: `suite-beside-${server}`, files});
	const given = await startGivenServer({workspace, kind: server, script});
	workspace.onRemove(async () => given.stop());
	const handwritten = await handwrittenProject(bench, server, {given, files});
	const samples = await sample(bench, {empty, harness, handwritten, given});
	const firstEver = await sampleFirstEver(bench, harness);
	const floor = {...ms(median(samples.empty)), name: '200 empty tests'};
	const toFloor = (key: keyof Samples): number => pairedRatio(samples[key], samples.empty);
	const details = {emptyMs: samples.empty, warmMs: samples.warm, coldMs: samples.cold, handwrittenMs: samples.handwritten, firstEverMs: firstEver};
	return [
		{what: '200 tests, 10 files: warm', figure: ms(median(samples.warm)), peer: floor, ratio: toFloor('warm'), target: {limit: 1.4, of: 'ratio'}, details},
		{what: '200 tests, 10 files: servers to start', figure: ms(median(samples.cold)), peer: floor, ratio: toFloor('cold'), target: {limit: 2, of: 'ratio'}},
		{what: '200 tests, 10 files: first ever', figure: ms(median(firstEver)), peer: floor, ratio: median(firstEver) / floor.value, note: 'no snapshot, empty cluster or bundle; image or binaries are here'},
		{
			what: '200 tests, 10 files: warm, to hand-written', figure: ms(median(samples.warm)),
			peer: {...ms(median(samples.handwritten)), name: 'hand-written best practice'}, ratio: pairedRatio(samples.warm, samples.handwritten),
			note: `hand-written: ${toFloor('handwritten').toFixed(2)}x of the empty tests, its server and template given`,
		},
	];
}

/** The whole of it: AVA on 200 tests over Chinook. */
export const suiteLine: Line = {
	name: 'suite',
	about: '200 tests in 10 files over Chinook, against empty tests and hand-written ones',
	async run(bench) {
		const {chinook} = bench.available;
		if (chinook === undefined) {
			return withoutChinook('200 tests, 10 files');
		}

		return onEach(bench, async server => measure(bench, server, chinook));
	},
};
