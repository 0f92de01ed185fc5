import type {HistoryTrend} from './data.ts';

/** A run of the performance history: one figure for each metric, in ms. */
export interface AcceptedRun {
	/** ISO 8601. */
	readonly at: string;
	readonly metrics: Readonly<Record<string, number>>;
}

/**
 * The trends of all metrics that the newest run has, in its order. Unchanged is what is within the threshold of the run before, up and down.
 * @param runs of one machine class, the oldest first
 * @param threshold such as 1.2
 */
export function historyTrends(runs: readonly AcceptedRun[], threshold: number): HistoryTrend[] {
	return Object.keys(runs.at(-1)?.metrics ?? {}).map(metric => {
		const points = runs.flatMap(({at, metrics}) => metrics[metric] === undefined ? [] : [{at: Date.parse(at), value: metrics[metric]}]);
		const {value} = points.at(-2) ?? points.at(-1)!;
		return {metric, unit: 'ms', points, band: {low: value / threshold, high: value * threshold}};
	});
}
