import test from 'ava';
import type {TestRecord} from '#lib/monitor/records.js';
import {readLatestRun} from '#lib/monitor/run-store.js';
import {makeProject, outcomes, type AvaRun, type Project} from '../helpers/run-ava.ts';

let project: Project;
let run: AvaRun;
let records: readonly TestRecord[];

test.before(async t => {
	t.timeout(110_000);
	project = await makeProject('measured');
	run = await project.run({args: ['--tap'], env: {DATAFLOW_TDD_BUDGET_MS: '60000'}});
	records = readLatestRun(project.folder)!.files.flatMap(({tests}) => tests);
});

test.after.always(async () => {
	await project.remove();
});

const recordOf = (title: string): TestRecord => records.find(record => record.title === title)!;

/** What AVA's TAP reporter writes of one test, up to the next one. */
function told(title: string): string {
	const start = run.stdout.indexOf(` - ${title}\n`);
	const end = run.stdout.slice(start + 1).search(/^(?:not )?ok \d/m);
	return run.stdout.slice(start, end === -1 ? undefined : start + 1 + end);
}

test('only what exceeds a limit that fails has failed', t => {
	const failed = Object.entries(outcomes(run)).filter(([, hasPassed]) => !hasPassed).map(([title]) => title.replace(/^\w+ › /, ''));
	t.deepEqual(failed.toSorted((a, b) => a.localeCompare(b)), [
		'a listener that throws', 'cannot clean up', 'fails by itself and keeps a buffer', 'is strict about its time', 'keeps a buffer', 'keeps rows', 'sends too much, and is strict',
	]);
});

test('a measure over its threshold is told to the test, and written down', t => {
	const {measures, warnings} = recordOf('over a threshold of a measure');
	t.like(measures, [{name: 'loading', statements: 2}]);
	t.deepEqual(warnings.filter(({kind}) => kind === 'threshold'), [{kind: 'threshold', message: '\'loading\' sent 2 statements; its threshold is 1.'}]);
	t.regex(told('alerts › over a threshold of a measure'), /'loading' sent 2 statements/);
});

test('a listener that throws fails its test', t => {
	t.regex(told('alerts › a listener that throws'), /thrown by a listener/);
});

test('a test that leaves rows in memory fails with the suspects', t => {
	const text = told('memory › keeps rows');
	t.regex(text, /This test left \d+\.\d MB in memory, and may leave 10\.0 MB:/);
	t.regex(text, /heap \+\d+\.\d MB, buffers [+-]\d/);
	t.regex(text, /'all rows' is still held: Array of 40,000/);
	t.regex(text, /40,000 rows came from select n, repeat/);
	t.regex(text, /Memory before, at its peak, after: heap .* \(garbage collected by v8\.setFlagsFromString\)/);
	t.true(recordOf('keeps rows').error?.startsWith('This test left '));
});

test('a test that leaves buffers in memory fails with their growth', t => {
	const text = told('memory › keeps a buffer');
	t.regex(text, /buffers \+19\.\d MB/);
	t.regex(text, /'a buffer' is still held: Buffer of 19\.1 MB/);
});

test('what a test beside it may hold fails no test, and is told', t => {
	const text = told('beside › keeps nothing while another does');
	t.regex(text, /buffers \+19\.\d MB\n.*'holds a buffer for a while' ran beside it, in the same memory/);
	t.like(recordOf('keeps nothing while another does'), {outcome: 'passed', warnings: [{kind: 'memory'}]});
});

test('a test that fails by itself is not judged by its memory', t => {
	t.notRegex(told('memory › fails by itself and keeps a buffer'), /left .* in memory/);
});

test('an error of a cleanup fails the test', t => {
	t.regex(told('memory › cannot clean up'), /thrown by a cleanup/);
});

