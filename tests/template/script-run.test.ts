import anyTest, {type ExecutionContext, type TestFn} from 'ava';
import {connectClient, type Client, type ClientOptions} from '#lib/postgres/client.js';
import {runScript, type ScriptResult} from '#lib/template/script/run.js';
import {withScratchServer} from '../helpers/scratch-server.ts';

const test = anyTest as TestFn<{server: ClientOptions; client: Client}>;
type Context = ExecutionContext<{server: ClientOptions; client: Client}>;

/** One server for the file: AVA has no teardown outside a test, so its parts are collected and undone in `after`. */
const teardowns: Array<() => unknown> = [];
let server: ClientOptions;
let databases = 0;

test.before(async () => {
	server = await withScratchServer({teardown: undo => teardowns.unshift(undo)});
});

test.after.always(async () => {
	for (const undo of teardowns) {
		await undo();
	}
});

test.beforeEach(async t => {
	t.context.server = await freshDatabase();
	t.context.client = await connectClient(t.context.server);
});

test.afterEach.always(async t => {
	await t.context.client.end();
});

async function freshDatabase(): Promise<ClientOptions> {
	databases += 1;
	const database = `scratch_${databases}`;
	const client = await connectClient(server);
	await client.query(`create database ${database}`);
	await client.end();
	return {...server, database};
}

function run(t: Context, text: string, file = 'x.sql'): Promise<ScriptResult> {
	return runScript(t.context.client, {file, text});
}

async function values(t: Context, sql: string): Promise<unknown[]> {
	const {rows} = await t.context.client.query({text: sql, rowMode: 'array'});
	return rows.map(row => row[0]);
}

/** Runs a script that has to fail, and gives the message. */
async function failure(t: Context, text: string): Promise<string> {
	const error = await t.throwsAsync(run(t, text), {code: 'ERR_TEMPLATE_SQL', name: 'TemplateError'});
	return error.message;
}

test('a new enum value can be used in the next statement', async t => {
	await run(t, 'create type mood as enum (\'sad\'); alter type mood add value \'glad\'; create table m (v mood default \'glad\'); insert into m default values;');
	t.deepEqual(await values(t, 'select v from m'), ['glad']);
});

test('statements that refuse a transaction run', async t => {
	const result = await run(t, 'create table t (a int);\ncreate index concurrently t_a on t (a);\nvacuum analyze t;\nreindex table concurrently t;');
	t.deepEqual(result, {statements: 4, copiedRows: 0});
});

test('a file may have transactions of its own', async t => {
	await run(t, 'begin; create table t (a int); commit; begin; insert into t values (1); rollback; insert into t values (2);');
	t.deepEqual(await values(t, 'select a from t'), [2]);
});

test('a transaction left open is an error that names its begin, and undone', async t => {
	t.regex(await failure(t, 'select 1;\n start transaction;\ncreate table t (a int);'), /^x\.sql ends inside a transaction that begins at x\.sql:2:2\./);
	t.deepEqual(await values(t, 'select to_regclass(\'t\')'), [null]);
});

test('settings, roles and temporary tables of a file end with it', async t => {
	await run(t, 'create temp table gone (a int); set search_path = pg_catalog; set timezone = \'Asia/Tokyo\'; set role pg_monitor;');
	const {rows} = await t.context.client.query('select current_user, to_regclass(\'gone\') as gone, current_setting(\'search_path\') as path, current_setting(\'timezone\') as zone');
	t.like(rows[0], {current_user: 'postgres', gone: null, path: '"$user", public'});
	t.not(rows[0].zone, 'Asia/Tokyo');
});

test('a failed file leaves the session clean as well', async t => {
	await failure(t, 'begin; set search_path = nowhere; select 1 / 0;');
	t.deepEqual(await values(t, 'select current_setting(\'search_path\')'), ['"$user", public']);
});

test('rows of COPY arrive, with letters outside ASCII, nulls and Windows line ends', async t => {
	const text = 'create table t (a int, b text);\ncopy t from stdin;\n1\té😀\n2\t\\N\n\\.\ncopy t from stdin with (format csv);\r\n3,"it\'s; ""x"""\r\n\\.\r\ncopy t from stdin;\n\\.\n';
	t.deepEqual(await run(t, text), {statements: 4, copiedRows: 3});
	t.deepEqual(await values(t, 'select b from t order by a'), ['é😀', null, 'it\'s; "x"']);
});

test('a function may hold COPY text and psql lines in its dollar quotes', async t => {
	await run(t, 'create function f() returns text language sql as $f$ select $$\nCOPY x FROM stdin;\n\\.\n$$ $f$;\nselect f();');
	t.deepEqual(await values(t, 'select f()'), ['\nCOPY x FROM stdin;\n\\.\n']);
});

test('a function in the SQL standard\'s form with CASE is made', async t => {
	await run(t, 'create function f(n int) returns int begin atomic select 1; select case n when 1 then 2 end; end; select f(1);');
	t.deepEqual(await values(t, 'select f(1)'), [2]);
});

