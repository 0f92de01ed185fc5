import {compareCounters, type CountersComparison} from './compare-counters.ts';
import {compareTimings, needsMore, type TimingComparison} from './compare-timings.ts';
import type {Baseline, Counters} from './history.ts';
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

/** A change of counters that would be an alarm, and so is worth counting once more. */
export function hasSuspectCounters(baseline: Baseline, measured: Measured): boolean {
	return compareCounters(baseline.counters, measured.counters.counters).changes.some(({verdict}) => verdict === 'regressed');
}

/** Statements and rows, which are the same on all machines. Blocks are not: a server of another version may lay them out in its own way. */
function withoutBuffers({tests, texts}: Counters): Counters {
	return {texts, tests: Object.fromEntries(Object.entries(tests).map(([key, {buffers: _buffers, ...others}]) => [key, others]))};
}

/** Compares what a suite does with the baseline of another machine class, whose times say nothing here. */
export function compareWithOtherClass({counters}: Baseline, measured: Measured): Comparison {
	const current = withoutBuffers(measured.counters.counters);
	const compared = compareCounters(counters, current);
	return {
		counters: compared, timings: [],
		added: Object.keys(current.tests).filter(test => !counters.tests[test]), gone: Object.keys(counters.tests).filter(test => !current.tests[test]),
		hasRegressed: compared.changes.some(({verdict}) => verdict === 'regressed'), isOpen: false,
	};
}
