import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {text} from 'node:stream/consumers';
import test, {type ExecutionContext} from 'ava';
import {folderFor} from '../helpers/folder.ts';
import {runCli} from '../helpers/project.ts';

const clean = `import test from 'ava';
import {tddTestContext} from 'dataflow-tdd/ava';

test('a user is stored', tddTestContext, async (t, {db}) => {
	await db.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).execute();
	t.pass();
});
`;

// dataflow-tdd-allow email: planted
const planted = 'somebody@gmail.com';
const wrong = `import test from 'ava';
import pg from 'pg';

test('a user is stored', async t => {
	const pool = new pg.Pool();
	await pool.query("insert into users (email) values ('${planted}')");
	t.pass();
});
`;

async function project(t: ExecutionContext, files: Readonly<Record<string, string>>): Promise<string> {
	const folder = await folderFor(t);
	for (const [name, text] of Object.entries({'package.json': '{"type": "module"}', ...files})) {
		await mkdir(path.dirname(path.join(folder, name)), {recursive: true});
		await writeFile(path.join(folder, name), text);
	}

	return folder;
}

test('a project in which nothing is wrong passes', async t => {
	const folder = await project(t, {'tests/users.test.ts': clean});
	const {status, stdout, stderr} = await runCli(folder, ['check']);
	t.is(status, 0, stdout + stderr);
	t.regex(stdout, /^Tests: nothing to remark in 1 test file of this project\.\n\nTest data: nothing in 1 file could be somebody's\.\n$/);
});

test('a check that finds nothing to look at fails', async t => {
	const folder = await project(t, {});
	const {status, stdout, stderr} = await runCli(folder, ['check']);
	t.is(status, 1);
	t.is(stdout, '');
	t.regex(stderr, /^ERR_CLI_NOTHING: There is nothing to check in .*\. Neither files named like tests .* Call it in the folder of the project/);
	const onlySeeds = await project(t, {'seeds/few.sql': "insert into users (email) values ('ada@example.com');\n"});
	t.is((await runCli(onlySeeds, ['check'])).status, 0);
});

test('what is wrong is told by file, place and rule, and fails the command', async t => {
	// dataflow-tdd-allow email: planted
	const folder = await project(t, {'tests/users.test.ts': clean, 'tests/wrong.test.ts': wrong, 'seeds/few.sql': "insert into users (email) values ('ada@gmail.com');\n"});
	const {status, stdout} = await runCli(folder, ['check']);
	t.is(status, 1);
	t.regex(stdout, /^tests\/wrong\.test\.ts\n {2}\d+:\d+ {2}[\w-]+/m);
	t.regex(stdout, /somebody@gmail\.com/);
	t.regex(stdout, /seeds\/few\.sql\n {2}1:36 +email +ada@gmail\.com +-> \S+@example\.\w+/);
	t.notRegex(stdout, /users\.test\.ts/);
});

test('only what is named is looked at, and what is ignored or allowed is not told', async t => {
	const folder = await project(t, {'tests/users.test.ts': clean, 'tests/wrong.test.ts': wrong});
	t.is((await runCli(folder, ['check', 'tests/users.test.ts'])).status, 0);
	t.is((await runCli(folder, ['check', '--ignore', 'tests/wrong.test.ts'])).status, 0);
	const {stdout} = await runCli(folder, ['check', '--allow', '*@gmail.com', '--json']);
	const {issues, testData} = JSON.parse(stdout);
	t.true(issues.length > 0);
	t.deepEqual(testData.findings, []);
});

test('SARIF and annotations hold all of it', async t => {
	const folder = await project(t, {'tests/wrong.test.ts': wrong});
	const {stdout} = await runCli(folder, ['check', '--sarif', 'check.sarif', '--github']);
	t.regex(stdout, /^::error file=tests\/wrong\.test\.ts,line=\d+,.*title=dataflow-tdd%3A safe-test-data::/m);
	const {runs: [{results, tool}]} = JSON.parse(await readFile(path.join(folder, 'check.sarif'), 'utf8'));
	const rules = results.map(({ruleId}: {ruleId: string}) => ruleId);
	t.true(rules.includes('safe-test-data') && rules.length > 1, rules.join(' '));
	t.true(results.every(({ruleIndex, ruleId}: {ruleIndex: number; ruleId: string}) => tool.driver.rules[ruleIndex].id === ruleId));
});

const oversized = `import test from 'ava';
import {enhancedTddContext, tddTestContext} from 'dataflow-tdd/ava';

test('a user is stored', enhancedTddContext, async (t, {db}) => {
	await db.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).execute();
	t.is((await db.selectFrom('users').selectAll().execute()).length, 1);
});
`;

test('--fix mends what can be mended, says so on stderr, and passes when nothing is left', async t => {
	const folder = await project(t, {'tests/users.test.ts': oversized});
	const found = await runCli(folder, ['check']);
	t.is(found.status, 1);
	t.regex(found.stdout, /\(--fix mends it\)/);
	t.is(await readFile(path.join(folder, 'tests/users.test.ts'), 'utf8'), oversized, 'nothing is written without --fix');
	const mended = await runCli(folder, ['check', '--fix']);
	t.is(mended.status, 0, mended.stdout);
	t.is(mended.stderr, 'mended tests/users.test.ts\n');
	t.regex(mended.stdout, /^Tests: nothing to remark/);
	t.is(await readFile(path.join(folder, 'tests/users.test.ts'), 'utf8'), oversized.replace(', enhancedTddContext, async', ', tddTestContext, async'));
});

test('--fix leaves what takes thought, and fails for it', async t => {
	const folder = await project(t, {'tests/users.test.ts': oversized, 'tests/wrong.test.ts': wrong});
	const {status, stdout, stderr} = await runCli(folder, ['check', '--fix', '--json']);
	t.is(status, 1);
	t.is(stderr, 'mended tests/users.test.ts\n');
	t.true(JSON.parse(stdout).issues.every(({file}: {file: string}) => file.endsWith('wrong.test.ts')), stdout);
	t.is(await readFile(path.join(folder, 'tests/wrong.test.ts'), 'utf8'), wrong);
});

test('JSON stays JSON where there are annotations to write', async t => {
	const folder = await project(t, {'tests/wrong.test.ts': wrong});
	const {stdout} = await runCli(folder, ['check', '--github', '--json']);
	t.true(JSON.parse(stdout).issues.length > 0);
});

test('a file that cannot be read fails the command', async t => {
	const folder = await project(t, {'tests/users.test.ts': clean, 'seeds/few.ts': 'export const = ;\n'});
	const {status, stdout} = await runCli(folder, ['check']);
	t.is(status, 1, stdout);
	t.regex(stdout, /seeds\/few\.ts was not checked: /);
});

test('a path that does not exist is told', async t => {
	const folder = await project(t, {});
	const {status, stderr} = await runCli(folder, ['check', 'tests/none.test.ts']);
	t.is(status, 1);
	t.regex(stderr, /^ERR_COMPLIANCE_PATH: .*none\.test\.ts does not exist/);
});

test('SARIF that cannot be written is told in three sentences; folders that are missing are made', async t => {
	const folder = await project(t, {'tests/users.test.ts': clean});
	for (const [file, reason] of [['package.json/check.sarif', 'ENOTDIR|EEXIST'], ['tests', 'EISDIR']] as const) {
		const {status, stderr} = await runCli(folder, ['check', '--sarif', file]);
		t.is(status, 1);
		t.regex(stderr, new RegExp(`^ERR_CLI_WRITE: The file ${file} cannot be written: (?:${reason}).*dataflow-tdd check --sarif check\\.sarif\n$`));
	}

	t.is((await runCli(folder, ['check', '--sarif', 'out/check.sarif'])).status, 0);
	t.is(JSON.parse(await readFile(path.join(folder, 'out/check.sarif'), 'utf8')).version, '2.1.0');
});

test('a reader that stops before the end, as head does, is no failure of the command', async t => {
	const folder = await project(t, {'tests/wrong.test.ts': wrong});
	const main = path.resolve(import.meta.dirname, '../../build/cli/main.js');
	const child = spawn(process.execPath, [main, 'check', '--github'], {cwd: folder, stdio: ['ignore', 'pipe', 'pipe']});
	child.stdout.destroy();
	const [stderr, [status]] = await Promise.all([text(child.stderr), once(child, 'close')]);
	t.is(stderr, '');
	t.is(status, 1, 'as it is for what was found');
});
