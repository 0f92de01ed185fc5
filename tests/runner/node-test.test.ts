import test from 'ava';
import {withProject, type AvaRun} from '../helpers/run-ava.ts';
import {runNodeTest} from '../helpers/run-other.ts';

const register = '--import=dataflow-tdd/node-test/register';
const files = 'tests/*.test.ts';

function counts({stdout}: AvaRun): Readonly<Record<string, number>> {
	return Object.fromEntries(Array.from(stdout.matchAll(/^ℹ (tests|pass|fail|cancelled|skipped|todo) (\d+)$/gm), ([, name, count]) => [name!, Number(count)]));
}

const allPassed = {tests: 29, pass: 27, fail: 0, cancelled: 0, skipped: 1, todo: 1};

/** The part of a report that is about one failure. */
function failureOf({stdout}: AvaRun, title: string): string {
	return stdout.split(/^test at /m).find(part => part.split('\n')[1]?.includes(`✖ ${title} (`)) ?? '';
}

test('node:test: contexts are isolated, with nothing but the import', async t => {
	const project = await withProject(t, 'node-test');
	const run = await runNodeTest(project, files);
	t.is(run.exitCode, 0, run.output);
	t.deepEqual(counts(run), allPassed, run.output);
});

test('node:test: files may share one process', async t => {
	const project = await withProject(t, 'node-test');
	const run = await runNodeTest(project, register, '--test-isolation=none', files);
	t.is(run.exitCode, 0, run.output);
	t.deepEqual(counts(run), allPassed, run.output);
});

test('node:test: a global setup holds the servers for a run, and reports it', async t => {
	const project = await withProject(t, 'node-test');
	const run = await runNodeTest(project, register, '--test-global-setup=setup.mjs', files);
	t.is(run.exitCode, 0, run.output);
	t.deepEqual(counts(run), allPassed, run.output);
	t.regex(run.output, /dataflow-tdd: tests run on /);
	t.regex(run.output, /dataflow-tdd: 25 tests in [\s\S]*2 leases/);
});

test('node:test: what fails reads well, and leaves nothing to the next test', async t => {
	const project = await withProject(t, 'node-test');
	const run = await runNodeTest(project, register, 'failing/*.test.ts');
	t.is(run.exitCode, 1);
	t.regex(failureOf(run, 'a commit fails its test'), /ContextError \[ERR_CONTEXT_COMMITTED\]: The transaction of this test was ended by `commit`\.[\s\S]*test\('a commit fails its test', tddParallelSafe\(async \(t, \{db\}\) => \{/);
	t.regex(failureOf(run, 'its own error comes first'), /'mine' !== 'first'/);
	t.notRegex(failureOf(run, 'its own error comes first'), /ERR_CONTEXT/);
	t.regex(run.stdout, /✖ its own error comes first \(.*\nℹ Besides, when the context was closed:\nThe transaction of this test was ended/);
	t.regex(failureOf(run, 'its time is over'), /test timed out after 1500ms/);
	t.regex(failureOf(run, 'a hook of its own fails'), /Error: of the hook/);
	t.regex(run.stdout, /✔ and its place is free /, 'a context is closed also where a hook before that throws');
	t.regex(failureOf(run, 'stands behind a hook of its file'), /ERR_FIXTURE_HOOK\]: A fixture was called without the context of a test/);
	t.regex(failureOf(run, 'no body'), /ERR_FIXTURE_BODY[\s\S]*tddTestContext\(async \(t, \{db\}\) => /);
	t.regex(failureOf(run, 'a connection of its own'), /ERR_CONTEXT_URL[\s\S]*tddParallelSafe\(async \(t, \{url\}\) => /);
	t.regex(failureOf(run, 'a second fixture is refused'), /ERR_FIXTURE_HOOK\]: A second fixture was used for one test/);
	t.deepEqual(counts(run), {tests: 12, pass: 4, fail: 7, cancelled: 1, skipped: 0, todo: 0}, run.output);
});
