import {ms, onEach, type Bench, type Line, type Measurement} from '../line.ts';
import type {BenchServer} from '../options.ts';
import {fitLine, median, pairedRatio} from '../statistics.ts';
import {emptyProject, harnessProject, withoutChinook} from '../suites/chinook.ts';
import {runAva} from '../suites/run-ava.ts';

const files = 4;
/** 250, 500 and 1,000 tests in 4 files; the first two as near as whole tests allow. */
const sizes = [62, 125, 250] as const;
const largest = sizes[2];

interface Samples {
	readonly empty: number[];
	readonly bySize: ReadonlyMap<number, number[]>;
}

async function sample(bench: Bench, server: BenchServer, script: string): Promise<Samples> {
	const {workspace, runs, say} = bench;
	const project = await harnessProject(bench, server, {name: 'thousand', files, script});
	const empty = await emptyProject(bench, {name: `thousand-beside-${server}`, files});
	const samples: Samples = {empty: [], bySize: new Map(sizes.map(size => [size, []]))};
	await runAva(workspace, project, {testsPerFile: largest});
	for (let round = 0; round < runs; round++) {
		say(`round ${round + 1} of ${runs}`);
		samples.empty.push(await runAva(workspace, empty, {testsPerFile: largest}));
		for (const [size, taken] of samples.bySize) {
			taken.push(await runAva(workspace, project, {testsPerFile: size}));
		}
	}

	await workspace.keepers.stop(project.config!);
	return samples;
}

/** What a further test costs between 500 and 1,000, to what it costs between 250 and 500: 1 where growth is linear, 2 where it is quadratic. */
function describeGrowth(bySize: Samples['bySize']): Measurement {
	const points = [...bySize].map(([size, taken]) => [size * files, median(taken)] as const);
	const marginal = ([fromTests, fromMs]: readonly [number, number], [toTests, toMs]: readonly [number, number]): number => (toMs - fromMs) / (toTests - fromTests);
	const early = marginal(points[0]!, points[1]!);
	const late = marginal(points[1]!, points[2]!);
	const {slope, intercept, explained} = fitLine(points);
	return {
		what: 'growth: a further test, 500-1,000', figure: ms(late), peer: {...ms(early), name: 'a further test, 250-500'}, ratio: late / early, target: {limit: 1.5, of: 'ratio'},
		note: `straight line: ${intercept.toFixed(0)} ms + ${slope.toFixed(2)} ms a test, R2 ${explained.toFixed(4)}`,
		details: Object.fromEntries(points.map(([tests, taken]) => [`tests${tests}Ms`, taken])),
	};
}

async function measure(bench: Bench, server: BenchServer, script: string): Promise<Measurement[]> {
	const {empty, bySize} = await sample(bench, server, script);
	const warm = bySize.get(largest)!;
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
