import test from 'ava';
import {compareCounters} from '#lib/history/compare-counters.js';
import {collectCounters} from '#lib/history/counters.js';
import type {RunTest} from '#lib/history/tests-of-run.js';
import {testOf} from './samples.ts';

const sent = {'select 1': 2, 'insert into t': 1};

/** Counters of a suite that does the same in three runs, two of which were explained. */
function countersOf(...tests: RunTest[]) {
	return collectCounters([tests], [tests, tests]).counters;
}

test('statements, rows and buffers are collected, with the texts of what was sent', t => {
	const {tests, texts} = countersOf(testOf('one', sent), testOf('other', {'select 1': 1}));
	t.deepEqual(Object.keys(tests), ['tests/a.test.ts › one', 'tests/a.test.ts › other']);
	t.deepEqual(tests['tests/a.test.ts › one'], {statements: 3, rows: 3, buffers: 20, sent: [[0, 1], [1, 2]]});
	t.deepEqual(texts, ['insert into t', 'select 1']);
});

test('what is different from run to run is named, and left out', t => {
	const run = (rows: number): RunTest[] => [testOf('one', sent, {rowCount: rows})];
	const {counters, unstable} = collectCounters([run(3), run(4)], [run(3), run(3)]);
	t.deepEqual(unstable, ['rows of tests/a.test.ts › one (3, 4)']);
	t.deepEqual(counters.tests['tests/a.test.ts › one'], {statements: 3, buffers: 20, sent: [[0, 1], [1, 2]]});
});

test('buffers are left out when a statement could not be explained, and without runs that explain', t => {
	const unexplained = [testOf('one', sent, {plans: []})];
	t.deepEqual(Object.keys(collectCounters([unexplained], [unexplained, unexplained]).counters.tests['tests/a.test.ts › one']!), ['statements', 'rows', 'sent']);
	t.is(collectCounters([[testOf('one', sent)]]).counters.tests['tests/a.test.ts › one']!.buffers, undefined);
});

test('buffers that two runs agree on, and two more do not, are left out: they are no change', t => {
	const run = (buffers: number): RunTest[] => [testOf('one', {'select 1': 1}, {plans: [{statement: 0, tookMs: 1, plan: {}, isAnalyzed: true, buffers}]})];
	const before = collectCounters([run(26)], [run(26), run(26)]);
	const suspect = collectCounters([run(28)], [run(28), run(28)]);
	t.is(compareCounters(before.counters, suspect.counters).changes.length, 1);
	const confirmed = collectCounters([run(28)], [run(28), run(28), run(26), run(28)]);
	t.deepEqual(compareCounters(before.counters, confirmed.counters).changes, []);
	t.deepEqual(confirmed.unstable, ['buffers of tests/a.test.ts › one (28, 26)']);
});

test('a test that is not in all runs is left out', t => {
	t.deepEqual(Object.keys(collectCounters([[testOf('one', sent), testOf('other', sent)], [testOf('other', sent)]]).counters.tests), ['tests/a.test.ts › other']);
});

test('counters that are the same are no change', t => {
	const counters = countersOf(testOf('one', sent), testOf('other', sent));
	t.deepEqual(compareCounters(counters, counters), {changes: [], same: 6, disturbed: []});
});

test('one statement more is a regression, however little it is, and is shown', t => {
	const {changes} = compareCounters(countersOf(testOf('one', sent)), countersOf(testOf('one', {...sent, 'select 1': 3})));
	t.like(changes[0], {metric: 'statements of tests/a.test.ts › one', baseline: 3, current: 4, verdict: 'regressed', details: ['+1 select 1 (3 times, was 2 times)']});
	t.deepEqual(changes.map(({counter}) => counter), ['statements', 'rows']);
});

test('one statement less is an improvement, and what came and went is shown, the additions first', t => {
	const {changes} = compareCounters(countersOf(testOf('one', sent)), countersOf(testOf('one', {'select 2': 1, 'insert into t': 1})));
	t.like(changes[0], {baseline: 3, current: 2, verdict: 'improved', details: ['+1 select 2 (new, once)', '-2 select 1 (gone)']});
});

test('more buffers alone are a regression: a plan has changed', t => {
	const plans = (buffers: number) => ({plans: [{statement: 0, tookMs: 1, plan: {}, isAnalyzed: true, buffers}]});
	const one = {'select 1': 1};
	const {changes} = compareCounters(countersOf(testOf('one', one, plans(10))), countersOf(testOf('one', one, plans(11))));
	t.is(changes.length, 1);
	t.like(changes[0], {metric: 'buffers of tests/a.test.ts › one', baseline: 10, current: 11, verdict: 'regressed'});
});

test('after a test that has changed, buffers are not compared: its rolled back rows lie in the tables', t => {
	const later = (buffers: number): RunTest => testOf('later', {'select 1': 1}, {plans: [{statement: 0, tookMs: 1, plan: {}, isAnalyzed: true, buffers}]});
	const before = countersOf(testOf('one', sent), later(10));
	const {changes, disturbed} = compareCounters(before, countersOf(testOf('one', {...sent, 'insert into t': 2}), later(12)));
	t.deepEqual(disturbed, ['tests/a.test.ts › later']);
	t.deepEqual([...new Set(changes.map(change => change.test))], ['tests/a.test.ts › one']);
	t.deepEqual(compareCounters(before, countersOf(testOf('new', {}), testOf('one', sent), later(12))).disturbed, ['tests/a.test.ts › one', 'tests/a.test.ts › later']);
});

test('new tests and tests that are gone are not compared', t => {
	const {changes, same} = compareCounters(countersOf(testOf('gone', sent), testOf('one', sent)), countersOf(testOf('one', sent), testOf('new', {})));
	t.deepEqual(changes, []);
	t.is(same, 2);
});
