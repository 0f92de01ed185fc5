import test from 'ava';
import {formatCount, formatMs, formatShare} from '#lib/report/format.js';
import {cacheTotals, leaseTotals, repeatedStatements, slowestTests, slowStatements, testsOf, testsOverBudget, totalsByFile, totalsByFixture, totalsOf} from '#lib/report/totals.js';
import {sampleFile, sampleRun, sampleStart, sampleTest} from './sample-run.ts';

const plan = (statement: number, tookMs: number) => ({statement, tookMs, plan: {}, isAnalyzed: true});
const run = sampleRun([
	sampleFile('a.test.ts', [
		sampleTest({title: 'a2', startedAt: sampleStart + 5, durationMs: 30, budgetMs: 10, phases: {leaseMs: 40, queueMs: 7, setupMs: 2, bodyMs: 24, databaseMs: 15, teardownMs: 1, endMs: 3}, plans: [plan(0, 60)]}),
		sampleTest({title: 'a1', repeated: [{statement: 1, count: 2, stack: ''}, {statement: 0, count: 9, stack: ''}]}),
	], {statements: [{text: 'select 1'}, {text: 'select 2'}]}),
	sampleFile('b.test.ts', [sampleTest({title: 'b1', startedAt: sampleStart + 3, outcome: 'failed', fixture: 'tddParallelSafe', mode: 'clone', durationMs: 200, plans: [plan(0, 70)]})], {leaseWaitMs: 90, statements: [{text: 'select 3'}]}),
	sampleFile('a.test.ts', [sampleTest({title: 'a3', startedAt: sampleStart + 9})]),
]);
const tests = testsOf(run);
const titles = (found: ReadonlyArray<{test: {title: string}}>): string[] => found.map(({test}) => test.title);

test('tests come in the order in which they began, from all files', t => {
	t.deepEqual(titles(tests), ['a1', 'b1', 'a2', 'a3']);
});

test('totals add up what was measured, and leave out waits, which overlap', t => {
	t.deepEqual(totalsOf(tests), {
		tests: 4, passed: 3, failed: 1, expected: 0, durationMs: 250, split: {setupMs: 5, bodyMs: 48, databaseMs: 27, teardownMs: 1, endMs: 6}, databaseShare: 27 / 250,
		longestQueueMs: 7, statements: 8, rows: 12, bytes: 1200, retries: 0,
	});
	t.like(totalsOf([]), {tests: 0, databaseShare: 0, longestQueueMs: 0});
	t.deepEqual(leaseTotals(run.files), {count: 3, longestMs: 90});
});

test('totals are by file, of all its sessions, and by fixture; what took longest comes first', t => {
	t.deepEqual([...totalsByFile(tests)].map(([name, {tests, durationMs}]) => [name, tests, durationMs]), [['b.test.ts', 1, 200], ['a.test.ts', 3, 50]]);
	t.deepEqual([...totalsByFixture(tests)].map(([name, {tests}]) => [name, tests]), [['tddParallelSafe', 1], ['tddTestContext', 3]]);
});

test('what stands out comes worst first', t => {
	t.deepEqual(titles(slowestTests(tests, 2)), ['b1', 'a2']);
	t.deepEqual(titles(testsOverBudget(tests)), ['a2', 'b1'], 'three times the budget is worse than twice');
	t.deepEqual(repeatedStatements(tests).map(({text, repeated}) => [text, repeated.count]), [['select 1', 9], ['select 2', 2]]);
	t.deepEqual(slowStatements(tests).map(({text, plan}) => [text, plan.tookMs]), [['select 3', 70], ['select 1', 60]]);
});

test('the cache saved what building a template takes, for each time that a worker had one', t => {
	const cache = (bySchema: Record<string, [hits: number, misses: number, buildMilliseconds: number]>) => ({
		...run.files[0]!.cache,
		savedMilliseconds: Object.values(bySchema).reduce((sum, [hits, , buildMilliseconds]) => sum + hits * buildMilliseconds, 0),
		bySchema: Object.fromEntries(Object.entries(bySchema).map(([name, [hits, misses, buildMilliseconds]]) => [name, {hits, misses, bytes: 5, milliseconds: 3, buildMilliseconds}])),
	});
	const totals = cacheTotals([
		sampleFile('a', [], {cache: cache({schema: [2, 0, 1000], shop: [1, 1, 50]})}),
		sampleFile('b', [], {cache: cache({shop: [3, 0, 60]})}),
	]);
	t.like(totals, {hits: 6, misses: 1, hitRate: 6 / 7, savedMs: 2230});
	t.deepEqual([...totals.bySchema], [
		['schema', {hits: 2, misses: 0, bytes: 5, milliseconds: 3, buildMilliseconds: 1000}],
		['shop', {hits: 4, misses: 1, bytes: 5, milliseconds: 6, buildMilliseconds: 60}],
	]);
	t.like(cacheTotals([]), {hits: 0, hitRate: 0, savedMs: 0});
});

test('durations, shares and counts are written as people write them', t => {
	t.deepEqual([0, 0.04, 9.94, 9.96, 82.4, 999.4, 999.6, 3420, 9996, 59_960, 99_600, 125_000, 119_600].map(ms => formatMs(ms)),
		['0.0 ms', '0.0 ms', '9.9 ms', '10 ms', '82 ms', '999 ms', '1.00 s', '3.42 s', '10.0 s', '60.0 s', '1 min 40 s', '2 min 5 s', '2 min 0 s']);
	t.deepEqual([[0, 0], [0, 5], [1, 1000], [1, 100], [2, 3]].map(([part, whole]) => formatShare(part!, whole!)), ['0 %', '0 %', '<1 %', '1 %', '67 %']);
	t.deepEqual([0, 999, 1000, 1_234_567].map(count => formatCount(count)), ['0', '999', '1,000', '1,234,567']);
});
