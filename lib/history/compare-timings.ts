import {defaultThreshold, judge, type Demands, type Evidence} from './evidence.ts';
import type {Baseline, Timings} from './history.ts';
import {demandedOfEach} from './many-tests.ts';
import {middle, pairTests, toSeries, type Series, type TestPair} from './series.ts';
import {median} from './statistics.ts';

/** What a metric is about. */
export type TimingKind = 'suite' | 'context' | 'fixture' | 'test' | 'measure';

/** A metric of time, compared. */
export interface TimingComparison extends Evidence {
	/** Such as `fixture tddTestContext`, or the key of a test. */
	readonly metric: string;
	readonly kind: TimingKind;
	/** Medians, in ms: of a fixture, the median of its tests; of the suite, the sum of all tests. */
	readonly baseline: number;
	readonly current: number;
	/** Of few tests, so that it has to show more than others of its kind. */
	readonly isSmall: boolean;
}

/** How metrics are compared. */
export interface TimingOptions {
	/** Default 1.2. */
	readonly threshold?: number;
	/** How many samples were taken in one go. */
	readonly batch: number;
	/** Whether the harness's own part is that of the same release, so that it can serve as a yardstick. */
	readonly isSameVersion: boolean;
}

/** A fixture of fewer tests is judged as strictly as a single test. */
const fewestForFixture = 8;
/** What a single test, or a few of them, has to show: there are many of them, so that chance has many tries. */
const strict = {effect: 0.9, least: Math.sqrt(defaultThreshold), agreement: 1};
/** The share of the batches that have to show what a group of tests shows. A single test has to show it in each of them. */
const mostBatches = 2 / 3;
/** From so many tests on, one of them does not move the middle of all. */
const manyTests = 20;
/** A group of fewer tests is no yardstick for others. */
const fewestTests = 3;

/**
 * A group of tests is steadier than a test: it shows a smaller change with fewer samples. No change of less than these milliseconds
 * is worth an alarm.
 */
const demands: Readonly<Record<TimingKind, Pick<Demands, 'effect' | 'least' | 'leastMs' | 'agreement'>>> = {
	suite: {...strict, least: defaultThreshold, leastMs: 2, agreement: mostBatches},
	context: {...strict, least: defaultThreshold, leastMs: 0.3, agreement: mostBatches},
	fixture: {effect: 0.75, least: 1, leastMs: 0.5, agreement: mostBatches},
	test: {...strict, leastMs: 1},
	measure: {...strict, leastMs: 1},
};

interface Metric {
	readonly metric: string;
	readonly kind: TimingKind;
	readonly series: Series;
	readonly yardsticks: ReadonlyArray<Series | undefined>;
	readonly baseline: number;
	readonly current: number;
	/** Of few tests, so that it has to show more than others of its kind. */
	readonly isSmall?: boolean;
}

/** The metrics of a suite, each with the yardsticks that it is seen against. */
class Metrics {
	readonly #pairs: readonly TestPair[];
	readonly #calibration: Series;
	readonly #isSameVersion: boolean;
	/** The middle of all tests. */
	readonly #all: Series;
	/** The middle of the harness's own part of all tests: not of some, as what a test does leaves the caches cold for its own end. */
	readonly #context: Series;

	constructor(pairs: readonly TestPair[], {calibration, isSameVersion}: {calibration: Series; isSameVersion: boolean}) {
		this.#pairs = pairs;
		this.#all = middle(pairs.map(({body}) => body));
		this.#context = middle(pairs.map(({context}) => context));
		this.#calibration = calibration;
		this.#isSameVersion = isSameVersion;
	}

	/** The rest of the suite: what slows all tests down is nothing that one of them has done. In a large suite one test more is no matter. */
	#rest(members: ReadonlySet<TestPair>): Series | undefined {
		if (members.size === 1 && this.#pairs.length >= manyTests) {
			return this.#all;
		}

