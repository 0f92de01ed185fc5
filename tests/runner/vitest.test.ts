import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {withProject, type AvaRun} from '../helpers/run-ava.ts';
import {runVitest, watchVitest} from '../helpers/run-other.ts';

/** What Vitest's TAP says: true where a test passed. */
function outcomes({stdout}: AvaRun): Array<[string, boolean]> {
	return Array.from(stdout.matchAll(/^(ok|not ok) \d+ - (.*?)(?: # (?!SKIP).*)?$/gm), ([, verdict, title]) => [title!, verdict === 'ok']);
}

/** The part of a report that is about one failure. */
function failureOf({output}: AvaRun, title: string): string {
	return output.split(/^ FAIL {2}/m).find(part => part.startsWith(`failing/failures.test.ts > ${title}`)) ?? '';
}

test('Vitest: contexts are isolated, may be awaited together, and go on with every try', async t => {
	const project = await withProject(t, 'vitest');
	const run = await runVitest(project, '--reporter=tap-flat');
	t.is(run.exitCode, 0, run.output);
	t.is(outcomes(run).length, 35, run.output);
	t.regex(run.stderr + run.stdout, /dataflow-tdd: tests run on /);
	t.regex(run.output, /dataflow-tdd: 34 tests in [\s\S]*3 leases/, 'each attempt is measured, and each file had a server');
});

test('Vitest: one worker runs file after file, as a thread and without isolation, each with a session of its own', async t => {
	const project = await withProject(t, 'vitest');
	const run = await runVitest(project, '--reporter=tap-flat', '--pool=threads', '--no-isolate', '--maxWorkers=1');
	t.is(run.exitCode, 0, run.output);
	t.is(outcomes(run).length, 35, run.output);
	t.regex(run.output, /3 leases/);
});

test('Vitest: what fails reads well, and leaves nothing to the next test', async t => {
	const project = await withProject(t, 'vitest');
	const run = await runVitest(project, '--config', 'failing.config.ts');
	t.is(run.exitCode, 1);
	t.regex(failureOf(run, 'a commit fails its test'), /ContextError \[ERR_CONTEXT_COMMITTED\]: The transaction of this test was ended by `commit`\.[\s\S]*test\('a commit fails its test', tddParallelSafe\(async \(t, \{db\}\) => \{/);
	t.regex(failureOf(run, 'its own error comes first'), /AssertionError: expected 'mine' to be 'first'/);
	t.notRegex(failureOf(run, 'its own error comes first'), /ERR_CONTEXT/);
	t.regex(run.stdout, /its own error comes first\nBesides, when the context was closed:\nThe transaction of this test was ended/);
	t.regex(failureOf(run, 'its time is over'), /Test timed out in 1500ms/);
	t.regex(failureOf(run, 'a case of test.each Ada'), /\[ERR_FIXTURE_HOOK\][\s\S]*test\.for\(cases\)/);
	t.regex(failureOf(run, 'no body'), /\[ERR_FIXTURE_BODY\][\s\S]*tddTestContext\(async \(t, \{db\}\) => /);
	t.regex(failureOf(run, 'nothing but a fixture'), /\[ERR_FIXTURE_BODY\][\s\S]*A fixture got undefined/);
	t.regex(failureOf(run, 'a connection of its own'), /ERR_CONTEXT_URL[\s\S]*tddParallelSafe\(async \(t, \{url\}\) => /);
	t.regex(failureOf(run, 'with a fixture in a hook > a second fixture is refused'), /\[ERR_FIXTURE_HOOK\]: A second fixture was used for one test/);
	t.is(run.output.match(/^ FAIL {2}/gm)?.length, 8, run.output);
});

test('Vitest: watch mode runs again what has changed, and reports each time', async t => {
	const project = await withProject(t, 'vitest');
	const file = path.join(project.folder, 'tests/measured.test.ts');
	const run = watchVitest(t, project, 'tests/measured.test.ts');
	await run.waitFor(/dataflow-tdd: 6 tests in/);
	const seen = run.output().length;
	await writeFile(file, `${await readFile(file, 'utf8')}\ntest('one more', tddTestContext(async (_t, {connection}) => {\n\tawait connection.execute('select 1');\n}));\n`);
	await run.waitFor(/dataflow-tdd: 7 tests in/, seen);
	t.regex(run.output().slice(seen), /Tests +7 passed/);
});
