import test from 'ava';
import type {FileRecord, TestRecord} from '#lib/monitor/records.js';
import {readLatestRun} from '#lib/monitor/run-store.js';
import {makeProject, outcomes, type AvaRun, type Project} from '../helpers/run-ava.ts';

let project: Project;
let run: AvaRun;
let files: readonly FileRecord[];

test.before(async t => {
	t.timeout(110_000);
	project = await makeProject('limits');
	run = await project.run({args: ['--tap', 'tests/queries.test.ts', 'tests/repeated.test.ts', 'tests/slow.test.ts']});
	files = readLatestRun(project.folder)!.files;
});

test.after.always(async () => {
	await project.remove();
});

function recordOf(title: string): TestRecord {
	return files.flatMap(({tests}) => tests).find(record => record.title === title)!;
}

/** What AVA's TAP reporter writes of one test, up to the next one. */
function told(title: string): string {
	const start = run.stdout.indexOf(` - ${title}\n`);
	const end = run.stdout.slice(start + 1).search(/^(?:not )?ok \d/m);
	return run.stdout.slice(start, end === -1 ? undefined : start + 1 + end);
}

/** The texts that were repeated in a test, and how often. */
function repeatsOf(title: string): Array<[string, number]> {
	const file = files.find(({tests}) => tests.some(record => record.title === title))!;
	return recordOf(title).repeated.map(({statement, count}) => [file.statements[statement]!.text, count]);
}

test('the tests that stay within their limits pass, and the others fail', t => {
	const failed = Object.entries(outcomes(run)).filter(([, hasPassed]) => !hasPassed).map(([title]) => title.replace(/^\w+ › /, ''));
	t.deepEqual(failed.toSorted((a, b) => a.localeCompare(b)), ['one too many', 'one too many on a clone', 'refused', 'too many and wrong besides']);
});

test('a test that sends more than maxQueries fails with what it sent', t => {
	const text = told('queries › one too many');
	t.regex(text, /MonitorError/);
	t.regex(text, /This test sent 3 statements, and may send 2:\s+2x select 1 as one\s+1x select 2 as two/);
	t.regex(told('queries › one too many on a clone'), /sent 2 statements, and may send 1:/);
	t.like(recordOf('one too many'), {outcome: 'failed', maxQueries: 2, statementCount: 3, error: 'This test sent 3 statements, and may send 2: 2x select 1 as one; 1x select 2 as two'});
});