		const others = this.#pairs.filter(pair => !members.has(pair));
		return others.length < fewestTests ? undefined : middle(others.map(({body}) => body));
	}

	#yardsticks(members: ReadonlySet<TestPair>): Series[] {
		const found = [this.#rest(members), this.#isSameVersion ? this.#context : undefined].filter(series => series !== undefined);
		return found.length > 0 ? found : [this.#calibration];
	}

	suite(): Metric {
		const yardsticks = [this.#isSameVersion ? this.#context : undefined, this.#calibration];
		return {metric: 'suite', kind: 'suite', series: this.#all, yardsticks, baseline: sum(this.#pairs, 'baselineMs'), current: sum(this.#pairs, 'currentMs')};
	}

	context(): Metric {
		const yardsticks = [this.#all, this.#calibration];
		return {
			metric: 'set-up and end', kind: 'context', series: this.#context, yardsticks,
			baseline: median(this.#pairs.map(({baselineContextMs}) => baselineContextMs)), current: median(this.#pairs.map(({currentContextMs}) => currentContextMs)),
		};
	}

	fixtures(): Metric[] {
		return [...Map.groupBy(this.#pairs, ({fixture}) => fixture)].map(([fixture, members]) => ({
			metric: `fixture ${fixture}`, kind: 'fixture', series: middle(members.map(({body}) => body)), yardsticks: this.#yardsticks(new Set(members)),
			baseline: median(members.map(({baselineMs}) => baselineMs)), current: median(members.map(({currentMs}) => currentMs)),
			isSmall: members.length < fewestForFixture,
		}));
	}

	tests(): Metric[] {
		return this.#pairs.map(pair => ({
			metric: pair.key, kind: 'test', series: pair.body, yardsticks: this.#yardsticks(new Set([pair])), baseline: pair.baselineMs, current: pair.currentMs,
		}));
	}

	measures(before: Timings['measures'], now: Timings['measures']): Metric[] {
		return Object.entries(now).filter(([name]) => before[name]).flatMap(([name, current]) => {
			const pair = this.#pairs.find(({key}) => name.startsWith(`${key} › `));
			const baseline = before[name]!;
			return pair === undefined ? [] : [{
				metric: name, kind: 'measure', series: toSeries(baseline, current), yardsticks: this.#yardsticks(new Set([pair])), baseline: median(baseline), current: median(current),
			}];
		});
	}
}

function sum(pairs: readonly TestPair[], field: 'baselineMs' | 'currentMs'): number {
	return pairs.reduce((total, pair) => total + pair[field], 0);
}

/** Compares the times of a suite with those of its baseline, the whole first. Tests that only one side has are left out. */
export function compareTimings({timings, version}: Pick<Baseline, 'timings' | 'version'>, current: Timings, options: Omit<TimingOptions, 'isSameVersion'> & {readonly version: string}): TimingComparison[] {
	const pairs = pairTests(timings, current);
	if (pairs.length === 0) {
		return [];
	}

	const isSameVersion = version === options.version;
	const metrics = new Metrics(pairs, {calibration: toSeries(timings.calibrationMs, current.calibrationMs), isSameVersion});
	const all = [metrics.suite(), ...isSameVersion ? [metrics.context()] : [], ...metrics.fixtures(), ...metrics.measures(timings.measures, current.measures), ...metrics.tests()];
	const judged = (metric: Metric, threshold: number): TimingComparison => compareMetric(metric, threshold, options.batch);
	const threshold = options.threshold ?? defaultThreshold;
	const each = demandedOfEach(metrics.tests().map(metric => Math.log(judged(metric, threshold).ratio)), threshold);
	return all.map(metric => judged(metric, isStrict(metric) ? each : threshold));
}

/** Judged as strictly as a single test. */
function isStrict({kind, isSmall = false}: Pick<Metric, 'kind' | 'isSmall'>): boolean {
	return kind === 'test' || kind === 'measure' || isSmall;
}

function compareMetric(metric: Metric, threshold: number, batch: number): TimingComparison {
	const {metric: name, kind, series, yardsticks, baseline, current, isSmall = false} = metric;
	const seen = {series, yardsticks: yardsticks.filter(yardstick => yardstick !== undefined), isOwnWitness: isStrict(metric)};
	return {
		metric: name, kind, baseline, current, isSmall,
		...judge(seen, {...demands[kind], ...(isSmall && strict), threshold, batch, baselineMs: baseline}),
	};
}

/**
 * True when a metric may have grown, and more samples would tell: a fixture while the samples do not exclude it, which on a busy machine
 * takes more of them than on a quiet one; what is judged strictly has to look as if it had.
 */
export function needsMore({kind, verdict, ratio, atMost, baseline, isSmall}: TimingComparison, threshold: number = defaultThreshold): boolean {
	const isPossible = kind === 'fixture' && !isSmall && ratio > 1 / threshold && atMost >= threshold && baseline * (atMost - 1) >= demands[kind].leastMs;
	return verdict === 'suspected' || (verdict === 'steady' && isPossible);
}
