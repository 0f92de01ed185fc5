import {randomBytes} from 'node:crypto';
import test, {type ExecutionContext} from 'ava';
import {sql} from 'kysely';
import {workerSession} from '#lib/context/worker-session.js';
import {withClient, type Client} from '#lib/postgres/client.js';
import {quoteIdentifier} from '#lib/postgres/identifiers.js';
import {connectBeside, endOf, inContext, withContext, type ContextRequest, type TestedContext} from '../helpers/worker-context.ts';

const asApplication = {role: 'shop_app'};

interface Identity {
	readonly current: string;
	readonly session: string;
	readonly mighty: string;
}

const identity = async ({context: {connection}}: TestedContext): Promise<Identity | undefined> => connection.fetchRow<Identity>(
	'select current_user::text as current, session_user::text as session, current_setting(\'is_superuser\') as mighty');

async function onServer<T>(use: (client: Client) => Promise<T>): Promise<T> {
	const {lease} = await workerSession.open();
	return withClient(lease.address, use);
}

/** Makes a role of a test's own, which goes with the test. */
async function makeRole(t: ExecutionContext, attributes: string, ...settings: string[]): Promise<string> {
	const name = `tdd "Role" ${randomBytes(4).toString('hex')}`;
	await onServer(async client => client.query(`create role ${quoteIdentifier(name)} ${attributes}`));
	t.teardown(async () => onServer(async client => client.query(`drop role ${quoteIdentifier(name)}`)));
	for (const setting of settings) {
		await onServer(async client => client.query(`alter role ${quoteIdentifier(name)} ${setting}`));
	}

	return name;
}

/** Lets nobody see a row of a table, and has it hold one. */
async function hideRow({context: {connection}}: TestedContext): Promise<void> {
	await connection.execute(`insert into users (name, email) values ('Ada', 'ada@example.com')`);
	await connection.execute(`insert into addresses (user_id, street, city) select id, 'Analytical Row 1', 'London' from users`);
}

test.serial('G15 R: running tests of a table with policies as a superuser warns, once a file', async t => {
	const first = await inContext(t, async open => {
		await hideRow(open);
		return open;
	});
	t.is(first.notes.length, 1);
	t.regex(first.notes[0]!, /^This test used addresses as \w+, whom row-level security does not bind .*\.with\(\{role: 'shop_app'\}\)/);
	const second = await inContext(t, async open => {
		await hideRow(open);
		return open;
	});
	t.deepEqual(second.notes, []);
});

const layers: ContextRequest['layers'] = [{
	name: 'parcels',
	tables: {parcels: `
		create table parcels (address int references addresses);
		insert into users (name, email) values ('Ada', 'ada@example.com');
		insert into addresses (user_id, street, city) select id, 'Analytical Row 1', 'London' from users`},
}];

/** What a test does, and whether it is told that it went by policies. */
const uses: Readonly<Record<string, readonly [isTold: boolean, statements: readonly string[], role?: string]>> = {
	'reading through a function': [true, [`create function reads() returns bigint language plpgsql as 'begin return (select count(*) from addresses); end'`, 'select reads()']],
	'reading through a view': [true, ['create view seen as select city from addresses', 'table seen']],
	'an update in a transaction': [true, [`update addresses set city = 'Bath'`]],
	'the check of a foreign key': [false, ['insert into parcels values (1)']],
	'a change of the table': [false, ['alter table addresses add column country text']],
	'a table without policies': [false, ['select * from products']],
	'a role that is bound': [false, ['select * from addresses'], 'shop_app'],
	'an owner where policies are forced': [false, ['select * from addresses'], 'shop_owner'],
};

for (const [what, [isTold, statements, role]] of Object.entries(uses)) {
	test.serial(`G15 R: ${what} is ${isTold ? '' : 'not '}told as going by policies`, async t => {
		// A file is told once, and a session is what a file has.
		await workerSession.close();
		const open = await inContext(t, async open => {
			await open.context.db.transaction().execute(async trx => {
				for (const statement of statements) {
					await sql.raw(statement).execute(trx);
				}
			});
			return open;
		}, {layers, ...(role !== undefined && {role})});
		t.is(open.notes.length, isTold ? 1 : 0, open.notes.join('\n'));
	});
}

