import {readFile, rm, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {freshSchema, makeProject, makeProjectFolder, runCli, runNode, untilGone, type Finished, type Project} from '../helpers/project.ts';
import {withFolder} from '../helpers/folder.ts';

// What commands do is the same on every kind of server; this one is the soonest there.
const options = {workers: 1, lingerMs: 60_000, server: 'embedded'};

/** A project whose own configuration the commands read, so that they and the test speak to the same keeper. */
async function cliProject(t: ExecutionContext, files: Readonly<Record<string, string>> = {}): Promise<Project> {
	return makeProject(t, {options, files: {
		'package.json': JSON.stringify({type: 'module', 'dataflow-tdd': options}),
		'schemas/001.sql': freshSchema('create table items (id int generated always as identity primary key, name text not null);'),
		...files,
	}});
}

function succeeded(t: ExecutionContext, {status, stdout, stderr}: Finished): string {
	t.is(status, 0, stderr);
	return stdout;
}

/** Each command of a serial test, on one project. */
async function json(t: ExecutionContext, {dir}: Project, ...args: string[]): Promise<any> {
	return JSON.parse(succeeded(t, await runCli(dir, [...args, '--json'])));
}

test.serial('status, warm and stop tell of the keeper, to people and to programs', async t => {
	const project = await cliProject(t);
	const cli = async (...args: string[]) => succeeded(t, await runCli(project.dir, args));
	t.regex(await cli('status'), /^No keeper is running for this project\..*`dataflow-tdd warm`/);
	t.like(await json(t, project, 'status'), {running: false, keepers: []});
	t.like(await json(t, project, 'stop'), {stopped: false, keepers: []});
	t.regex(await cli('stop'), /^No keeper was running/);

	const warm = await json(t, project, 'warm');
	t.like(warm, {isCached: false, lingerMs: 60_000});
	t.regex(warm.fingerprint, /^[\da-f]{40}$/);
	t.regex(await cli('warm'), /^Servers run on .+; the template was there\. They stay for 60 s after the last run\.\n$/);

	const status = await json(t, project, 'status');
	t.like(status, {running: true, projectDir: project.dir, fingerprint: warm.fingerprint, pid: warm.pid, waiting: 0, lingerMs: 60_000});
	t.is(status.slots.length, 1);
	t.is(status.slots[0].state, 'free');
	t.true(status.memoryBytes > 0);
	const text = await cli('status');
	t.true(text.startsWith(`keeper ${warm.pid}, up `), text);
	t.true(text.includes(`template ${warm.fingerprint.slice(0, 12)}`), text);
	t.true(text.includes(`log: ${status.logFile}`), text);
	const keeper = await project.open();
	t.is(keeper.info.pid, warm.pid, 'commands and tests have the same keeper');
	await project.prepare(keeper);

	t.like(await json(t, project, 'stop'), {stopped: true, pid: warm.pid});
	await untilGone(warm.pid, [status.slots[0].server]);
});

test.serial('types are written, are found stale after a migration, and are written anew', async t => {
	const project = await cliProject(t, {
		'seeds/index.ts': `import {defineSeedPack} from 'dataflow-tdd';\nexport const shop = defineSeedPack<any>()({name: 'shop', load: async () => ({a: 1})});\n`,
		'seeds/more.sql': '-- needs: shop\nselect 1;\n',
	});
	const file = path.join(project.dir, 'tests/tdd-env.d.ts');
	const check = async () => runCli(project.dir, ['types', '--check']);
	const missing = await check();
	t.is(missing.status, 1);
	t.is(missing.stdout, 'tests/tdd-env.d.ts is not up to date: run `dataflow-tdd types`.\n');
	await t.throwsAsync(readFile(file), {code: 'ENOENT'});

	t.like(await json(t, project, 'types'), {file, isCurrent: false, wasWritten: true});
	const written = await readFile(file, 'utf8');
	t.regex(written, /export interface Items \{\n\s*id: Generated<number>;\n\s*name: string;/);
	t.regex(written, /declare module 'dataflow-tdd' \{\n\tinterface Register \{\n\t\tdatabase: DB;\n\t\tseeds: typeof import\('\.\.\/seeds\/index\.js'\)\n/);
	t.true(written.includes(`{"more": SeedPack<'more', undefined>}`), written);
	t.is(succeeded(t, await check()), 'tests/tdd-env.d.ts is up to date.\n');
	t.like(await json(t, project, 'types'), {isCurrent: true, wasWritten: false});

	await project.write('schemas/002.sql', 'alter table items add column price numeric;');
	t.is((await check()).status, 1);
	t.is(await readFile(file, 'utf8'), written, 'a check writes nothing');
	t.is(succeeded(t, await runCli(project.dir, ['types'])), 'tests/tdd-env.d.ts was written.\n');
	t.regex(await readFile(file, 'utf8'), /price: Numeric \| null;/);
	t.is(succeeded(t, await runCli(project.dir, ['types', '--out', 'db.d.ts'])), 'db.d.ts was written.\n');
	t.regex(await readFile(path.join(project.dir, 'db.d.ts'), 'utf8'), /typeof import\('\.\/seeds\/index\.js'\)/);
	const keeper = await project.open();
	await project.prepare(keeper);
	await project.remove('schemas/002.sql');
	await project.prepare(keeper);
});

test.serial('types are known to tests that import nothing but fixtures', async t => {
	const project = await cliProject(t, {
		'tests/typed.test.ts': `import test from 'ava';\nimport {tddTestContext} from 'dataflow-tdd/ava';\ntest('typed', tddTestContext, async (t, {db}) => { t.pass(); await db.insertInto('items').values({nam: 'Ada'}).execute(); });\n`,
		'tsconfig.json': JSON.stringify({compilerOptions: {module: 'nodenext', strict: true, noEmit: true, skipLibCheck: true, types: ['node']}, include: ['tests']}),
	});
	for (const name of ['@types', 'ava', 'kysely', 'typescript']) {
		await symlink(path.join(import.meta.dirname, '../../node_modules', name), path.join(project.dir, 'node_modules', name)).catch(() => {});
	}

	succeeded(t, await runCli(project.dir, ['types']));
	const {stdout} = await runNode({cwd: project.dir, args: ['node_modules/typescript/bin/tsc', '-p', '.']});
	t.regex(stdout, /error TS2353: .*'nam' does not exist/);
	t.is(stdout.match(/error TS/g)?.length, 1, stdout);
});

test.serial('a command that meets a broken schema fails with the same error as a test run', async t => {
	const project = await cliProject(t, {'schemas/002.sql': 'create table broken (id nothing);'});
	const {status, stdout, stderr} = await runCli(project.dir, ['warm']);
	t.is(status, 1);
	t.is(stdout, '');
	t.regex(stderr, /^ERR_TEMPLATE_SQL: schemas\/002\.sql:1:25 failed: type "nothing" does not exist/m);
});

test.serial('prune removes snapshots: those that were not used for some days, or all', async t => {
	await withFolder(async cache => {
		const env = {DATAFLOW_TDD_CACHE: cache, DATAFLOW_TDD_SERVER: 'embedded'};
		const project = await cliProject(t);
		const cli = async (...args: string[]) => JSON.parse(succeeded(t, await runCli(project.dir, [...args, '--json'], env)));
		const {fingerprint} = await cli('warm');
		await cli('stop');
		t.like(await cli('prune'), {removed: [], kept: 1, freedBytes: 0});
		const dry = await cli('prune', '--all', '--dry-run');
		t.like(dry, {dryRun: true, kept: 0});
		t.is(dry.removed.length, 1);
		const {removed, kept, freedBytes} = await cli('prune', '--all');
		t.deepEqual(removed, dry.removed, 'a dry run removes nothing');
		t.is(removed.length, 1);
		t.true(removed[0].startsWith(fingerprint.slice(0, 24)));
		t.is(kept, 0);
		t.true(freedBytes > 100_000);
		t.like(await cli('prune', '--all'), {removed: [], kept: 0});
		t.false((await cli('warm')).isCached, 'what is needed again is built again');
		await cli('stop');
		t.is((await cli('prune', '--days', '0')).removed.length, 1);
		for (const days of ['soon', '-1', '']) {
			const {status, stderr} = await runCli(project.dir, ['prune', `--days=${days}`], env);
			t.is(status, 2);
			t.regex(stderr, /^ERR_CLI_USAGE: The option --days is '.*'\. It has to be a number of days from 0\. Run: npx dataflow-tdd prune --help\. An example: npx dataflow-tdd prune --days 3\n$/);
		}
	});
});

test.serial('an AVA configuration that cannot be run is three sentences, and exit code 2', async t => {
	for (const [text, reason] of [["import 'not-installed';", "Cannot find package 'not-installed'"], ['export default () => { throw new Error("planted"); };', 'planted']] as const) {
		const dir = await makeProjectFolder({'ava.config.mjs': text});
		t.teardown(async () => rm(dir, {recursive: true, force: true}));
		for (const command of ['status', 'warm']) {
			const {status, stdout, stderr} = await runCli(dir, [command]);
			t.is(status, 2, command);
			t.is(stdout, '');
			t.regex(stderr, new RegExp(`^ERR_CONFIG_LOAD: ava\\.config\\.mjs cannot be loaded: .*${reason}.*Run \`node ava\\.config\\.mjs\`, or npx ava, to see where\\.\n$`));
		}
	}
});

test.serial('types that cannot be written are three sentences', async t => {
	const project = await cliProject(t);
	const {status, stderr} = await runCli(project.dir, ['types', '--out', 'package.json/db.d.ts']);
	t.is(status, 1);
	t.regex(stderr, /^ERR_CLI_WRITE: The file .*package\.json\/db\.d\.ts cannot be written: (?:ENOTDIR|EEXIST).*dataflow-tdd types --out tests\/tdd-env\.d\.ts\n$/m);
});

test.serial('a wrong option is three sentences, and exit code 2', async t => {
	const dir = await makeProjectFolder({'package.json': JSON.stringify({type: 'module', 'dataflow-tdd': {lanes: 0}})});
	t.teardown(async () => rm(dir, {recursive: true, force: true}));
	for (const command of ['doctor', 'status', 'warm', 'stop', 'types', 'prune']) {
		const {status, stdout, stderr} = await runCli(dir, [command]);
		t.is(status, 2, command);
		t.is(stdout, '');
		t.is(stderr, `ERR_CONFIG_INVALID: The option 'lanes' in package.json is 0 (number). It has to be a whole number from 1. Change it in package.json.\n`);
	}
});

test.serial('a wrong option in the second argument of withTdd is exit code 2 too', async t => {
	const {dir} = await cliProject(t, {'ava.config.mjs': `import {withTdd} from 'dataflow-tdd/ava/config';\nexport default withTdd({}, {sever: 'auto'});`});
	const {status, stderr} = await runCli(dir, ['status']);
	t.is(status, 2);
	t.true(stderr.startsWith(`ERR_CONFIG_INVALID: The option 'sever' in the second argument of withTdd is not known.`), stderr);
});

test.serial('commands have the options that ava.config.mjs gives to withTdd', async t => {
	const project = await cliProject(t);
	await writeFile(path.join(project.dir, 'ava.config.mjs'), `import {withTdd} from 'dataflow-tdd/ava/config';\nexport default withTdd({concurrency: 3}, {lingerMs: 54_321, workers: 1});`);
	const warm = await json(t, project, 'warm');
	t.is(warm.lingerMs, 54_321);
	t.is((await json(t, project, 'status')).lingerMs, 54_321);
	t.is((await json(t, project, 'stop')).pid, warm.pid);
	const keeper = await project.open();
	await project.prepare(keeper);
});
