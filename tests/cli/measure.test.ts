import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {readdir, readFile, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {outsideOfTests} from '#lib/config/mode.js';
import {withFolder} from '../helpers/folder.ts';
import {runCli, type Finished} from '../helpers/project.ts';
import {withProject} from '../helpers/run-ava.ts';

const env = {DATAFLOW_TDD_SERVER: 'embedded', CI: undefined, FORCE_COLOR: undefined};

/** A project whose suite can be measured; `measure` runs the command in it. */
async function measured(t: ExecutionContext) {
	const {folder} = await withProject(t, 'regressing');
	const file = path.join(folder, 'tests', 'performance_history.json');
	return {
		folder, file,
		measure: async (args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Finished> => runCli(folder, ['measure', '--samples', '3', ...args], {...env, ...more}),
		readFile: async () => JSON.parse(await readFile(file, 'utf8')),
	};
}

const counted = 'tests/notes.test.ts › notes are counted';
const found = 'tests/notes.test.ts › a note is found';

test.serial('a baseline is made, an unchanged suite passes the check, and a planted statement and a worse plan do not', async t => {
	const {folder, measure, readFile: history} = await measured(t);

	t.timeout(300_000);
	const update = await measure(['--update']);
	t.is(update.status, 0, update.stderr);
	t.regex(update.stdout, /Accepted: these figures are the baseline/);
	const {format, machines: [{machine, runs, baseline}]} = await history();
	t.is(format, 1);
	t.is(machine.server, 'embedded 18');
	t.is(runs[0].samples, 6);
	t.like(baseline.counters.tests[counted], {statements: 1, rows: 1});
	t.true(baseline.counters.tests[counted].buffers > 0);

	const unchanged = await measure(['--check', '--json']);
	t.is(unchanged.status, 0, unchanged.stdout);
	const report = JSON.parse(unchanged.stdout);
	t.deepEqual(report.comparison.counters.changes, []);
	t.is(report.comparison.counters.same, 9, 'three counters of three tests');
	t.deepEqual(report.unstable, []);
	t.true(report.hasBaseline);

	const statement = await measure(['--check', '--no-buffers'], {MEASURED_PLANTED: 'statement'});
	t.is(statement.status, 1);
	t.regex(statement.stdout, new RegExp(`^statements of ${counted} +1 +2 +2\\.00 +regressed$`, 'm'));
	t.true(statement.stdout.includes(`${counted}:\n  +1 select max(id) from notes (new, once)\n`), statement.stdout);
	t.regex(statement.stdout, /Something has regressed\. .*`dataflow-tdd measure --update`/);

	// The same statements, but one of them has lost its index.
	const migration = path.join(folder, 'schemas', '002_no_key.sql');
	await writeFile(migration, 'alter table notes drop constraint notes_pkey;');
	const plan = await measure(['--check']);
	t.regex(plan.stderr, /counting once more, run 2 of 2/);
	t.is(plan.status, 1);
	t.notRegex(plan.stdout, /^statements of/m);
	await rm(migration);
	t.regex(plan.stdout, new RegExp(`^buffers of ${found} +\\d+ +\\d+ +[\\d.]+ +regressed$`, 'm'));
});

test.serial('without a baseline nothing is compared, and that is said loudly', async t => {
	const {measure} = await measured(t);
	const {status, stdout, stderr} = await measure(['--check', '--no-buffers']);
	t.is(status, 0, stderr);
	t.regex(stderr, /WARNING: times were NOT compared: .*has no baseline for this machine class \(.*embedded 18.*\)\. Nothing was\. .*npx dataflow-tdd measure --update/);
	t.regex(stdout, /Nothing was compared: there is no baseline yet\./);
	t.regex(stdout, /^metric +baseline +now +ratio +verdict$/m);
	t.regex(stdout, /^suite +- +[\d.]+ ms +no baseline$/m);
});

test.serial('with a baseline of another machine class, statements and rows are compared with the newest, and times are said not to be', async t => {
	const {measure, file, readFile: history} = await measured(t);
	t.timeout(300_000);
	t.is((await measure(['--update', '--no-buffers'])).status, 0);
	const {machines: [own], ...rest} = await history();
	const other = {...own, machine: {...own.machine, cores: own.machine.cores + 1}};
	const older = {...structuredClone(other), machine: {...other.machine, cores: 1000}, baseline: {...structuredClone(other.baseline), at: '2001-01-01T00:00:00.000Z'}};
	older.baseline.counters.tests[counted].statements = 100;
	await writeFile(file, JSON.stringify({...rest, machines: [other, older]}));

	const same = await measure(['--check', '--no-buffers']);
	t.is(same.status, 0, same.stdout);
	t.regex(same.stderr, /WARNING: times were NOT compared: .* Statements and rows were, with the newest baseline of another class\. .*npx dataflow-tdd measure --update/);
	t.regex(same.stdout, /^6 counters \(statements, rows\) are as they were\.$/m);

	const planted = await measure(['--check', '--no-buffers'], {MEASURED_PLANTED: 'statement'});
	t.is(planted.status, 1, planted.stdout);
	t.regex(planted.stdout, new RegExp(`^statements of ${counted} +1 +2 +2\\.00 +regressed$`, 'm'));
});

test.serial('a suite that fails is shown, and nothing is recorded', async t => {
	const {measure, file} = await measured(t);
	const {status, stdout, stderr} = await measure(['--update', '--no-buffers'], {MEASURED_PLANTED: 'failure'});
	t.is(status, 1);
	t.is(stdout, '');
	t.regex(stderr, /notes are counted/);
	t.regex(stderr, /\n{2}ERR_HISTORY_SUITE: The suite fails \(AVA's exit code is 1\), so there is nothing to measure\. .* Nothing was recorded\. Run: npx ava\n$/);
	t.false(existsSync(file));
});

test.serial('a part of the suite can be measured, and options of AVA go behind --', async t => {
	const {measure} = await measured(t);
	const {status, stdout, stderr} = await measure(['--json', '--no-buffers', 'tests/notes.test.ts', '--', '--match=*counted*']);
	t.is(status, 0, stderr);
	t.deepEqual(Object.keys(JSON.parse(stdout).timings.tests), [counted]);
});

test.serial('wrong use is exit code 2, and says what to do', async t => {
	const {folder} = await measured(t);
	for (const [args, message] of [
		[['--samples', '2'], /The option --samples is '2'\. It has to be a whole number from 3.*measure --help/],
		[['--samples', 'many'], /The option --samples is 'many'/],
		[['--check', '--update'], /--check and --update were given together/],
		[['--update', 'tests/notes.test.ts'], /--update was given with a part of the suite \(tests\/notes\.test\.ts\)/],
		[['--update', '--', '--match=*a*'], /--update was given with a part of the suite \(--match=\*a\*\)/],
		[['--chek'], /^ERR_CLI_USAGE: Unknown option '--chek'\. Did you mean --check\?/],
	] as const) {
		const {status, stdout, stderr} = await runCli(folder, ['measure', ...args], env);
		t.is(status, 2, stderr);
		t.is(stdout, '');
		t.regex(stderr, message);
	}
});

test.serial('without AVA, and without withTdd, it is said what is missing', async t => {
	const {folder, measure} = await measured(t);
	await writeFile(path.join(folder, 'ava.config.mjs'), `export default {files: ['tests/plain.test.js']};\n`);
	await writeFile(path.join(folder, 'tests/plain.test.js'), `import test from 'ava';\ntest('one', t => {\n\tt.pass();\n});\n`);
	const plain = await measure(['--no-buffers']);
	t.is(plain.status, 1);
	t.regex(plain.stderr, /^ERR_HISTORY_RECORD: The suite in .* passed, but what its runs recorded cannot be measured\. .*withTdd/m);

	await withFolder(async bare => {
		await writeFile(path.join(bare, 'package.json'), '{}');
		const missing = await runCli(bare, ['measure'], env);
		t.is(missing.status, 1);
		t.regex(missing.stderr, /ERR_HISTORY_RUNNER: AVA is not installed in .*npm install --save-dev ava/);
	});
});

test.serial('Ctrl-C ends the suite, records nothing, and leaves no lock', async t => {
	const {folder, file} = await measured(t);
	const child = spawn(process.execPath, [path.resolve(import.meta.dirname, '../../build/cli/main.js'), 'measure', '--update'], {
		cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: {...outsideOfTests(process.env), DATAFLOW_TDD_SESSION: undefined, DATAFLOW_TDD_MODE: undefined, ...env},
	});
	let stderr = '';
	const seen = Promise.withResolvers<void>();
	child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
		stderr += chunk;
		if (stderr.includes('run 2 of 2')) {
			seen.resolve();
		}
	});
	await seen.promise;
	child.kill('SIGINT');
	const [status] = await once(child, 'close');
	t.is(status, 130);
	t.regex(stderr, /Interrupted\. Nothing was recorded\.\n$/);
	t.false(existsSync(file));
	t.deepEqual((await readdir(path.dirname(file))).filter(name => name.includes('performance')), []);
});
