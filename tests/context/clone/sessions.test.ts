import test from 'ava';
import {sql} from 'kysely';
import {inClone, until, withClone} from '../../helpers/worker-context.ts';

/** What a test may set for good, and how it is read. */
const settings: Readonly<Record<string, readonly [change: string, read: string]>> = {
	'search_path': ['set search_path = pg_catalog', 'show search_path'],
	'TimeZone': ['set timezone = \'Asia/Tokyo\'', 'show timezone'],
	'statement_timeout': ['set statement_timeout = 1234', 'show statement_timeout'],
	'the role': ['set role pg_monitor', 'select current_user'],
	'session_replication_role': ['set session_replication_role = replica', 'show session_replication_role'],
	'a setting of the database': ['do $$ begin execute format(\'alter database %I set work_mem = \'\'5MB\'\'\', current_database()); end $$', 'show work_mem'],
	'a setting of the user\'s own': ['select set_config(\'app.tenant\', \'7\', false)', 'select coalesce(current_setting(\'app.tenant\', true), \'\')'],
};

for (const [name, [change, read]] of Object.entries(settings)) {
	test(`G13 C: ${name} does not leak into the next test`, async t => {
		const before = await inClone(t, async ({connection}) => connection.fetchValue<string>(read));
		await inClone(t, async ({connection, connect}) => {
			await connection.execute(change);
			const changed = name.includes('database') ? (await sql.raw<Record<string, string>>(read).execute(await connect())).rows[0]!.work_mem! : await connection.fetchValue(read);
			t.not(changed, before);
		});
		await inClone(t, async ({connection, connect}) => {
			t.is(await connection.fetchValue(read), before);
			t.is(Object.values((await sql.raw<Record<string, string>>(read).execute(await connect())).rows[0]!)[0], before);
		});
	});
}

/** Things that belong to a session. */
const leftovers: Readonly<Record<string, readonly [leave: readonly string[], isThere: string]>> = {
	'a temporary table': [['create temp table scratch (a int)'], 'select to_regclass(\'pg_temp.scratch\') is not null'],
	'a prepared statement': [['prepare q as select 1'], 'select exists (select 1 from pg_prepared_statements)'],
	'a cursor with hold': [['declare c cursor with hold for select 1'], 'select exists (select 1 from pg_cursors)'],
	'a listener': [['listen news'], 'select exists (select 1 from pg_listening_channels())'],
};

for (const [name, [leave, isThere]] of Object.entries(leftovers)) {
	test(`G14 C: ${name} does not leak into the next test`, async t => {
		await inClone(t, async ({connection}) => {
			for (const statement of leave) {
				await connection.execute(statement);
			}

			t.true(await connection.fetchValue(isThere));
		});
		await inClone(t, async ({connection}) => {
			t.false(await connection.fetchValue(isThere));
		});
	});
}

test('G14 C: currval does not leak, and a change of the schema breaks no plan', async t => {
	const read = async ({connection, db}: Parameters<Parameters<typeof inClone>[1]>[0]): Promise<string[]> => {
		await connection.execute('select * from users where id = $1', [1]);
		await db.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).execute();
		return Object.keys(await db.selectFrom('users').selectAll().executeTakeFirstOrThrow());
	};

	const before = await inClone(t, read);
	await inClone(t, async context => {
		await read(context);
		await context.connection.execute('delete from users');
		await context.connection.execute('alter table users add column extra int');
		t.deepEqual(await read(context), [...before, 'extra']);
	});
	await inClone(t, async context => {
		await t.throwsAsync(context.connection.execute('select currval(\'users_id_seq\')'), {code: '55000'});
		t.deepEqual(await read(context), before);
	});
});

test('G17 C: now() moves from transaction to transaction, and stands still in one', async t => {
	await inClone(t, async ({connection, db}) => {
		const read = 'select now()::text';
		const first = await connection.fetchValue<string>(read);
		await connection.execute('select pg_sleep(0.002)');
		t.true(await connection.fetchValue('select now() > $1::timestamptz', [first]));
		await db.transaction().execute(async trx => {
			const now = sql<{now: string}>`select now()::text as now`;
			const {rows: [one]} = await now.execute(trx);
			await sql`select pg_sleep(0.002)`.execute(trx);
			t.deepEqual((await now.execute(trx)).rows, [one!]);
		});
	});
});

test('G20 C: a connection that is terminated fails its statement by name, and the pool goes on with others', async t => {
	await withClone(async ({context: {pool, connection, db}, close}) => {
		await db.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).execute();
		const client = await pool.connect();
		const {processID: pid} = client as unknown as {processID: number};
		client.on('error', () => {});
		const sleeping = t.throwsAsync(client.query('select pg_sleep(60)'), {code: '57P01', message: /terminating connection/});
		await until(async () => connection.fetchValue('select exists (select from pg_stat_activity where pid = $1 and wait_event = \'PgSleep\')', [pid]));
		await connection.execute('select pg_terminate_backend($1)', [pid]);
		await sleeping;
		client.release(true);
		t.not(await connection.fetchValue('select pg_backend_pid()'), pid);
		t.is(await connection.fetchValue('select count(*)::int from users'), 1);
		t.is(await close({hasFailed: false}), undefined);
	});
});

test('G20 C: connections that are terminated while nobody uses them are replaced', async t => {
	await withClone(async ({context: {pool, db, connection}, close}) => {
		const clients = await Promise.all([1, 2, 3].map(async () => pool.connect()));
		for (const client of clients) {
			client.release();
		}

		await connection.execute('select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()');
		await until(async () => pool.totalCount === 1);
		await db.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).execute();
		t.is(await connection.fetchValue('select count(*)::int from users'), 1);
		t.is(await close({hasFailed: false}), undefined);
	});
	await inClone(t, async ({connection}) => {
		t.is(await connection.fetchValue('select count(*)::int from users'), 0);
	});
});
