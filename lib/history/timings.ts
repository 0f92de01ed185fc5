import type {ProcessorTime} from '../monitor/processor-times.ts';
import type {RunRecord} from '../monitor/records.ts';
import type {Timings} from './history.ts';
import {inAllRuns, type RunTest} from './tests-of-run.ts';

/** One run of a suite that is measured. */
export interface Sample {
	readonly record: RunRecord;
	readonly tests: readonly RunTest[];
	/** What a fixed piece of work took right before and after it, in ms. */
	readonly calibrationMs: number;
}

/** One stretch of a test in one sample: what the clock said, and what was had of the processors. */
interface Stretch {
	readonly wallMs: number;
	readonly processor: ProcessorTime | undefined;
}

function bodyOf({record: {phases, processor}}: RunTest): Stretch {
	return {wallMs: phases.bodyMs + phases.teardownMs, processor: processor?.body};
}

function contextOf({record: {phases, processor}}: RunTest): Stretch {
	return {wallMs: phases.setupMs + phases.endMs, processor: processor?.context};
}

/** What was neither computed nor waited for a processor: locks, disks, timers, the network. */
function idleMs({wallMs, processor}: Stretch): number {
	return processor ? Math.max(0, wallMs - processor.usedMs - processor.waitedMs) : 0;
}

/**
 * What a stretch would have taken on a machine that nobody else uses, sample by sample: the processor time that it used, and the
 * least that it was idle in any sample, as a busy machine only prolongs that. Where the processors tell nothing it is what the clock said.
 */
export function quietMs(stretches: readonly Stretch[]): number[] {
	const leastIdleMs = Math.min(...stretches.map(stretch => idleMs(stretch)));
	return stretches.map(({wallMs, processor}) => processor && processor.usedMs > 0 ? Math.min(wallMs, processor.usedMs + leastIdleMs) : wallMs);
}

/** Named measures of a test, summed by name, in the share of the body that a quiet machine would have. */
function measuresOf(test: RunTest, quiet: number): ReadonlyMap<string, number> {
	const {wallMs} = bodyOf(test);
	const share = wallMs > 0 ? quiet / wallMs : 1;
	const sums = new Map<string, number>();
	for (const {name, durationMs} of test.record.measures) {
		const key = `${test.key} › ${name}`;
		sums.set(key, (sums.get(key) ?? 0) + (durationMs * share));
	}

	return sums;
}

function measureSeries(runs: readonly RunTest[], bodyMs: readonly number[]): Array<[string, number[]]> {
	const all = runs.map((test, run) => measuresOf(test, bodyMs[run]!));
	const shared = [...all[0]!.keys()].filter(name => all.every(run => run.has(name)));
	return shared.map(name => [name, all.map(run => run.get(name)!)]);
}

/** The figures of a suite that was run several times. Tests and measures that were not in all of the runs are left out. */
export function collectTimings(samples: readonly Sample[]): Timings {
	const tests = inAllRuns(samples.map(sample => [...sample.tests])).map(runs => ({
		key: runs[0]!.key, fixture: runs[0]!.record.fixture, runs,
		bodyMs: quietMs(runs.map(test => bodyOf(test))), contextMs: quietMs(runs.map(test => contextOf(test))),
	}));
	return {
		tests: Object.fromEntries(tests.map(({key, fixture, bodyMs, contextMs}) => [key, {fixture, bodyMs, contextMs}])),
		measures: Object.fromEntries(tests.flatMap(({runs, bodyMs}) => measureSeries(runs, bodyMs))),
		calibrationMs: samples.map(({calibrationMs}) => calibrationMs),
	};
}