test.serial('G15 R: a test runs as a role that is no superuser', async t => {
	await inContext(t, async open => {
		t.deepEqual(await identity(open), {current: 'shop_app', session: 'shop_app', mighty: 'off'});
		const {context: {connection}} = open;
		await t.throwsAsync(connection.execute('select * from pg_authid'), {code: '42501'});
		await t.throwsAsync(connection.execute('create role intruder'), {code: '42501'});
		await t.throwsAsync(connection.execute('drop table users'), {code: '42501'});
		await t.throwsAsync(connection.execute('set session_replication_role = replica'), {code: '42501'});
	}, asApplication);
});

test.serial('G15 R: a policy passes and blocks', async t => {
	await inContext(t, async ({context: {connection}}) => {
		const ids = await connection.fetchRows<{id: number}>(`insert into users (name, email) values ('Ada', 'ada@example.com'), ('Eve', 'eve@example.com') returning id`);
		const [ada, eve] = ids.map(({id}) => id);
		const insert = 'insert into addresses (user_id, street, city) values ($1, $2, $3)';
		await connection.execute(`select set_config('app.user_id', $1, false)`, [String(ada)]);
		t.is(await connection.execute(insert, [ada, 'Analytical Row 1', 'London']), 1);
		await t.throwsAsync(connection.execute(insert, [eve, 'Trapdoor 3', 'Bath']), {code: '42501', message: /row-level security/});
		await connection.execute(`select set_config('app.user_id', $1, false)`, [String(eve)]);
		t.is(await connection.fetchValue('select count(*)::int from addresses'), 0);
		t.is(await connection.execute('delete from addresses'), 0);
		await connection.execute(`select set_config('app.user_id', $1, false)`, [String(ada)]);
		t.is(await connection.fetchValue('select city from addresses'), 'London');
	}, asApplication);
});

/** What code under test sends to get back to the user that it connected as. */
for (const statement of ['reset role', 'set role none', 'reset all', 'set local role none', `select set_config('role', 'none', false)`]) {
	test.serial(`G15 R: \`${statement}\` stays at the role, as in production`, async t => {
		await inContext(t, async open => {
			await open.context.connection.execute(statement);
			t.deepEqual(await identity(open), {current: 'shop_app', session: 'shop_app', mighty: 'off'});
		}, asApplication);
	});
}

test.serial('G15 R: the role outlasts failed statements and rolled back transactions', async t => {
	await inContext(t, async open => {
		const {context: {connection, db}} = open;
		await t.throwsAsync(connection.execute('select 1 / 0'), {code: '22012'});
		t.is((await identity(open))?.current, 'shop_app');
		await t.throwsAsync(db.transaction().execute(async trx => {
			await sql`set local statement_timeout = 4321`.execute(trx);
			throw new Error('undone');
		}), {message: 'undone'});
		t.is((await identity(open))?.current, 'shop_app');
		const point = await open.context.savepoint();
		await point.rollback();
		t.is((await identity(open))?.current, 'shop_app');
	}, asApplication);
});

test.serial('G13 R: the role of a test does not leak into the next one on the same connection', async t => {
	const before = await inContext(t, identity);
	t.is((await inContext(t, identity, asApplication))?.session, 'shop_app');
	t.deepEqual(await inContext(t, identity), before);
	await withContext(async ({context: {connection}, close}) => {
		await connection.execute('select 1 / 0').catch(() => {});
		await close({hasFailed: true});
	}, asApplication);
	t.deepEqual(await inContext(t, identity), before);
});

