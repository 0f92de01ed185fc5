import test from 'ava';
import {capturePlans, chooseSlow, type TimedStatement} from '#lib/monitor/plans.js';

const took = (text: string, maxMs: number, more: Partial<TimedStatement> = {}): TimedStatement => ({index: text.codePointAt(0)!, text, maxMs, count: 1, errors: 0, firstValues: ['first'], slowestValues: ['slowest'], ...more});
const texts = (statements: readonly TimedStatement[]): string => statements.map(({text}) => text).join('');

test('the three slowest statements over the limit are chosen', t => {
	t.is(texts(chooseSlow([took('a', 60), took('b', 10), took('c', 70), took('d', 80), took('e', 51)], 50)), 'dca');
});

test('nothing is chosen when nothing was slow', t => {
	t.deepEqual(chooseSlow([took('a', 49), took('b', 1)], 50), []);
});

test('a statement that has only failed is not chosen', t => {
	t.is(texts(chooseSlow([took('a', 60, {count: 2, errors: 2}), took('b', 60, {count: 2, errors: 1})], 50)), 'b');
});

test('a limit of 0 chooses every statement, in the order of their first use', t => {
	t.is(texts(chooseSlow([took('a', 1), took('c', 9), took('b', 5), took('d', 0), took('e', 2)], 0)), 'acbde');
});

test('what was slow is explained with the values of its slowest call, and with a limit of 0 with those of its first', async t => {
	const asked: unknown[] = [];
	const explain = async (statements: readonly unknown[]): Promise<never[]> => {
		asked.push(...statements);
		return [];
	};
	await capturePlans([took('a', 60)], 50, explain);
	await capturePlans([took('a', 60)], 0, explain);
	t.deepEqual(asked, [{text: 'a', tookMs: 60, values: ['slowest']}, {text: 'a', tookMs: 60, values: ['first']}]);
});

test('plans keep the index of their statement, and what has none is left out', async t => {
	const plans = await capturePlans([took('a', 60), took('b', 70)], 50, async () => [undefined, {plan: {}, isAnalyzed: true, buffers: 4}]);
	t.deepEqual(plans, [{statement: 97, tookMs: 60, plan: {}, isAnalyzed: true, buffers: 4}]);
});
