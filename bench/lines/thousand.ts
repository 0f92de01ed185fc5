import {ms, onEach, type Bench, type Line, type Measurement} from '../line.ts';
import type {BenchServer} from '../options.ts';
import {fitLine, median, pairedRatio} from '../statistics.ts';
import {emptyProject, harnessProject, withoutChinook} from '../suites/chinook.ts';
import {runAva} from '../suites/run-ava.ts';

const files = 4;
/** 250, 500 and 1,000 tests in 4 files; the first two as near as whole tests allow. */
const sizesOf = ({isSmoke}: Bench): readonly [number, number, number] => isSmoke ? [1, 2, 3] : [62, 125, 250];
const growth = 'growth: a further test, 500-1,000';

interface Samples {
	readonly empty: number[];
	readonly bySize: ReadonlyMap<number, number[]>;
}

async function sample(bench: Bench, server: BenchServer, script: string): Promise<Samples> {
	const {workspace, runs, say} = bench;
	const sizes = sizesOf(bench);
	const [,, largest] = sizes;
	const project = await harnessProject(bench, server, {name: 'thousand', files, script});
	const empty = await emptyProject(bench, {name: `thousand-beside-${server}`, files});
	const samples: Samples = {empty: [], bySize: new Map(sizes.map(size => [size, []]))};
	await runAva(project, {testsPerFile: largest});
	for (let round = 0; round < runs; round++) {
		say(`round ${round + 1} of ${runs}`);
		samples.empty.push(await runAva(empty, {testsPerFile: largest}));
		for (const [size, taken] of samples.bySize) {
			taken.push(await runAva(project, {testsPerFile: size}));
		}
	}

	await workspace.keepers.stop(project.config!);
	return samples;
}

/** A straight line that explains less than this was drawn through noise. */
const leastExplained = 0.97;

/**
 * What a further test costs between 500 and 1,000, to what it costs between 250 and 500: 1 where growth is linear, 2 where it is
 * quadratic. Of each size the fastest run counts, since noise only ever adds, and differences are all that is compared.
 */
function describeGrowth(bySize: Samples['bySize']): Measurement {
	const points = [...bySize].map(([size, taken]) => [size * files, Math.min(...taken)] as const);
	const marginal = ([fromTests, fromMs]: readonly [number, number], [toTests, toMs]: readonly [number, number]): number => (toMs - fromMs) / (toTests - fromTests);
	const early = marginal(points[0]!, points[1]!);
	const late = marginal(points[1]!, points[2]!);
	const {slope, intercept, explained} = fitLine(points);
	const line = `straight line: ${intercept.toFixed(0)} ms + ${slope.toFixed(2)} ms a test, R2 ${explained.toFixed(4)}`;
	const details = Object.fromEntries([...bySize].map(([size, taken]) => [`tests${size * files}Ms`, taken]));
	return early > 0 && explained >= leastExplained
		? {what: growth, figure: ms(late), peer: {...ms(early), name: 'a further test, 250-500'}, ratio: late / early, target: {limit: 1.5, of: 'ratio'}, note: line, details}
		: {what: growth, note: `no verdict: the machine was too busy to tell; ${line}`, details};
}

async function measure(bench: Bench, server: BenchServer, script: string): Promise<Measurement[]> {
	const {empty, bySize} = await sample(bench, server, script);
	const warm = bySize.get(sizesOf(bench)[2])!;
	return [
		{
			what: '1,000 tests, 4 files: warm', figure: ms(median(warm)), peer: {...ms(median(empty)), name: '1,000 empty tests'}, ratio: pairedRatio(warm, empty),
			target: {limit: 2.4, of: 'ratio'}, details: {warmMs: warm, emptyMs: empty},
		},
		describeGrowth(bySize),
	];
}

/** Many tests in few files, and whether the cost grows with their number alone. */
export const thousandLine: Line = {
	name: 'thousand',
	about: '1,000 tests in 4 files over Chinook, and growth from 250 to 1,000',
	async run(bench) {
		const {chinook} = bench.available;
		return chinook === undefined ? withoutChinook('1,000 tests, 4 files') : onEach(bench, async server => measure(bench, server, chinook));
	},
};