test('300 statements run one after the other', async t => {
	const inserts = Array.from({length: 299}, (_, index) => `insert into t values (${index}, '${index};');`);
	t.deepEqual(await run(t, `create table t (a int primary key, b text);\n${inserts.join('\n')}`), {statements: 300, copiedRows: 0});
	t.deepEqual(await values(t, 'select count(*)::int from t'), [299]);
});

test('an error names file, line and column, and shows the line with a caret', async t => {
	const message = await failure(t, 'select 1;\n\n-- users\ncreate table u (\n\ta int,\n\t"é😀" int references nobody (id)\n);');
	t.true(message.startsWith([
		'x.sql:4:1 failed: relation "nobody" does not exist (SQLSTATE 42P01).',
		'4 | create table u (',
		'  | ^',
	].join('\n')), message);
	t.regex(message, /The statement at x\.sql:4:1 is: create table u \(\n\ta int,/);
	t.regex(message, /path order/);
});

test('the place of an error inside a statement of several lines is exact', async t => {
	const message = await failure(t, '/* é */ select 1; select 2,\n\t\'é😀\', nope\nfrom pg_class;');
	t.true(message.startsWith('x.sql:2:8 failed: column "nope" does not exist (SQLSTATE 42703).\n2 | \t\'é😀\', nope\n  | \t      ^\n'), message);
});

test('an error in the rows of a COPY names the row\'s line in the file', async t => {
	const message = await failure(t, 'create table t (a int);\n-- é\ncopy t\nfrom stdin;\n1\n2\nx\n4\n\\.\n');
	t.regex(message, /^x\.sql:7:1 failed: invalid input syntax for type integer: "x" \(SQLSTATE 22P02\)\.\n7 \| x\n/);
	t.deepEqual(await values(t, 'select count(*)::int from t'), [0]);
});

test('a COPY into a missing table fails and leaves the connection usable', async t => {
	t.regex(await failure(t, `copy nobody from stdin;\n${'1\n'.repeat(200_000)}\\.\n`), /^x\.sql:1:1 failed: relation "nobody" does not exist/);
	t.deepEqual(await values(t, 'select 1'), [1]);
});

test('a COPY that fails at its last row among many leaves the connection usable', async t => {
	const text = `create table t (a int);\ncopy t from stdin;\n${'1\n'.repeat(200_000)}x\n\\.\n`;
	t.regex(await failure(t, text), /^x\.sql:200003:1 failed/);
	t.deepEqual(await values(t, 'select 1'), [1]);
});

test('an error carries PostgreSQL\'s detail, hint and context, and the error itself', async t => {
	const text = 'create function f() returns void language plpgsql as $$ begin raise \'no\' using detail = \'my detail\', hint = \'my hint\'; end $$;\nselect f();';
	const error = await t.throwsAsync(run(t, text), {code: 'ERR_TEMPLATE_SQL'});
	t.regex(error.message, /^x\.sql:2:1 failed: no \(SQLSTATE P0001\)\.\n.*\nDetail: my detail\nHint: my hint\nContext: PL\/pgSQL function f\(\) line 1 at RAISE\n/s);
	t.like(error.cause, {code: 'P0001', message: 'no'});
});

test('a very long statement is quoted in part', async t => {
	const message = await failure(t, `select nope, '${'x'.repeat(5000)}';`);
	t.true(message.length < 1000, message);
});

const advice: Readonly<Record<string, readonly [string, RegExp]>> = {
	'a role that does not exist': ['create table t (a int); alter table t owner to nobody_here;', /pg_dump --no-owner --no-privileges/],
	'an extension that the server lacks': ['create extension nothing_like_it;', /option `image`/],
	'a table that does not exist': ['select * from nowhere;', /sort/],
	'a setting of a newer version': ['set nothing_known = 0;', /newer pg_dump/],
	'an object that exists': ['create table t (a int); create table t (a int);', /already.*IF NOT EXISTS/],
	'a variable of psql': ['select :id;', /variable of psql/],
	'a statement that refuses the file\'s transaction': ['begin; vacuum;', /BEGIN/],
	'rows that contradict a constraint': ['create table t (a int check (a > 0)); insert into t values (0);', /constraint/],
};

for (const [name, [text, expected]] of Object.entries(advice)) {
	test(`the error says what to do about ${name}`, async t => {
		t.regex(await failure(t, text), expected);
	});
}

test('a psql command that decides what is run is refused, others are passed over', async t => {
	for (const line of ['\\i more.sql', '\\ir more.sql', '\\copy t from x.csv', '\\if true', 'select 1;\n\\gexec']) {
		t.regex(await failure(t, line), /cannot be run: \\/);
	}

	t.deepEqual(await run(t, '\\set ON_ERROR_STOP on\n\\connect other\ncreate database other;\nselect 1;\n'), {statements: 1, copiedRows: 0});
	t.deepEqual(await values(t, 'select count(*)::int from pg_database where datname = \'other\''), [0]);
});

test('a file in another encoding than UTF-8 is refused', async t => {
	t.regex(await failure(t, 'SET client_encoding = \'LATIN1\';'), /UTF-8/);
	await run(t, 'SET client_encoding = \'UTF8\'; set client_encoding to utf8; set names \'utf-8\';');
});