test('a test that has failed by itself fails for that, and is told of its statements beside', t => {
	const text = told('queries › too many and wrong besides');
	t.regex(text, /Difference|t\.is/);
	t.regex(text, /Besides, when the context was closed:[\s#*]+This test sent 1 statement, and may send 0/);
});

const byId = 'select * from "users" where "id" = $1';
for (const title of ['told of one row after the other', 'told also when all are asked for at once', 'told also inside of a transaction']) {
	test(`a repeated statement is told with its count and stack: ${title}`, t => {
		t.deepEqual(repeatsOf(title), [[byId, 3]]);
		t.is(recordOf(title).warnings.filter(({kind}) => kind === 'repeated').length, 1);
		const {stack} = recordOf(title).repeated[0]!;
		t.regex(stack, /^ +at .*loadUser .*repeated\.test\.ts:7:\d+/);
		t.notRegex(stack, /node_modules|node:|[/\\]build[/\\]/);
		t.regex(told(`repeated › ${title}`), /The same statement was sent 3 times from one place \(N\+1\?\):[\s#*]+select \* from "users" where "id" = \$1[\s#*]+at .*loadUser/);
	});
}

test('raw SQL that differs in its literals is told, on connection and pool', t => {
	t.deepEqual(repeatsOf('told of raw SQL on connection and pool'), [['select name from users where id = 1', 3], ['select email from users where id = 1', 3]]);
});

test('a repeated statement on a clone is told, also of a client that was taken once', t => {
	t.deepEqual(repeatsOf('told on a clone'), [[byId, 3], ['select name from users where id = $1', 3]]);
});

test('repeatedStatements can be made to fail a test, with exceptions', t => {
	const text = told('repeated › refused');
	t.regex(text, /MonitorError/);
	t.regex(text, /sent 3 times from one place .*:\s+select \* from "users" where "id" = \$1\s+at .*loadUser/);
	t.deepEqual(repeatsOf('refused, but allowed by its function'), []);
	t.deepEqual(repeatsOf('not looked at'), []);
	t.deepEqual(repeatsOf('the same from two places'), []);
});

test('a slow statement is told and has its plan, with the values and the blocks of its execution', t => {
	for (const title of ['a slow one', 'a slow one that writes', 'a slow one on a clone']) {
		const {plans: [plan], warnings, phases} = recordOf(title);
		t.true(plan?.isAnalyzed, title);
		t.true(plan!.buffers! >= (title === 'a slow one' ? 0 : 1), title);
		t.true(plan!.tookMs >= 60 && plan!.tookMs < phases.databaseMs + 1, title);
		t.regex(JSON.stringify(plan!.plan), /"Actual Total Time":/);
		t.true(warnings.some(({kind, message}) => kind === 'slow' && /A statement took \d+ ms: .*; its plan is in the report\./.test(message)), title);
	}
});

test('a slow statement that cannot run again has estimates', t => {
	const {plans: [plan]} = recordOf('a slow one that writes what cannot be there twice');
	t.false(plan!.isAnalyzed);
	t.is(plan!.buffers, undefined);
	t.regex(JSON.stringify(plan!.plan), /"Total Cost":/);
});

test('a slow statement is explained where its test has left the session', t => {
	const {plans} = recordOf('a slow one in a schema of its own');
	t.deepEqual(plans.map(({isAnalyzed}) => isAnalyzed), [true]);
});

test('explaining is not counted among the statements and rows of a test', t => {
	t.like(recordOf('a slow one'), {statementCount: 1, rowCount: 1});
	t.like(recordOf('a slow one on a clone'), {statementCount: 1, rowCount: 1});
});

test('what explaining takes is not counted in the time of a test', t => {
	const {phases, plans: [plan]} = recordOf('a very slow one');
	const executed = (plan!.plan as {'Execution Time': number})['Execution Time'];
	t.true(executed > 1000);
	t.true(phases.endMs + phases.teardownMs < executed, JSON.stringify(phases));
});

test('with a slowMs of 0, every statement is explained, in the order of its first use, and nobody is told', async t => {
	await project.run({args: ['tests/every.test.ts'], env: {DATAFLOW_TDD_SLOW_MS: '0', DATAFLOW_TDD_REPEATED_STATEMENTS: 'off'}});
	const [{tests: [record], statements}] = readLatestRun(project.folder)!.files as [FileRecord];
	t.deepEqual(record!.plans.map(({statement}) => statements[statement]!.text.slice(0, 14)), ['insert into "u', 'select count(*', 'select 4 as fo', 'select 5 as fi']);
	t.deepEqual(record!.plans.map(({isAnalyzed}) => isAnalyzed), [false, true, true, true]);
	t.deepEqual(record!.warnings.filter(({kind}) => kind !== 'budget'), []);
});

test('limits of the project hold for all of its tests, also when nothing is measured', async t => {
	const {stdout} = await project.run({args: ['tests/every.test.ts'], env: {DATAFLOW_TDD_MONITOR: 'off', DATAFLOW_TDD_MAX_QUERIES: '4'}});
	t.regex(stdout, /MonitorError \[ERR_TEST_QUERIES\]/);
	t.regex(stdout, /sent 5 statements, and may send 4/);
	const {stdout: repeated} = await project.run({args: ['tests/every.test.ts'], env: {DATAFLOW_TDD_MONITOR: 'off', DATAFLOW_TDD_REPEATED_STATEMENTS: 'fail'}});
	t.regex(repeated, /MonitorError \[ERR_TEST_REPEATED\]/);
	t.regex(repeated, /tests\/every\.test\.ts:6/);
	const {exitCode} = await project.run({args: ['--tap', 'tests/every.test.ts'], env: {DATAFLOW_TDD_MONITOR: 'off'}});
	t.is(exitCode, 0);
});
