import type {Timings} from './history.ts';
import {median} from './statistics.ts';

/** A figure of each sample on both sides, as natural logarithms of quotients: 0 is what the baseline's median is. */
export interface Series {
	readonly before: readonly number[];
	readonly now: readonly number[];
}

/** What is less than a microsecond is noise of the clock. */
const leastMs = 0.001;

const log = (ms: number): number => Math.log(Math.max(ms, leastMs));

/** Figures in ms of both sides as a series. */
export function toSeries(before: readonly number[], now: readonly number[]): Series {
	const reference = log(median(before));
	return {before: before.map(ms => log(ms) - reference), now: now.map(ms => log(ms) - reference)};
}

/** One series seen against another, sample by sample: what slows both down in a run is gone. */
export function against(one: Series, other: Series): Series {
	return {before: one.before.map((value, run) => value - other.before[run]!), now: one.now.map((value, run) => value - other.now[run]!)};
}

/** In each sample, the median of several series. */
export function middle(all: readonly Series[]): Series {
	const side = (name: keyof Series): number[] => (all[0]?.[name] ?? []).map((_, run) => median(all.map(series => series[name][run]!)));
	return {before: side('before'), now: side('now')};
}

/** In each sample, the mean of several series. */
export function average(all: readonly Series[]): Series {
	const side = (name: keyof Series): number[] => (all[0]?.[name] ?? []).map((_, run) => all.reduce((sum, series) => sum + series[name][run]!, 0) / all.length);
	return {before: side('before'), now: side('now')};
}

/** A test that both sides have. */
export interface TestPair {
	readonly key: string;
	readonly file: string;
	readonly fixture: string;
	readonly body: Series;
	readonly context: Series;
	/** Medians of the body, in ms. */
	readonly baselineMs: number;
	readonly currentMs: number;
	/** Medians of the harness's part, in ms. */
	readonly baselineContextMs: number;
	readonly currentContextMs: number;
}

/** The file in the key of a test. */
export function fileOf(key: string): string {
	return key.split(' › ', 1)[0]!;
}

/** The tests that both sides have, with the same fixture. */
export function pairTests(before: Timings, now: Timings): TestPair[] {
	return Object.entries(now.tests).flatMap(([key, test]) => {
		const old = before.tests[key];
		return old?.fixture !== test.fixture ? [] : [{
			key, file: fileOf(key), fixture: test.fixture,
			body: toSeries(old.bodyMs, test.bodyMs), context: toSeries(old.contextMs, test.contextMs),
			baselineMs: median(old.bodyMs), currentMs: median(test.bodyMs),
			baselineContextMs: median(old.contextMs), currentContextMs: median(test.contextMs),
		}];
	});
}