test.serial('G15 R: sequences are put back although the role does not own them', async t => {
	for (let round = 0; round < 2; round++) {
		await inContext(t, async ({context: {connection}}) => {
			t.is(await connection.fetchValue(`insert into users (name, email) values ('Ada', 'ada@example.com') returning id`), 1);
		}, {...asApplication, resetSequences: true});
	}
});

test.serial('G15 R: settings that a role was given are in force, and only for it', async t => {
	const role = await makeRole(t, 'nosuperuser', `set search_path = 'a b', public`, `set app.tenant = '7=8'`, 'set statement_timeout = 1234', `set log_min_duration_statement = 5`);
	const read = async ({context: {connection}}: TestedContext): Promise<unknown> => connection.fetchRow(`
		select current_setting('search_path') as path, coalesce(current_setting('app.tenant', true), '') as tenant, current_setting('statement_timeout') as timeout`);
	const before = await inContext(t, read);
	t.deepEqual(await inContext(t, read, {role}), {path: '"a b", public', tenant: '7=8', timeout: '1234ms'});
	t.deepEqual(await inContext(t, read), before);
});

test.serial('G15 R: a role whose name needs quotes is one like others', async t => {
	const role = await makeRole(t, 'login');
	t.is((await inContext(t, identity, {role}))?.current, role);
});

test.serial('G15 R: an unknown role is ERR_CONTEXT_ROLE, which lists those that are there', async t => {
	const request = {role: 'shop_ap'};
	const problem = await endOf(async ({context: {connection, db}}) => {
		const error = await t.throwsAsync<Error & {code: string}>(connection.execute('select 1'), {code: 'ERR_CONTEXT_ROLE'});
		t.regex(error?.message ?? '', /^This test cannot run as the role 'shop_ap': role "shop_ap" does not exist\..*there are: .*shop_app, shop_owner/);
		await t.throwsAsync(connection.execute('select 2'), {code: 'ERR_CONTEXT_ROLE'});
		await t.throwsAsync(db.transaction().execute(async trx => trx.selectFrom('users').selectAll().execute()), {code: 'ERR_CONTEXT_ROLE'});
	}, request);
	t.is(problem?.code, 'ERR_CONTEXT_ROLE', 'also where the test has swallowed it');
	await inContext(t, async ({context: {connection}}) => {
		t.is(await connection.fetchValue('select 1'), 1);
	});
});

test.serial('G15 R: an unknown role shows in a transaction that comes first', async t => {
	await withContext(async ({context: {db}, close}) => {
		await t.throwsAsync(db.transaction().execute(async trx => trx.selectFrom('users').selectAll().execute()), {code: 'ERR_CONTEXT_ROLE'});
		t.is(await close({hasFailed: true}), undefined);
	}, {role: 'nobody_made_this'});
});

test.serial('G15 R: a role that a test creates does not outlive it', async t => {
	const name = `tdd_created_${randomBytes(4).toString('hex')}`;
	await inContext(t, async ({context: {connection}, lane}) => {
		await connection.execute(`create role ${name} login password 'x'`);
		await connection.execute(`alter role shop_app set statement_timeout = 99`);
		await connection.execute(`set role ${name}`);
		t.is(await connection.fetchValue('select current_user'), name);
		t.is((await (await connectBeside(t, lane)).query('select 1 from pg_roles where rolname = $1', [name])).rowCount, 0, 'not even while it runs');
	});
	t.deepEqual(await onServer(async client => (await client.query('select rolname from pg_roles where rolname = $1', [name])).rows), []);
	t.deepEqual(await onServer(async client => (await client.query(`select 1 from pg_db_role_setting s join pg_roles r on r.oid = s.setrole where r.rolname = 'shop_app'`)).rows), []);
});

test.serial('G15 R: ending the transaction is caught under a role as well, and the next test is not mightier for it', async t => {
	const problem = await endOf(async ({context: {connection}}) => connection.execute('commit').catch(() => {}), asApplication);
	t.is(problem?.code, 'ERR_CONTEXT_COMMITTED');
	t.is((await inContext(t, identity, asApplication))?.session, 'shop_app');
});
