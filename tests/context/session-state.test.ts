import test from 'ava';
import {sql} from 'kysely';
import {inContext, withContext, type TestedContext} from '../helpers/worker-context.ts';

const backend = async ({context: {connection}}: TestedContext): Promise<number> => connection.fetchValue('select pg_backend_pid()');

/** Settings that a test may change, and how it is read. */
const settings: Readonly<Record<string, readonly [change: string, read: string]>> = {
	'search_path': ['set search_path = pg_catalog', 'show search_path'],
	'TimeZone': ['set timezone = \'Asia/Tokyo\'', 'show timezone'],
	'statement_timeout': ['set statement_timeout = 1234', 'show statement_timeout'],
	'the role': ['set role pg_monitor', 'select current_user'],
	'the session\'s user': ['set session authorization pg_monitor', 'select session_user'],
	'session_replication_role': ['set session_replication_role = replica', 'show session_replication_role'],
	'application_name': ['set application_name = mine', 'show application_name'],
	'a setting of the user\'s own': ['select set_config(\'app.tenant\', \'7\', false)', 'select coalesce(current_setting(\'app.tenant\', true), \'\')'],
	'DateStyle': ['set datestyle = \'German\'', 'show datestyle'],
	'the isolation level of later transactions': ['set session characteristics as transaction isolation level serializable', 'show default_transaction_isolation'],
};

for (const [name, [change, read]] of Object.entries(settings)) {
	test.serial(`G13 R: ${name} does not leak into the next test on the same connection`, async t => {
		const before = await inContext(t, async open => ({pid: await backend(open), value: await open.context.connection.fetchValue<string>(read)}));
		await inContext(t, async ({context: {connection}}) => {
			await connection.execute(change);
			t.not(await connection.fetchValue(read), before.value);
		});
		await inContext(t, async open => {
			t.is(await backend(open), before.pid);
			t.is(await open.context.connection.fetchValue(read), before.value);
		});
	});
}

test.serial('G13 R: what a failing test sets does not leak either', async t => {
	await withContext(async ({context: {connection}, close}) => {
		await connection.execute('set search_path = pg_catalog');
		await connection.execute('select 1 / 0').catch(() => {});
		await close({hasFailed: true});
	});
	await inContext(t, async ({context: {connection}}) => {
		t.is(await connection.fetchValue('select count(*)::int from users'), 0);
	});
});

test.serial('G13 R: SET LOCAL lasts to the end of the user\'s transaction', async t => {
	await inContext(t, async ({context: {db, connection}}) => {
		const show = async (): Promise<string> => connection.fetchValue('show statement_timeout');
		await db.transaction().execute(async trx => {
			await sql`set local statement_timeout = 4321`.execute(trx);
			t.deepEqual((await sql`show statement_timeout`.execute(trx)).rows, [{statement_timeout: '4321ms'}]);
			throw new Error('undone');
		}).catch(() => {});
		t.is(await show(), '0');
	});
});

/** Things that belong to a session and not to a transaction. */
const leftovers: Readonly<Record<string, readonly [leave: readonly string[], isThere: string]>> = {
	'a temporary table': [['create temp table scratch (a int)', 'insert into scratch values (1)'], 'select to_regclass(\'scratch\') is not null'],
	'a temporary table that survives commits': [['create temp table scratch (a int) on commit preserve rows'], 'select to_regclass(\'pg_temp.scratch\') is not null'],
	'a prepared statement': [['prepare q as select 1'], 'select exists (select 1 from pg_prepared_statements)'],
	'a cursor': [['declare c cursor for select 1'], 'select exists (select 1 from pg_cursors)'],
	'a cursor with hold': [['declare c cursor with hold for select 1'], 'select exists (select 1 from pg_cursors)'],
	'a listener': [['listen news'], 'select exists (select 1 from pg_listening_channels())'],
	'a loaded plan': [['prepare q as select * from users', 'execute q', 'alter table users add column extra int'], 'select exists (select 1 from pg_prepared_statements)'],
};

for (const [name, [leave, isThere]] of Object.entries(leftovers)) {
	test.serial(`G14 R: ${name} does not leak into the next test on the same connection`, async t => {
		const pid = await inContext(t, async open => {
			for (const statement of leave) {
				await open.context.connection.execute(statement);
			}

			return backend(open);
		});
		await inContext(t, async open => {
			t.is(await backend(open), pid);
			t.false(await open.context.connection.fetchValue(isThere));
			for (const statement of leave) {
				await open.context.connection.execute(statement);
			}
		});
	});
}

test.serial('G14 R: currval does not leak', async t => {
	const pid = await inContext(t, async open => {
		await open.context.connection.execute('select nextval(\'users_id_seq\')');
		await open.context.connection.execute('select currval(\'users_id_seq\')');
		return backend(open);
	});
	await inContext(t, async open => {
		t.is(await backend(open), pid);
		await t.throwsAsync(open.context.connection.execute('select currval(\'users_id_seq\')'), {code: '55000'});
		await t.throwsAsync(open.context.connection.execute('select lastval()'), {code: '55000'});
	});
});

test.serial('G14 R: a change of the schema does not yield "cached plan must not change result type"', async t => {
	const read = async ({context: {db, connection}}: TestedContext): Promise<string[]> => {
		await db.selectFrom('users').selectAll().execute();
		await connection.execute('select * from users where id = $1', [1]);
		await connection.execute('insert into users (name, email) values (\'Ada\', \'ada@example.com\')');
		return Object.keys((await db.selectFrom('users').selectAll().executeTakeFirstOrThrow()));
	};

	const before = await inContext(t, read);
	await inContext(t, async open => {
		await read(open);
		await open.context.connection.execute('delete from users');
		await open.context.connection.execute('alter table users add column extra int');
		t.deepEqual(await read(open), [...before, 'extra']);
	});
	t.deepEqual(await inContext(t, read), before);
});
