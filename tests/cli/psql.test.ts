import {mkdtemp, readFile, rm, symlink, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {withClient} from '#lib/postgres/client.js';
import {readServices, urlOf} from '#lib/cli/psql/service.js';
import {KeptDatabases} from '#lib/keeper/kept-databases.js';
import {freshSchema, makeProject, runCli, type Project} from '../helpers/project.ts';

const options = {workers: 1, lingerMs: 60_000};

async function psqlProject(t: ExecutionContext): Promise<Project> {
	return makeProject(t, {options, files: {
		'package.json': JSON.stringify({type: 'module', 'dataflow-tdd': options}),
		'schemas/001.sql': freshSchema('create table items (id int generated always as identity primary key, name text not null);'),
		'seeds/few.sql': "insert into items (name) values ('one'), ('two');",
	}});
}

/** A client for a URL, as any would be: it is told nothing else. */
async function countItems(url: string): Promise<number> {
	const {hostname, port, username, password, pathname, searchParams} = new URL(url);
	const address = {host: searchParams.get('host') ?? hostname, port: Number(port), user: username, password: decodeURIComponent(password), database: pathname.slice(1)};
	return withClient(address, async client => {
		const {rows} = await client.query<{count: number}>('select count(*)::int as count from items');
		return rows[0]!.count;
	});
}

test('psql --url prints the URL of a new database that outlasts the command, with the rows of seed packs', async t => {
	const {dir} = await psqlProject(t);
	const empty = await runCli(dir, ['psql', '--url']);
	t.is(empty.status, 0, empty.stderr);
	t.is(await countItems(empty.stdout.trim()), 0);
	t.regex(empty.stderr, /stays while the keeper does: 60 s/);
	const filled = await runCli(dir, ['psql', '--seeds', 'few', '--url', '--json']);
	const {url, serviceFile, password} = JSON.parse(filled.stdout);
	t.is(await countItems(url), 2);
	t.is(password, undefined);
	t.true(readServices(serviceFile).some(one => urlOf(one) === url));
	const kept = await runCli(dir, ['psql', '--kept', '--url']);
	t.is(kept.stdout.trim(), url, 'the newest of those that are kept');
	const {stdout} = await runCli(dir, ['psql', '--kept', '--json']);
	t.false(stdout.includes(new URL(url).password), 'no password that nobody asked for');
	await runCli(dir, ['stop']);
});

test('psql runs psql on the database, passes its arguments on, and ends with its exit code', async t => {
	const {dir} = await psqlProject(t);
	const bin = await mkdtemp(path.join(os.tmpdir(), 'dataflow-tdd-bin-'));
	t.teardown(async () => rm(bin, {recursive: true, force: true}));
	// No machine of ours is sure to have psql; what counts is what it is called with.
	await writeFile(path.join(bin, 'psql'), '#!/bin/sh\necho "$@"\ngrep -c dbname= "$PGSERVICEFILE"\nexit 3\n', {mode: 0o755});
	await symlink(process.execPath, path.join(bin, 'node'));
	const {status, stdout} = await runCli(dir, ['psql', '--', '-c', 'select 1'], {PATH: `${bin}:/usr/bin:/bin`});
	t.is(status, 3);
	t.regex(stdout, /^service=tdd_c_\S+ -c select 1\n1\n$/);
	const missing = await runCli(dir, ['psql'], {PATH: path.dirname(process.execPath)});
	t.is(missing.status, 1);
	t.regex(missing.stderr, /^ERR_CLI_PSQL: psql cannot be run: .*dataflow-tdd psql --url/);
	await runCli(dir, ['stop']);
});

test('the keeper stays while psql is open, on a new database and on a kept one', async t => {
	const {dir} = await psqlProject(t);
	const bin = await mkdtemp(path.join(os.tmpdir(), 'dataflow-tdd-bin-'));
	t.teardown(async () => rm(bin, {recursive: true, force: true}));
	const main = path.resolve(import.meta.dirname, '../../build/cli/main.js');
	await writeFile(path.join(bin, 'psql'), `#!/bin/sh\nexec '${process.execPath}' '${main}' status --json\n`, {mode: 0o755});
	for (const args of [['psql'], ['psql', '--kept']]) {
		const {status, stdout, stderr} = await runCli(dir, args, {PATH: `${bin}:/usr/bin:/bin`});
		t.is(status, 0, stderr);
		// The one that opened psql, and the one that looks.
		t.true(JSON.parse(stdout).clients >= 2, stdout);
	}

	await runCli(dir, ['stop']);
});

test('a database that is not kept is told by name, with those that are', async t => {
	const {dir} = await psqlProject(t);
	const none = await runCli(dir, ['psql', '--kept']);
	t.is(none.status, 1);
	t.regex(none.stderr, /^ERR_CLI_KEPT: No database is kept for this project\./);
	const {stdout} = await runCli(dir, ['psql', '--json']);
	const {name} = JSON.parse(stdout);
	const other = await runCli(dir, ['psql', '--kept', 'tdd_c_other']);
	t.regex(other.stderr, new RegExp(`ERR_CLI_KEPT: No database named tdd_c_other is kept.*${name}`));
	await runCli(dir, ['stop']);
});

test('what the environment says of other servers does not reach psql', async t => {
	const {dir} = await psqlProject(t);
	const bin = await mkdtemp(path.join(os.tmpdir(), 'dataflow-tdd-bin-'));
	t.teardown(async () => rm(bin, {recursive: true, force: true}));
	await writeFile(path.join(bin, 'psql'), '#!/bin/sh\nenv | grep ^PG | sort\n', {mode: 0o755});
	const elsewhere = {PGHOSTADDR: '203.0.113.1', PGSSLMODE: 'require', PGPASSWORD: 'other', PGSERVICE: 'other', PGSERVICEFILE: '/none', PGAPPNAME: 'mine'};
	const {status, stdout, stderr} = await runCli(dir, ['psql'], {...elsewhere, PATH: `${bin}:/usr/bin:/bin`});
	t.is(status, 0, stderr);
	t.regex(stdout, /^PGAPPNAME=mine\n(?:PG(?:HOST|PORT|USER|DATABASE)=.*\n)*PGSERVICEFILE=\/.+\.pgservice\n$/);
	await runCli(dir, ['stop']);
});

test('a service says itself which address it is at, and whether it is encrypted', async t => {
	const kept = new KeptDatabases('0123456789abcdef');
	t.teardown(() => {
		kept.clear();
	});
	const address = {host: '127.0.0.1', port: 5433, user: 'u', password: 'p', database: 'postgres'};
	kept.add('tdd_c_1', address);
	kept.add('tdd_c_2', {...address, host: '/run/a', tcp: {host: '::1', port: 5434}});
	kept.add('tdd_c_3', {...address, host: 'db.test', ssl: true});
	t.is(await readFile(kept.file, 'utf8'), `[tdd_c_1]
host=127.0.0.1
hostaddr=127.0.0.1
port=5433
user=u
password=p
dbname=tdd_c_1
sslmode=disable

[tdd_c_2]
host=::1
hostaddr=::1
port=5434
user=u
password=p
dbname=tdd_c_2
sslmode=disable

[tdd_c_3]
host=db.test
port=5433
user=u
password=p
dbname=tdd_c_3
sslmode=require
`);
	t.deepEqual(readServices(kept.file)[2], {name: 'tdd_c_3', host: 'db.test', port: '5433', user: 'u', password: 'p', dbname: 'tdd_c_3'});
});

test('a socket folder is a parameter of a URL, and a password is escaped', t => {
	const service = {name: 's', host: '/run/a b', port: '5433', user: 'postgres', password: 'p@ss/word', dbname: 'tdd_c_1'};
	t.is(urlOf(service), 'postgres://postgres:p%40ss%2Fword@localhost:5433/tdd_c_1?host=%2Frun%2Fa+b');
	t.is(urlOf({...service, host: '::1'}), 'postgres://postgres:p%40ss%2Fword@[::1]:5433/tdd_c_1');
});
