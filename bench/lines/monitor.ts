import {ms, onEach, type Bench, type Line, type Measurement} from '../line.ts';
import type {BenchServer} from '../options.ts';
import {childrenCpuMs} from '../processes.ts';
import {median, medianInterval} from '../statistics.ts';
import {harnessProject, withoutChinook} from '../suites/chinook.ts';
import {runAva, type RunOptions} from '../suites/run-ava.ts';

/** The interval is known well enough when the ratio is known to this, either way. */
const wantedHalfWidth = 0.005;
const fewestPairs = 12;
/** For each round that was asked for. */
const pairsPerRound = 16;

type Mode = 'on' | 'off';

interface Samples {
	readonly wallMs: number[];
	readonly cpuMs: number[];
}

/** A run of each, the one that comes first alternating: what drifts drifts through both. */
async function takePair(pair: number, run: (mode: Mode) => Promise<number>, samples: Readonly<Record<Mode, Samples>>): Promise<void> {
	for (const mode of pair % 2 === 0 ? ['off', 'on'] as const : ['on', 'off'] as const) {
		const before = childrenCpuMs();
		samples[mode].wallMs.push(await run(mode));
		samples[mode].cpuMs.push(childrenCpuMs() - before);
	}
}

const ratios = (samples: Readonly<Record<Mode, Samples>>, key: keyof Samples): number[] => samples.on[key].map((value, index) => value / samples.off[key][index]!);

async function sample(bench: Bench, run: (mode: Mode) => Promise<number>): Promise<Readonly<Record<Mode, Samples>>> {
	const samples = {on: {wallMs: [], cpuMs: []}, off: {wallMs: [], cpuMs: []}};
	const most = bench.isSmoke ? 1 : bench.runs * pairsPerRound;
	await run('off');
	await run('on');
	for (let pair = 0; pair < most; pair++) {
		await takePair(pair, run, samples);
		if (pair + 1 >= fewestPairs && pair % 4 === 3) {
			const [low, high] = medianInterval(ratios(samples, 'wallMs'));
			bench.say(`${pair + 1} of at most ${most} pairs: between ${low.toFixed(3)}x and ${high.toFixed(3)}x`);
			if ((high - low) / 2 <= wantedHalfWidth) {
				break;
			}
		}
	}

	return samples;
}

async function measure(bench: Bench, server: BenchServer, script: string): Promise<Measurement[]> {
	const shape = bench.isSmoke ? {files: 2, testsPerFile: 2} : {files: 10, testsPerFile: 20};
	const project = await harnessProject(bench, server, {name: 'monitor', files: shape.files, script});
	const options = (mode: Mode): RunOptions => ({testsPerFile: shape.testsPerFile, env: {DATAFLOW_TDD_MONITOR: mode}});
	const samples = await sample(bench, async mode => runAva(project, options(mode)));
	await bench.workspace.keepers.stop(project.config!);
	const [low, high] = medianInterval(ratios(samples, 'wallMs'));
	const cpuRatio = median(ratios(samples, 'cpuMs'));
	return [{
		what: '200 tests, 10 files: monitor on', figure: ms(median(samples.on.wallMs)), peer: {...ms(median(samples.off.wallMs)), name: 'monitor off'},
		ratio: median(ratios(samples, 'wallMs')), target: {limit: 1.03, of: 'ratio'},
		note: `median of ${samples.on.wallMs.length} pairs, 95% between ${low.toFixed(3)}x and ${high.toFixed(3)}x; of processor time ${cpuRatio.toFixed(3)}x`,
		details: {low, high, cpuRatio, pairs: samples.on.wallMs.length, onMs: samples.on.wallMs, offMs: samples.off.wallMs, onCpuMs: samples.on.cpuMs, offCpuMs: samples.off.cpuMs},
	}];
}

/** What it costs to measure tests, which nobody has asked for. */
export const monitorLine: Line = {
	name: 'monitor',
	about: 'the suite with the option monitor on, against off',
	async run(bench) {
		const {chinook} = bench.available;
		return chinook === undefined ? withoutChinook('monitor') : onEach(bench, async server => measure(bench, server, chinook));
	},
};
