import {readFile, rm} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {createRun, writeFileRecord, writeRunHead} from '#lib/monitor/run-store.js';
import {makeProjectFolder, runCli} from '../helpers/project.ts';
import {sampleFile, sampleRun, sampleTest} from './sample-run.ts';

async function projectFolder(t: ExecutionContext): Promise<string> {
	const dir = await makeProjectFolder();
	t.teardown(async () => rm(dir, {recursive: true, force: true}));
	return dir;
}

/** Keeps a run of one test in a project, as a runner would. */
function keepRun(projectDir: string, title: string, startedAt: number): string {
	const {id, folder} = createRun(projectDir, startedAt);
	const {files, ...head} = sampleRun([sampleFile('tests/a.test.ts', [sampleTest({title})])], {id, projectDir});
	writeFileRecord(folder, files[0]!);
	writeRunHead(folder, head);
	return id;
}

test('without a run, `report` says that there is none', async t => {
	const {status, stdout, stderr} = await runCli(await projectFolder(t), ['report']);
	t.is(status, 1);
	t.is(stdout, '');
	t.regex(stderr, /^ERR_REPORT_RUN: There is no test run to report in .*npx ava\n$/s);
});

test('`report` writes the page of the newest run, or of the one that it is told', async t => {
	const dir = await projectFolder(t);
	const older = keepRun(dir, 'the older', Date.UTC(2026, 10, 22));
	const newer = keepRun(dir, 'the newer', Date.UTC(2026, 10, 23));
	const page = await runCli(dir, ['report']);
	t.is(page.stdout, `Wrote test-results/report.html of run ${newer}.\n`, page.stderr);
	t.regex(await readFile(path.join(dir, 'test-results/report.html'), 'utf8'), /the newer/);

	t.is((await runCli(dir, ['report', '--run', older, '--out', 'old.html'])).stdout, `Wrote old.html of run ${older}.\n`);
	t.regex(await readFile(path.join(dir, 'old.html'), 'utf8'), /the older/);
	t.is((await runCli(dir, ['report', '--run', path.join('node_modules/.cache/dataflow-tdd/runs', older), '--out', 'old.html'])).status, 0);

	const unknown = await runCli(dir, ['report', '--run', 'nothing']);
	t.is(unknown.status, 1);
	t.is(unknown.stderr, `ERR_REPORT_RUN: There is no run 'nothing', neither by its id nor as a folder. The newest ten are kept, and those only whose runner came to its end. Use one of: ${newer}, ${older}.\n`);
});

test('`report` writes and prints what it is asked for, and no page then', async t => {
	const dir = await projectFolder(t);
	const id = keepRun(dir, 'a test of it', Date.UTC(2026, 10, 23));
	const json = await runCli(dir, ['report', '--json', '--junit', 'out/junit.xml']);
	t.like(JSON.parse(json.stdout), {id, totals: {tests: 1}});
	t.is(json.stderr, `Wrote out/junit.xml of run ${id}.\n`);
	const summary = await runCli(dir, ['report', '--summary', '--trace', 'out/trace.json'], {NO_COLOR: '1', FORCE_COLOR: undefined});
	t.regex(summary.stdout, /^dataflow-tdd: 1 test in 3\.42 s, 1 passed\n[^]*a\.test\.ts › a test of it\n[^]*\nWrote out\/trace\.json of run .*\n$/);
	t.true((await runCli(dir, ['report', '--summary'], {FORCE_COLOR: '1', NO_COLOR: undefined})).stdout.startsWith('\u001B[1mdataflow-tdd'));
	await t.throwsAsync(readFile(path.join(dir, 'test-results/report.html')), {code: 'ENOENT'});
	const refused = await runCli(dir, ['report', '--junit', 'package.json/junit.xml']);
	t.is(refused.status, 1);
	t.regex(refused.stderr, /^ERR_REPORT_WRITE: /);
});
