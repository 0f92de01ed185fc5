import {stripVTControlCharacters} from 'node:util';
import test from 'ava';
import stringWidth from 'string-width';
import {renderSummary} from '#lib/report/summary.js';
import type {RunRecord} from '#lib/monitor/records.js';
import {sampleFile, sampleRun, sampleTest} from './sample-run.ts';

const plain = (run: RunRecord, columns = 80): string[] => renderSummary(run, {colors: false, columns}).split('\n');
const slow = (title: string, bodyMs: number) => sampleTest({title, phases: {leaseMs: 0, queueMs: 0, setupMs: 0, bodyMs, databaseMs: bodyMs / 2, teardownMs: 0, endMs: 0}});

const busy = sampleRun([
	sampleFile('tests/integration/orders/checkout/orders.test.ts', [
		slow('an order can be paid with two cards at once, and what is left over is credited', 412),
		sampleTest({title: 'lists \u001B[31morders\u001B[39m\nwith items', repeated: [{statement: 0, count: 14, stack: ''}, {statement: 0, count: 3, stack: ''}]}),
		sampleTest({title: 'fails', outcome: 'failed', phases: {leaseMs: 0, queueMs: 2110, setupMs: 1, bodyMs: 8, databaseMs: 4, teardownMs: 0, endMs: 1}}),
	], {statements: [{text: 'select 1'}]}),
	sampleFile('tests/users.test.ts', [
		slow('日本語のとても長いタイトル、切り詰められるはずです 🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉', 90),
		...Array.from({length: 4}, (_, index) => slow(`test ${index}`, index + 1)),
		sampleTest({title: 'explained', plans: [{statement: 0, tookMs: 82, plan: {}, isAnalyzed: true}]}),
	], {leaseWaitMs: 230, statements: [{text: 'select 2'}]}),
]);

test('the summary tells counts, times, waits, the cache, the slowest five and what budgets found', t => {
	t.deepEqual(plain(busy), [
		'dataflow-tdd: 9 tests in 3.42 s, 8 passed, 1 failed',
		'  in tests      542 ms: set-up 1 %, body 99 %, end 1 %',
		'  database      49 % of that; 18 statements, 27 rows',
		'  waits         2 leases, up to 230 ms; for a place, up to 2.11 s',
		'  cache         2 of 2 databases had a template; that saved 3.00 s',
		'  slowest       412 ms  …/orders.test.ts › an order can be paid with two cards…',
		'                 90 ms  tests/users.test.ts › 日本語のとても長いタイトル、切り…',
		'                 10 ms  …/checkout/orders.test.ts › lists orders with items',
		'                 10 ms  …/integration/orders/checkout/orders.test.ts › fails',
		'                 10 ms  tests/users.test.ts › explained',
		'  over budget   1 test, 412 ms of 100 ms: …/orders.test.ts › an order can be p…',
		'  N+1           1 test, 14 times: …/orders.test.ts › lists orders with items',
		'  slow          1 statement, 82 ms: tests/users.test.ts › explained',
		'  npx dataflow-tdd report shows all of it',
	]);
});

test('no line of the summary is wider than the terminal, with wide characters and with colours', t => {
	for (const columns of [40, 50, 63, 80, 81, 132]) {
		for (const colors of [true, false]) {
			const lines = renderSummary(busy, {colors, columns}).split('\n');
			t.is(lines.length, 14);
			for (const line of lines) {
				t.true(stringWidth(line) < columns, `${columns}: ${line}`);
			}
		}
	}
});

test('colours add nothing but colours', t => {
	const colored = renderSummary(busy, {colors: true, columns: 100});
	t.not(colored, stripVTControlCharacters(colored));
	t.is(stripVTControlCharacters(colored), renderSummary(busy, {colors: false, columns: 100}));
});

test('tests over a threshold of their own are told', t => {
	const warnings = [{kind: 'threshold' as const, message: 'over'}];
	const run = sampleRun([sampleFile('a.test.ts', [sampleTest({title: 'once', warnings}), sampleTest({title: 'twice', warnings: [...warnings, ...warnings]})])]);
	t.true(plain(run).includes('  threshold     2 tests: a.test.ts › twice'));
});

test('what there is nothing to say of is left out', t => {
	const quiet = sampleRun([sampleFile('a.test.ts', [sampleTest()], {cache: {...busy.files[0]!.cache, bySchema: {}}})]);
	t.deepEqual(plain(quiet).map(line => line.slice(2, 14).trim()), ['taflow-tdd:', 'in tests', 'database', 'waits', 'slowest', 'npx dataflow']);
	t.is(renderSummary(sampleRun([sampleFile('a.test.ts', [])]), {colors: true, columns: 80}), '', 'nothing was measured');
});

test('teardowns are told where they took time, and failures that were expected as such', t => {
	const run = sampleRun([sampleFile('a.test.ts', [sampleTest({outcome: 'expected', phases: {leaseMs: 0, queueMs: 0, setupMs: 1, bodyMs: 7, databaseMs: 0, teardownMs: 1, endMs: 1}})])]);
	const [title, time] = plain(run);
	t.is(title, 'dataflow-tdd: 1 test in 3.42 s, 1 failed as expected');
	t.is(time, '  in tests      10 ms: set-up 10 %, body 70 %, teardown 10 %, end 10 %');
});

test('a path gives way to a title of wide characters', t => {
	const title = '日本語のタイトルは幅が広い';
	const [, , , , , slowest] = plain(sampleRun([sampleFile('tests/integration/orders/checkout/a.test.ts', [sampleTest({title})])]));
	t.is(slowest, `  slowest       10 ms  …/orders/checkout/a.test.ts › ${title}`);
});
