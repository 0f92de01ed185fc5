import {ms, type Bench, type Measurement, type Point} from './line.ts';
import type {BenchServer} from './options.ts';
import {fitLine, median, pairedRatio} from './statistics.ts';

/** One of those that are compared at one size. */
export interface Runner {
	readonly series: string;
	readonly run: () => Promise<number>;
	/** Rounds at most: for those that take long. */
	readonly rounds?: number;
}

/** What a curve is made of. */
export interface Curve {
	readonly server: BenchServer;
	/** What grows: 'tests'. */
	readonly unit: string;
	/** The sizes, from small to large; the first is enough to see that it works. */
	readonly sizes: readonly number[];
	/** Makes those that are compared at one size; what is to be stopped afterwards is handed to `later`. */
	readonly runners: (size: number, later: (stop: () => Promise<unknown>) => void) => Promise<readonly Runner[]>;
}

/** The series that is the harness's own, and those it is compared with. */
export const series = {
	empty: 'empty tests', warm: 'dataflow-tdd', starting: 'dataflow-tdd, servers to start', first: 'dataflow-tdd, first ever', byHand: 'hand-written', migrating: 'hand-written, migrated each time',
} as const;

const mostRounds = 3;

async function takeSize(bench: Bench, size: number, {unit, runners}: Curve): Promise<Point[]> {
	const stops: Array<() => Promise<unknown>> = [];
	try {
		const taken = (await runners(size, stop => {
			stops.unshift(stop);
		})).map(runner => ({...runner, samplesMs: [] as number[]}));
		for (let round = 0; round < Math.min(bench.runs, mostRounds); round++) {
			bench.say(`${size} ${unit}, round ${round + 1}`);
			for (const {run, samplesMs} of taken.filter(({rounds = mostRounds}) => round < rounds)) {
				samplesMs.push(await run());
			}
		}

		return taken.map(({series, samplesMs}) => ({series, x: size, samplesMs}));
	} finally {
		for (const stop of stops) {
			await stop();
		}
	}
}

/** The straight line through the medians of a series, in words. */
function describe(points: readonly Point[], name: string, unit: string): string | undefined {
	const own = points.filter(({series}) => series === name).map(({x, samplesMs}) => [x, median(samplesMs)] as const);
	if (own.length < 3) {
		return undefined;
	}

	const {slope, intercept, explained} = fitLine(own);
	return `${name}: ${intercept.toFixed(0)} ms + ${slope.toFixed(2)} ms for each of the ${unit} (R2 ${explained.toFixed(3)})`;
}

/** At the largest size that both have reached, the first of the series against the second. */
function compare(points: readonly Point[], [name, against]: readonly [string, string]): Pick<Measurement, 'figure' | 'peer' | 'ratio'> {
	const own = points.findLast(({series}) => series === name)!;
	const other = points.find(({series, x}) => series === against && x === own.x);
	return {figure: ms(median(own.samplesMs)), ...other && {peer: {...ms(median(other.samplesMs)), name: against}, ratio: pairedRatio(own.samplesMs, other.samplesMs)}};
}

/** Takes all sizes of a curve. The row of the report is about the largest. */
export async function takeCurve(bench: Bench, curve: Curve, pair: readonly [string, string]): Promise<Measurement> {
	const sizes = bench.isSmoke ? curve.sizes.slice(0, 1) : curve.sizes;
	const points: Point[] = [];
	for (const size of sizes) {
		points.push(...await takeSize(bench, size, curve));
	}

	const lines = [...new Set(points.map(({series}) => series))].map(name => describe(points, name, curve.unit)).filter(text => text !== undefined);
	return {what: `growth: ${sizes.at(-1)!.toLocaleString('en')} ${curve.unit}`, server: curve.server, ...compare(points, pair), note: lines.join('; '), points};
}
