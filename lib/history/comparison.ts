import {compareCounters, type CountersComparison} from './compare-counters.ts';
import {compareTimings, needsMore, type TimingComparison} from './compare-timings.ts';
import type {Baseline} from './history.ts';
import type {Measured} from './measure.ts';

/** What a suite does now, seen against its baseline: counters first, they are exact. */
export interface Comparison {
	readonly counters: CountersComparison;
	readonly timings: readonly TimingComparison[];
	/** Tests that only one side has. */
	readonly added: readonly string[];
	readonly gone: readonly string[];
	readonly hasRegressed: boolean;
	/** True when more samples may decide what these leave open. */
	readonly isOpen: boolean;
}

/** Where a whole fixture has regressed, it is not waited for what its tests, one by one, would show. */
function isOpen(timings: readonly TimingComparison[]): boolean {
	const isDecided = timings.some(({kind, verdict}) => verdict === 'regressed' && (kind === 'suite' || kind === 'fixture'));
	return timings.some(timing => needsMore(timing) && !(isDecided && (timing.kind === 'test' || timing.kind === 'measure')));
}

/** Compares a measured suite with its baseline. */
export function compareWithBaseline(baseline: Baseline, measured: Measured, {batch, version}: {batch: number; version: string}): Comparison {
	const counters = compareCounters(baseline.counters, measured.counters.counters);
	const timings = compareTimings(baseline, measured.timings, {batch, version});
	const [before, now] = [new Set(Object.keys(baseline.timings.tests)), new Set(Object.keys(measured.timings.tests))];
	return {
		counters, timings,
		added: [...now].filter(test => !before.has(test)),
		gone: [...before].filter(test => !now.has(test)),
		hasRegressed: [...counters.changes, ...timings].some(({verdict}) => verdict === 'regressed'),
		isOpen: isOpen(timings),
	};
}
