import {defaultThreshold, judge} from './evidence.ts';
import {toSeries} from './series.ts';
import {median} from './statistics.ts';

/** One run: a figure for each metric, or several samples of it. The larger, the worse: milliseconds, bytes, statements. */
export type PerformanceRecord = Readonly<Record<string, number | readonly number[]>>;

/** A metric that is worse than it was. */
export interface Regression {
	/** The name of the metric, as in the records. */
	readonly metric: string;
	/** Of the newest run of the history that has the metric; of samples the median. */
	readonly baseline: number;
	/** Of the record that was looked at; of samples the median. */
	readonly current: number;
	/** `current` divided by `baseline`: 1.5 is half as much again. */
	readonly ratio: number;
	/**
	 * `regressed` when both sides have samples, and size, effect size and both halves of the samples agree. A single figure can only be
	 * `suspected`: it may be the machine.
	 */
	readonly verdict: 'suspected' | 'regressed';
}

/** What counts. */
export interface RegressionOptions {
	/** From which ratio on. Default 1.2. */
	readonly threshold?: number;
	/** What a metric has to grow by, in its own unit. Default 0. */
	readonly leastChange?: number;
}

/** With fewer samples on either side, two halves of them say nothing. */
const fewestSamples = 6;
/** Cliff's delta from which on nearly every sample of now is above nearly every one of the baseline. */
const demandedEffect = 0.8;

const asList = (value: number | readonly number[]): readonly number[] => typeof value === 'number' ? [value] : value;

function isSound(before: readonly number[], now: readonly number[], threshold: number): boolean {
	if (before.length < fewestSamples || now.length < fewestSamples) {
		return false;
	}

	const level = {before: before.map(() => 0), now: now.map(() => 0)};
	const demands = {threshold, effect: demandedEffect, least: 1, leastMs: 0, agreement: 1, batch: Math.floor(now.length / 2), baselineMs: median(before)};
	return judge({series: toSeries(before, now), yardsticks: [level], isOwnWitness: false}, demands).verdict === 'regressed';
}

/**
 * Compares a run with the newest one of a history: `detectRegressions({individualTestMs: 4.1}, history)`; nothing has regressed when the list
 * is empty. Metrics that the history has not are new, and are left out. The worst come first.
 * @param history the oldest first, as in the reference's `performance_history.json`
 */
export function detectRegressions(current: PerformanceRecord, history: readonly PerformanceRecord[], options: RegressionOptions = {}): Regression[] {
	const {threshold = defaultThreshold, leastChange = 0} = options;
	return Object.entries(current).flatMap(([metric, value]): Regression[] => {
		const known = history.findLast(run => run[metric] !== undefined && asList(run[metric]).length > 0)?.[metric];
		const now = asList(value);
		if (known === undefined || now.length === 0) {
			return [];
		}

		const before = asList(known);
		const [baseline, present] = [median(before), median(now)];
		const isWorse = present > baseline * threshold && present - baseline >= leastChange;
		return isWorse ? [{metric, baseline, current: present, ratio: present / baseline, verdict: isSound(before, now, threshold) ? 'regressed' : 'suspected'}] : [];
	}).toSorted((one, other) => other.ratio - one.ratio);
}
