import test from 'ava';
import {compareTimings, needsMore, type TimingComparison} from '#lib/history/compare-timings.js';
import type {Timings} from '#lib/history/history.js';
import {normal, seeded} from './samples.ts';

const fixtures = ['tddTestContext', 'tddDataflow', 'tddSeededData', 'tddParallelSafe'];
const testsPerFixture = 10;
const batch = 5;

interface Shape {
	readonly samples: number;
	/** By how much the machine's speed drifts from sample to sample: 0.5 is a factor of about 1.6 either way. */
	readonly drift?: number;
	/** How slow the machine is as a whole. */
	readonly machine?: number;
	/** How much slower a test is by itself. */
	readonly slower?: (key: string, fixture: string) => number;
	/** What a test takes, in ms. */
	readonly bodyMs?: number;
}

/** A suite as it might be measured: all of a sample shares the speed of the machine, and each figure has noise of its own. */
function timingsOf(seed: number, {samples, drift = 0.5, machine = 1, slower = () => 1, bodyMs = 5}: Shape): Timings {
	const random = seeded(seed);
	const speeds = Array.from({length: samples}, () => machine * Math.exp(drift * normal(random)));
	const series = (ms: number): number[] => speeds.map(speed => ms * speed * Math.exp(0.1 * normal(random)));
	const tests = fixtures.flatMap(fixture => Array.from({length: testsPerFixture}, (_, number) => {
		const key = `tests/${fixture}.test.ts › test ${number}`;
		return [key, {fixture, bodyMs: series(bodyMs * slower(key, fixture)), contextMs: series(0.8)}] as const;
	}));
	return {tests: Object.fromEntries(tests), measures: {}, calibrationMs: speeds.map(speed => 0.4 * speed * Math.exp(0.05 * normal(random)))};
}

/** Takes batches as the command does: until nothing is open, at most six. */
function check(seed: number, baseline: Partial<Shape>, current: Partial<Shape>): TimingComparison[] {
	const before = timingsOf(seed, {samples: 2 * batch, ...baseline});
	const all = timingsOf(seed + 1000, {samples: 6 * batch, ...current});
	for (let batches = 1; ; batches++) {
		const first = (values: readonly number[]): number[] => values.slice(0, batches * batch);
		const now = {
			measures: {}, calibrationMs: first(all.calibrationMs),
			tests: Object.fromEntries(Object.entries(all.tests).map(([key, {fixture, bodyMs, contextMs}]) => [key, {fixture, bodyMs: first(bodyMs), contextMs: first(contextMs)}])),
		};
		const compared = compareTimings({timings: before, version: '1'}, now, {batch, version: '1'});
		if (batches === 6 || !compared.some(timing => needsMore(timing))) {
			return compared;
		}
	}
}

const verdicts = (compared: readonly TimingComparison[], verdict: TimingComparison['verdict']): string[] => compared.filter(timing => timing.verdict === verdict).map(({metric}) => metric);
const seeds = Array.from({length: 12}, (_, seed) => seed + 1);

test('an unchanged suite raises no alarm, on a machine that drifts and is now twice as slow, or twice as fast', t => {
	for (const machine of [1, 2, 0.5]) {
		t.deepEqual(seeds.flatMap(seed => verdicts(check(seed, {}, {machine}), 'regressed')), [], `machine ${machine}`);
	}
});

test('a fixture that is slower by 30 % is found each time, and nothing else is', t => {
	for (const machine of [1, 2, 0.5]) {
		const slower = (_: string, fixture: string): number => fixture === 'tddSeededData' ? 1.3 : 1;
		const found = seeds.map(seed => verdicts(check(seed, {}, {machine, slower}), 'regressed'));
		t.true(found.every(metrics => metrics.includes('fixture tddSeededData')), `machine ${machine}`);
		t.deepEqual(found.flat().filter(metric => metric.startsWith('fixture') ? metric !== 'fixture tddSeededData' : !metric.includes('tddSeededData')), [], `machine ${machine}`);
	}
});

test('a fixture that is faster is an improvement, and the others have not regressed for that', t => {
	const slower = (_: string, fixture: string): number => fixture === 'tddDataflow' ? 0.6 : 1;
	for (const seed of seeds.slice(0, 10)) {
		const compared = check(seed, {}, {slower});
		t.deepEqual(verdicts(compared, 'regressed'), []);
	}

	// Improvements are not waited for: two batches are needed to tell of one.
	const compared = compareTimings({timings: timingsOf(1, {samples: 10}), version: '1'}, timingsOf(2, {samples: 10, slower}), {batch, version: '1'});
	t.true(verdicts(compared, 'improved').includes('fixture tddDataflow'));
});

test('a slow-down of all tests, which neither the harness nor the processor has, is told of the suite', t => {
	for (const seed of seeds.slice(0, 20)) {
		t.true(verdicts(check(seed, {drift: 0.2}, {drift: 0.2, slower: () => 1.5}), 'regressed').includes('suite'));
	}
});

test('a single test that takes twice as long is found, the others are not', t => {
	const slow = 'tests/tddTestContext.test.ts › test 3';
	for (const seed of seeds.slice(0, 20)) {
		t.deepEqual(verdicts(check(seed, {}, {slower: key => key === slow ? 2 : 1}), 'regressed'), [slow]);
	}
});

test('tests of 0.2 ms never alarm, whatever their ratio', t => {
	const slower = (_: string, fixture: string): number => fixture === 'tddSeededData' ? 2 : 1;
	for (const seed of seeds.slice(0, 20)) {
		t.deepEqual(verdicts(check(seed, {bodyMs: 0.2}, {bodyMs: 0.2, slower}), 'regressed'), []);
	}
});

test('one batch alone does not alarm: a second one has to show it again', t => {
	const slower = (_: string, fixture: string): number => fixture === 'tddSeededData' ? 1.5 : 1;
	const compared = compareTimings({timings: timingsOf(1, {samples: 10}), version: '1'}, timingsOf(2, {samples: batch, slower}), {batch, version: '1'});
	t.deepEqual(verdicts(compared, 'regressed'), []);
	t.is(compared.find(({metric}) => metric === 'fixture tddSeededData')?.verdict, 'suspected');
	t.true(needsMore(compared.find(({metric}) => metric === 'fixture tddSeededData')!));
});

test('another release of the harness is no yardstick, and its own part is not judged', t => {
	const compared = compareTimings({timings: timingsOf(1, {samples: 10}), version: '1'}, timingsOf(2, {samples: 10}), {batch, version: '2'});
	t.deepEqual(compared.filter(({kind}) => kind === 'context'), []);
	t.deepEqual(verdicts(compared, 'regressed'), []);
});

test('tests that only one side has, or that have another fixture now, are not compared', t => {
	const before = timingsOf(1, {samples: 10});
	const now = timingsOf(2, {samples: 10});
	const [first, second, ...others] = Object.entries(now.tests);
	const tests = Object.fromEntries([[`${first![0]} anew`, first![1]], [second![0], {...second![1], fixture: 'tddDataflow'}], ...others]);
	const compared = compareTimings({timings: before, version: '1'}, {...now, tests}, {batch, version: '1'});
	t.is(compared.filter(({kind}) => kind === 'test').length, fixtures.length * testsPerFixture - 2);
	t.deepEqual(compareTimings({timings: before, version: '1'}, {...now, tests: {}}, {batch, version: '1'}), []);
});
