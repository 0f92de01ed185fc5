import {mkdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {makeProject, type AvaRun, type Project} from '../helpers/run-ava.ts';

let project: Project;

test.before(async t => {
	t.timeout(110_000);
	project = await makeProject('unseen');
});

test.after.always(async () => {
	await project.remove();
});

const junitFile = (): string => path.join(project.folder, 'test-results/junit.xml');
const summaryFile = (): string => path.join(project.folder, 'job-summary.md');

async function run(t: ExecutionContext, names: readonly string[], more: readonly string[] = []): Promise<AvaRun> {
	t.timeout(110_000);
	await writeFile(summaryFile(), '');
	const args = [...names.map(name => `tests/${name}.test.ts`), ...more];
	const ended = await project.run({args, env: {DATAFLOW_TDD_REPORT: 'summary,junit', GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summaryFile()}});
	t.is(ended.exitCode, 1, ended.output);
	return ended;
}

test.serial('tests that never had a context have failed, in every report', async t => {
	const {stderr} = await run(t, ['passes', 'seeded']);
	t.regex(stderr, /^dataflow-tdd: 4 tests in .*, 1 passed, 3 failed$/m);
	t.is(stderr.match(/^::error file=tests\/seeded\.test\.ts,/gm)?.length, 3, stderr);
	const junit = await readFile(junitFile(), 'utf8');
	t.regex(junit, /<testsuites [^>]*tests="4" failures="3"/);
	t.regex(junit, /brokn/);
	t.regex(await readFile(summaryFile(), 'utf8'), /^### ❌ 4 tests in .*: 1 passed, 3 failed$/m);
});

for (const [name, what] of [['plain', 'a test without a fixture fails'], ['loads', 'a file does not load']] as const) {
	test.serial(`no report is green where ${what}`, async t => {
		const {stderr} = await run(t, ['passes', name]);
		t.regex(stderr, /^dataflow-tdd: 1 test in .*, 1 passed$/m);
		t.regex(stderr, /^ +but +The run failed \(exit code 1\), and none of these tests did:$/m);
		t.regex(stderr, /^::error title=dataflow-tdd::The run failed \(exit code 1\)/m);
		t.regex(await readFile(junitFile(), 'utf8'), /<testsuites [^>]*tests="2" failures="0" errors="1"/);
		t.regex(await readFile(summaryFile(), 'utf8'), /^### ❌ 1 test in .*: 1 passed\n\n\*\*The run failed/m);
	});
}

test.serial('of a file whose worker was ended, what passed is there, and what hung has failed', async t => {
	const {stderr} = await run(t, ['hangs'], ['--timeout=8s']);
	t.regex(stderr, /^dataflow-tdd: 2 tests in .*, 1 passed, 1 failed$/m);
	t.regex(stderr, /^ +incomplete +1 under way in tests\/hangs\.test\.ts when its worker was ended$/m);
	t.regex(await readFile(junitFile(), 'utf8'), /<testcase name="one that hangs"[^>]*>[^]*It was under way when its worker was ended\./);
});

test.serial('a report of an earlier run is not left for one that comes to none', async t => {
	await mkdir(path.dirname(junitFile()), {recursive: true});
	await writeFile(junitFile(), '<testsuites/>');
	await run(t, ['loads']);
	await t.throwsAsync(readFile(junitFile()), {code: 'ENOENT'});
});
