import test, {type ExecutionContext} from 'ava';
import {makeProject, type AvaRun, type Project} from '../helpers/run-ava.ts';

let project: Project;
let run: AvaRun;

test.before(async t => {
	t.timeout(110_000);
	project = await makeProject('failures');
	run = await project.run();
});

test.after.always(async () => {
	await project.remove();
});

/** What AVA says below the list of tests about one that failed. */
function report(t: ExecutionContext, title: string): string {
	const [list = '', details = ''] = run.stdout.split(/^ {2}─$/m);
	const [file, name] = title.split(' › ');
	t.true(list.includes(`✘ [fail]: ${file} › ${name}`), run.output);
	const start = details.indexOf(`\n  ${title}\n`);
	t.not(start, -1, run.output);
	const log = list.slice(list.indexOf(`✘ [fail]: ${title}`)).split(/\n {2}[✔✘-] /)[0] ?? '';
	return log + details.slice(start, details.indexOf('\n\n\n', start));
}

function passes(t: ExecutionContext, ...titles: readonly string[]): void {
	for (const title of titles) {
		t.true(run.stdout.includes(`✔ ${title}`), `${title}\n${run.output}`);
	}
}

test('a failing assertion shows the user\'s line and the code around it', t => {
	const text = report(t, 'a-assertions › an assertion');
	t.regex(text, /tests\/a-assertions\.test\.ts:6/);
	t.regex(text, /6: {3}t\.is\(name, 'Bob'\); \/\/ the assertion that fails/);
	t.regex(text, /Difference/);
});

test('an error of the database shows the user\'s line', t => {
	const text = report(t, 'a-assertions › an error of the database');
	t.regex(text, /duplicate key value violates unique constraint "users_email_key"/);
	t.regex(text, /tests\/a-assertions\.test\.ts:11/);
});

test('an error of plain SQL shows the user\'s line', t => {
	const text = report(t, 'a-assertions › an error of plain SQL');
	t.regex(text, /column "nonsense" does not exist/);
	t.regex(text, /tests\/a-assertions\.test\.ts:15/);
});

test('G34 R: an error of the test and what the end of its context finds are both told, the test\'s first to blame', t => {
	const text = report(t, 'a-assertions › an error and a leak');
	t.regex(text, /the body fails before the commit/);
	t.regex(text, /Besides, when the context was closed:[^]*an open transaction[^]*insert into "users"/);
});

test('G34 C: an error of the test and what the end of its context finds are both told, the test\'s first to blame', t => {
	const text = report(t, 'a-assertions › an error and a leak on a clone');
	t.regex(text, /the body fails before the release/);
	t.regex(text, /Besides, when the context was closed:[^]*a connection that was not given back[^]*insert into users/);
});

test('G06 R: a test that has failed hears nothing of half-made data', t => {
	const text = report(t, 'a-assertions › an error and a violation');
	t.regex(text, /the body fails on a half-made order/);
	t.notRegex(text, /orders_user_exists|Besides/);
	passes(t, 'a-assertions › the next one passes');
});

for (const name of ['commits', 'commits and chains', 'begins anew']) {
	test(`G05 R: a test that ${name} fails, and the next one is pristine`, t => {
		const text = report(t, `b-misuse › ${name}`);
		t.regex(text, /ContextError[^]*The transaction of this test was ended/);
		passes(t, `b-misuse › the one after it: ${name}`);
	});
}

test('G05 R: the file after one that committed is pristine', t => {
	t.regex(report(t, 'b-misuse › commits last'), /The transaction of this test was ended by `commit`/);
	passes(t, 'c-after › the next file is pristine');
});

test('G06 R: a deferred violation fails the test and names the constraint', t => {
	t.regex(report(t, 'b-misuse › violates'), /constraint orders_user_exists of table orders/);
});

test('G33 R: a query that nobody awaits fails the test and is named', t => {
	t.regex(report(t, 'b-misuse › forgets a query'), /unfinished query: `select pg_sleep\(600\)`[^]*b-misuse\.test\.ts:25/);
});

test('G33 R: an open transaction fails the test and is named', t => {
	t.regex(report(t, 'b-misuse › forgets a transaction'), /open transaction[^`]*`insert into "users"[^]*b-misuse\.test\.ts:30/);
});

test('G33 R: an open stream fails the test and is named', t => {
	t.regex(report(t, 'b-misuse › forgets a stream'), /stream: `[^`]*users[^`]*`[^]*b-misuse\.test\.ts:38/);
	passes(t, 'b-misuse › the one after the leaks');
});

test('a fixture without a body says how to write it', t => {
	t.regex(report(t, 'b-misuse › no body'), /ERR_FIXTURE_BODY[\s\S]*A fixture takes the body of the test after it/);
});

test('an error found at the end of a context shows its code', t => {
	t.regex(report(t, 'b-misuse › commits'), /ERR_CONTEXT_COMMITTED/);
	t.notRegex(report(t, 'b-misuse › commits'), /Besides/, 'what the body threw is told once');
});

test('tests that fail make AVA\'s exit code 1', t => {
	t.is(run.exitCode, 1);
	t.regex(run.stdout, /^ {2}20 tests failed$/m);
});

test('a fixture in a hook is refused by name', t => {
	t.regex(run.output, /ERR_FIXTURE_HOOK/);
	t.regex(run.output, /A fixture was used in a hook \(beforeEach hook for a fixture in a hook\)/);
});

test('errors of the harness show frames of the user, and none of its own bundle', t => {
	const errors = run.stdout.split(/\n(?= {2}ContextError \[)/).slice(1).map(text => text.split('\n\n')[0]!);
	t.true(errors.length > 0, run.output);
	for (const error of errors) {
		t.false(error.includes('.cache/dataflow-tdd'), error);
	}
});

const frames: Readonly<Record<string, RegExp>> = {
	'an error of the project': /TypeError: code of the project fails\n[^\n]*e-frames\.test\.ts:6:8\)\n[^\n]*e-frames\.test\.ts:10:2/,
	'an error in a transaction': /e-frames\.test\.ts:6:8\)\n[^\n]*e-frames\.test\.ts:14:/,
	'an assertion after a query': /e-frames\.test\.ts:19:4/,
	'an error of an own client': /e-frames\.test\.ts:26:2/,
};

for (const [name, shown] of Object.entries(frames)) {
	test(`${name} shows frames of the user, and none of the bundle`, t => {
		const text = report(t, `e-frames › ${name}`);
		t.regex(text, shown);
		t.notRegex(text, /\.cache[/\\]dataflow-tdd/);
	});
}

test('no stack of a failing test has a frame of the bundle', t => {
	t.notRegex(run.stdout, /\.cache[/\\]dataflow-tdd/);
});

test('an error of the database is shown without empty fields, whichever client it came by', t => {
	t.notRegex(report(t, 'e-frames › an error of an own client'), /: undefined/);
	const refused = report(t, 'e-frames › a client that is refused');
	t.regex(refused, /ERR_CONTEXT_URL: Code in this test run opened a connection of its own/);
	t.notRegex(refused, /: undefined|hint:/);
});
