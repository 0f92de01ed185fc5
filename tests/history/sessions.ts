import {compareTimings, needsMore, type TimingComparison} from '#lib/history/compare-timings.js';
import type {Timings} from '#lib/history/history.js';
import {normal, seeded} from './samples.ts';

/** A suite as it might be measured in several sessions. */
export interface Suite {
	readonly tests: number;
	/** The noise of a test from sample to sample, as a share. */
	readonly noise: number;
	/** By what share a test is off in each session, all of its samples alike. */
	readonly offset: number;
	/** How many tests the slow fixture has. */
	readonly hot?: number;
}

const batch = 5;
const mostBatches = 6;

function keyOf(number: number): string {
	return `tests/all.test.ts › test ${number}`;
}

/** Samples, each shared speed of the machine beside a noise of each test of its own; the offset is new every `session` samples. */
function timingsOf(seed: number, {tests, noise, offset, hot = 0}: Suite, {samples, session, ratio = 1}: {samples: number; session: number; ratio?: number}): Timings {
	const random = seeded(seed * 7919);
	const speeds = Array.from({length: samples}, () => Math.exp(0.3 * normal(random)));
	const all = Array.from({length: tests}, (_, number) => {
		const isHot = number < hot;
		const offsets = Array.from({length: Math.ceil(samples / session)}, () => offset * normal(random));
		const bodyMs = speeds.map((speed, sample) => 20 * (isHot ? ratio : 1) * speed * Math.exp(offsets[Math.floor(sample / session)]! + (noise * normal(random))));
		return [keyOf(number), {fixture: isHot ? 'tddSeededData' : 'tddTestContext', bodyMs, contextMs: speeds.map(speed => speed * Math.exp(noise * normal(random)))}] as const;
	});
	return {tests: Object.fromEntries(all), measures: {}, calibrationMs: speeds};
}

function first({tests, measures, calibrationMs}: Timings, count: number): Timings {
	const cut = Object.entries(tests).map(([key, {fixture, bodyMs, contextMs}]) => [key, {fixture, bodyMs: bodyMs.slice(0, count), contextMs: contextMs.slice(0, count)}] as const);
	return {measures, calibrationMs: calibrationMs.slice(0, count), tests: Object.fromEntries(cut)};
}

/** Checks a suite as the command does, and returns what has regressed. @param ratio of the slow fixture */
export function regressionsOf(seed: number, suite: Suite, {ratio = 1, session = batch}: {ratio?: number; session?: number} = {}): TimingComparison[] {
	const before = timingsOf((2 * seed) + 1, suite, {samples: 2 * batch, session});
	const all = timingsOf((2 * seed) + 2, suite, {samples: mostBatches * batch, session, ratio});
	for (let batches = 1; ; batches++) {
		const compared = compareTimings({timings: before, version: '1'}, first(all, batches * batch), {batch, version: '1'});
		if (batches === mostBatches || !compared.some(timing => needsMore(timing))) {
			return compared.filter(({verdict}) => verdict === 'regressed');
		}
	}
}
