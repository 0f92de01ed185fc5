import test from 'ava';
import {detectRegressions} from '#lib/history/detect-regressions.js';
import {normal, seeded} from './samples.ts';

test('without a history nothing has regressed', t => {
	t.deepEqual(detectRegressions({individualTestMs: 100}, []), []);
});

test('a single figure over 1.2 times the newest run is suspected, as one figure can be the machine', t => {
	const history = [{a: 5, b: 10}, {a: 10, b: 10}];
	t.deepEqual(detectRegressions({a: 13, b: 12}, history), [{metric: 'a', baseline: 10, current: 13, ratio: 1.3, verdict: 'suspected'}]);
	t.deepEqual(detectRegressions({a: 12}, history), [], 'the threshold itself is no regression');
	t.deepEqual(detectRegressions({a: 1}, history), []);
});

test('a metric that the newest run has not is compared with the newest that has it, and a new one with nothing', t => {
	t.is(detectRegressions({a: 13, c: 1}, [{a: 10}, {b: 1}])[0]?.baseline, 10);
	t.deepEqual(detectRegressions({c: 1}, [{a: 10}]), []);
});

test('the worst comes first, and threshold and least change can be set', t => {
	const history = [{a: 10, b: 10, c: 0.2}];
	const current = {a: 13, b: 20, c: 0.4};
	t.deepEqual(detectRegressions(current, history).map(({metric}) => metric), ['b', 'c', 'a']);
	t.deepEqual(detectRegressions(current, history, {threshold: 1.5}).map(({metric}) => metric), ['b', 'c']);
	t.deepEqual(detectRegressions(current, history, {leastChange: 1}).map(({metric}) => metric), ['b', 'a']);
});

test('samples on both sides that agree are a regression', t => {
	const random = seeded(7);
	const samples = (middle: number): number[] => Array.from({length: 10}, () => middle * Math.exp(0.05 * normal(random)));
	t.is(detectRegressions({a: samples(13)}, [{a: samples(10)}])[0]?.verdict, 'regressed');
	t.is(detectRegressions({a: samples(13)}, [{a: 10}])[0]?.verdict, 'suspected', 'one side is a single figure');
	t.is(detectRegressions({a: samples(13).slice(0, 5)}, [{a: samples(10)}])[0]?.verdict, 'suspected', 'too few samples');
});

test('samples of which only one half is worse are suspected only: it was not seen again', t => {
	const before = [10, 10.1, 9.9, 10, 10.2, 9.8, 10, 10.1];
	t.is(detectRegressions({a: [15, 15.1, 14.9, 15, 15.2, 10, 10.1, 9.9]}, [{a: before}])[0]?.verdict, 'suspected');
});
