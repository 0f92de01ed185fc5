import {mkdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {withProject, type AvaRun, type Project, type RunOptions} from '../helpers/run-ava.ts';
import {runCli} from '../helpers/project.ts';

const budgetLine = /^ {2}over budget {3}\d tests?, [\d.]+ m?s of 20 ms: .*orders\.test\.ts › takes its time$/m;

async function run(project: Project, env: RunOptions['env'] = {}, args: readonly string[] = []): Promise<AvaRun> {
	return project.run({args: ['--tap', ...args], env: {DATAFLOW_TDD_BUDGET_MS: '60000', DATAFLOW_TDD_REPORT: undefined, ...env}});
}

/** The rows of a summary, by their labels. */
function rowsOf(stderr: string): Record<string, string> {
	return Object.fromEntries([...stderr.matchAll(/^ {2}(\S.{0,11}?) {2,}(\S.*)$/gm)].map(([, label, text]) => [label!, text!]));
}

test('a run ends with its summary, on stderr, as it was measured', async t => {
	const project = await withProject(t, 'report');
	const {stdout, stderr, exitCode} = await run(project);
	t.is(exitCode, 1);
	t.regex(stderr, /^dataflow-tdd: 6 tests in [\d.]+ m?s, 4 passed, 1 failed, 1 failed as expected$/m);
	t.regex(stderr, budgetLine);
	const rows = rowsOf(stderr);
	t.regex(rows['in tests']!, /^[\d.]+ m?s: set-up \d+ %, body \d+ %, end \d+ %$/);
	t.regex(rows.database!, /^\d+ % of that; 8 statements, \d+ rows$/);
	t.regex(rows.waits!, /^2 leases, up to /);
	t.regex(rows.cache!, /^\d of \d databases had a template; that saved /);
	t.is(rows['N+1'], '1 test, 3 times: tests/orders.test.ts › reads one by one');
	t.regex(rows.slow!, /^\d+ statements?, [\d.]+ m?s: .* › /);
	t.false(stdout.includes('over budget'), 'stdout is the reporter\'s');
});

test('`report: none` is quiet, and files are written where they are asked for', async t => {
	const project = await withProject(t, 'report');
	const quiet = await run(project, {DATAFLOW_TDD_REPORT: 'none'});
	t.false(/over budget|N\+1|wrote/.test(quiet.stderr), quiet.stderr);

	const {stderr} = await run(project, {DATAFLOW_TDD_REPORT: 'json,junit=out/junit.xml,trace,html'});
	t.false(budgetLine.test(stderr));
	t.deepEqual([...stderr.matchAll(/^dataflow-tdd: wrote (.*)$/gm)].map(([, text]) => text), [
		'json to test-results/run.json', 'junit to out/junit.xml', 'trace to test-results/trace.json', 'html to test-results/report.html',
	]);
	const read = async (file: string): Promise<string> => readFile(path.join(project.folder, file), 'utf8');
	const {totals, statements} = JSON.parse(await read('test-results/run.json'));
	t.like(totals, {tests: 6, passed: 4, failed: 1, expected: 1, statements: 8});
	t.like(statements.find(({text}: {text: string}) => text.includes('"name" in')), {tables: ['users'], count: 2, rows: 1});
	t.regex(await read('out/junit.xml'), /<testsuites [^>]*tests="6" failures="1"/);
	const {traceEvents} = JSON.parse(await read('test-results/trace.json'));
	t.true(['a clone', 'body', 'tests/failing.test.ts', 'lease tests/failing.test.ts'].every(name => traceEvents.some((event: {name: string; ph: string}) => event.name === name && event.ph === 'X')));
	t.regex(await read('test-results/report.html'), /a user is stored/);

	const {stdout} = await runCli(project.folder, ['report', '--summary'], {NO_COLOR: '1', FORCE_COLOR: undefined});
	t.regex(stdout, /^dataflow-tdd: 6 tests in /, 'the run is there for later');
});

test('a report that cannot be written is told, and the run succeeds all the same', async t => {
	const project = await withProject(t, 'report');
	await writeFile(path.join(project.folder, 'taken'), '');
	const {stderr, exitCode} = await run(project, {DATAFLOW_TDD_REPORT: 'junit=taken/junit.xml'}, ['tests/orders.test.ts']);
	t.is(exitCode, 0);
	t.regex(stderr, /^dataflow-tdd: ERR_REPORT_WRITE: The report .*taken\/junit\.xml cannot be written/m);
});

test('in GitHub Actions, findings are annotations at their lines, and the job has a summary', async t => {
	const project = await withProject(t, 'report');
	const summary = path.join(project.folder, 'out', 'summary.md');
	await mkdir(path.dirname(summary));
	const {stderr} = await run(project, {GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary, GITHUB_WORKSPACE: path.dirname(project.folder), DATAFLOW_TDD_REPORT: 'json'});
	const folder = path.basename(project.folder);
	const commands = [...stderr.matchAll(/^::(\w+) file=(.*?),line=(\d+),title=(.*?)::/gm)].map(([, level, file, line, title]) => `${level} ${file}:${line} ${title}`);
	// On a machine that is busy, any statement may be slow.
	t.deepEqual(commands.filter(command => !command.includes(' slow') || command.includes('takes')).toSorted(), [
		`error ${folder}/tests/failing.test.ts:4 a broken one`,
		`warning ${folder}/tests/orders.test.ts:12 N+1%3A reads one by one`,
		`warning ${folder}/tests/orders.test.ts:18 budget%3A takes its time`,
		`warning ${folder}/tests/orders.test.ts:18 slow%3A takes its time`,
	]);
	const markdown = await readFile(summary, 'utf8');
	t.regex(markdown, /^### ❌ 6 tests in .*: 4 passed, 1 failed, 1 failed as expected$/m);
	t.true(markdown.includes(String.raw`a user is stored \| and found`));
});

test('`report: none` is quiet in GitHub Actions, too', async t => {
	const project = await withProject(t, 'report');
	const summary = path.join(project.folder, 'summary.md');
	await writeFile(summary, '');
	const {stderr, exitCode} = await run(project, {GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary, DATAFLOW_TDD_REPORT: 'none'});
	t.is(exitCode, 1);
	t.notRegex(stderr, /^::/m);
	t.is(await readFile(summary, 'utf8'), '');
});