test('memory is compared with --expose-gc, too', async t => {
	const exposed = await project.run({args: ['--tap', '--no-worker-threads', '--node-arguments=--expose-gc', 'tests/memory.test.ts']});
	t.regex(exposed.stdout, /garbage collected by --expose-gc/);
	t.false(outcomes(exposed)['keeps rows']);
	const {stdout} = await project.run({args: ['tests/memory.test.ts', '--match=keeps rows']});
	t.regex(stdout, /MonitorError \[ERR_TEST_MEMORY\]/);
	t.true(outcomes(exposed)['lets go of its rows'], exposed.stdout);
});

for (const fixture of ['tddTestContext', 'tddDataflow', 'tddSeededData', 'tddParallelSafe', 'tddPerformanceTracker', 'performanceFallback']) {
	test(`a budget can be set for a test with ${fixture}`, t => {
		t.like(recordOf(fixture), {fixture, budgetMs: 0, outcome: 'passed'});
		t.deepEqual(recordOf(fixture).warnings.filter(({kind}) => kind === 'budget').map(({message}) => message.replace(/^.*its/, 'its')), ['its budget is 0 ms.']);
		t.regex(told(`budgets › ${fixture}`), /its budget is 0 ms/);
	});
}

test('a strict test fails for its time', async t => {
	const {stdout} = await project.run({args: ['tests/budgets.test.ts', '--match=is strict*']});
	t.regex(stdout, /MonitorError \[ERR_TEST_BUDGET\]/);
	t.regex(told('budgets › is strict about its time'), /This test took \d+ ms, and may take 0 ms\./);
	t.like(recordOf('is strict about its time'), {outcome: 'failed'});
});

test('performanceFallback forgives what would fail another test, unless it is strict', t => {
	t.regex(told('budgets › sends too much, and is forgiven'), /This test sent 1 statement, and may send 0/);
	t.deepEqual(recordOf('sends too much, and is forgiven').warnings.filter(({kind}) => kind !== 'slow').map(({kind}) => kind), ['fallback']);
	t.regex(told('budgets › sends too much, and is strict'), /This test sent 1 statement, and may send 0/);
});

test('what is live shows its figures where it is logged', t => {
	t.regex(told('shown › logs what is live'), /LiveMonitor \{[^}]*statements: 1,[^]*MetricsCollector \{[^]*currentMetrics: \{[^]*AlertHandler \{[^]*metric: 'statements'/);
	t.regex(told('shown › logs a tracker'), /PerformanceTracker \{[^]*budgetMs: 60000,[^]*name: 'here'[^]*isOverBudget: false/);
	t.regex(told('shown › logs memory'), /MemoryTracker \{[^]*before: \{[^]*heapBytes: \d+/);
	t.regex(told('shown › logs metrics and memory'), /LiveMonitor \{[^]*rssBytes: \d+[^]*WatchedMemory \{[^]*now: \{/);
});

test('a fallback is told', t => {
	t.deepEqual(recordOf('falls back').warnings.filter(({kind}) => kind !== 'slow').map(({kind}) => kind), ['fallback']);
	t.regex(told('budgets › falls back'), /What was preferred failed, .*no_such_column/);
});

test('the option budgetMs sets budgets by fixture', async t => {
	const config = 'import {withTdd} from \'dataflow-tdd/ava/config\';\nexport default withTdd({files: [\'tests/*.test.ts\']}, {budgetMs: {default: 70_000, tddDataflow: 80_000}});\n';
	const other = await makeProject('measured');
	t.teardown(async () => other.remove());
	const {writeFile} = await import('node:fs/promises');
	await writeFile(`${other.folder}/ava.config.mjs`, config);
	await other.run({args: ['tests/budgets.test.ts', '--match=has the budget*']});
	const budgets = readLatestRun(other.folder)!.files.flatMap(({tests}) => tests).map(({title, budgetMs}) => [title, budgetMs]);
	t.deepEqual(Object.fromEntries(budgets), {'has the budget of its fixture': 80_000, 'has the budget of all': 70_000});
});
