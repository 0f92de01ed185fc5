import {randomBytes} from 'node:crypto';
import test, {type ExecutionContext} from 'ava';
import pg from 'pg';
import {sql} from 'kysely';
import {openCloneContext, type CloneContext, type OpenClone} from '#lib/context/clone/clone-context.js';
import {ServerRoles} from '#lib/context/clone/clone-roles.js';
import {workerSession} from '#lib/context/worker-session.js';
import {connectClient, withClient} from '#lib/postgres/client.js';
import {roleOptions} from '#lib/postgres/roles.js';
import {databaseUrl} from '#lib/template/session.js';

const asApplication = {role: 'shop_app'};
const identity = 'select current_user::text as current, current_setting(\'is_superuser\') as mighty';
const application = [{current: 'shop_app', mighty: 'off'}];

/** Opens a clone as a fixture does; its end is the caller's. */
async function onClone<T>(use: (open: OpenClone) => Promise<T>, options: {role?: string | null} = {}): Promise<T> {
	const session = await workerSession.open();
	return session.clones.withPlace(async () => use(await openCloneContext(session.clones, session.combination([]), options)));
}

async function inClone<T>(t: ExecutionContext, use: (context: CloneContext<any>) => Promise<T>, options: {role?: string | null} = {}): Promise<T> {
	return onClone(async open => {
		const result = await use(open.context as CloneContext<any>);
		t.is(await open.close({hasFailed: false}), undefined);
		return result;
	}, options);
}

async function onServer(text: string, values: unknown[] = []): Promise<unknown[]> {
	const {lease} = await workerSession.open();
	return withClient(lease.address, async client => (await client.query(text, values)).rows);
}

/** What a test does, and whether it is told that it went by policies. */
const uses: Readonly<Record<string, readonly [isTold: boolean, statement: string, role: string | null]>> = {
	'reading a table with policies as a superuser': [true, 'select * from addresses', null],
	'writing to it': [true, `with u as (insert into users (name, email) values ('Ada', 'ada@example.com') returning id) insert into addresses (user_id, street, city) select id, 'a', 'b' from u`, null],
	'reading another table': [false, 'select * from products', null],
	'reading it as a role that is bound': [false, 'select * from addresses', 'shop_app'],
};

for (const [what, [isTold, statement, role]] of Object.entries(uses)) {
	test.serial(`G15 C: ${what} is ${isTold ? '' : 'not '}told as going by policies, once a file`, async t => {
		await workerSession.close();
		const notes = async (): Promise<readonly string[]> => onClone(async open => {
			const client = await open.context.pool.connect();
			await client.query('begin');
			await client.query(statement);
			await client.query('commit');
			client.release();
			await open.close({hasFailed: false});
			return open.notes;
		}, {role});
		const [first, second] = [await notes(), await notes()];
		t.is(first.length, isTold ? 1 : 0, first.join('\n'));
		t.regex(first[0] ?? 'This test used addresses', /^This test used addresses/);
		t.deepEqual(second, []);
	});
}

test.serial('G15 C: a test runs as a role on every connection, whichever way it was opened', async t => {
	await inClone(t, async ({db, pool, connection, connect, url}) => {
		t.deepEqual(await connection.fetchRows(identity), application);
		t.deepEqual((await pool.query(identity)).rows, application);
		t.deepEqual((await sql.raw(identity).execute(db)).rows, application);
		t.deepEqual((await sql.raw(identity).execute(await connect())).rows, application);
		const client = new pg.Client(url);
		await client.connect();
		t.deepEqual((await client.query(identity)).rows, application);
		await client.end();
		await t.throwsAsync(pool.query('drop table users'), {code: '42501'});
	}, asApplication);
});

for (const statement of ['reset role', 'reset all', 'discard all']) {
	test.serial(`G15 C: \`${statement}\` stays at the role`, async t => {
		await inClone(t, async ({pool}) => {
			const client = await pool.connect();
			await client.query(statement);
			t.deepEqual((await client.query(identity)).rows, application);
			client.release();
		}, asApplication);
	});
}

test.serial('G15 C: a policy passes and blocks, for two at once', async t => {
	await inClone(t, async ({connection, connect}) => {
		const [ada, eve] = (await connection.fetchRows<{id: number}>(`insert into users (name, email) values ('Ada', 'ada@example.com'), ('Eve', 'eve@example.com') returning id`)).map(({id}) => id);
		const [first, second] = [await connect(), await connect()];
		await sql`select set_config('app.user_id', ${String(ada)}, false)`.execute(first);
		await sql`select set_config('app.user_id', ${String(eve)}, false)`.execute(second);
		const insert = sql`insert into addresses (user_id, street, city) values (${ada}, 'Analytical Row 1', 'London')`;
		await insert.execute(first);
		await t.throwsAsync(insert.execute(second), {code: '42501'});
		t.is((await first.selectFrom('addresses').selectAll().execute()).length, 1);
		t.is((await second.selectFrom('addresses').selectAll().execute()).length, 0);
	}, asApplication);
});

test.serial('G15 C: a test without a role is the harness\'s own user, also after one with a role', async t => {
	await inClone(t, async ({connection}) => connection.fetchRows(identity), asApplication);
	const [own] = await inClone(t, async ({connection}) => connection.fetchRows<{mighty: string}>(identity));
	t.is(own?.mighty, 'on');
});

test.serial('G15 C: settings that a role was given are in force', async t => {
	const {lease} = await workerSession.open();
	const options = roleOptions({name: 'shop_app', known: [], settings: ['search_path="a b", "$user", public', 'app.tenant=7 = \\8', 'statement_timeout=1234', 'role=postgres']});
	const client = new pg.Client(databaseUrl(lease.address, lease.address.database, options));
	await client.connect();
	const {rows} = await client.query(`select current_setting('search_path') as path, current_setting('app.tenant') as tenant, current_setting('statement_timeout') as timeout, current_user::text as role`);
	await client.end();
	t.deepEqual(rows, [{path: '"a b", "$user", public', tenant: '7 = \\8', timeout: '1234ms', role: 'shop_app'}]);
});

test.serial('G15 C: an unknown role is ERR_CONTEXT_ROLE, which lists those that are there', async t => {
	const error = await t.throwsAsync<Error & {code: string}>(onClone(async () => {}, {role: 'shop_ap'}), {code: 'ERR_CONTEXT_ROLE'});
	t.regex(error?.message ?? '', /^This test cannot run as the role 'shop_ap': .*there are: .*shop_app, shop_owner/);
	t.false(error?.message.includes((await workerSession.open()).lease.address.password));
	await inClone(t, async ({connection}) => t.is(await connection.fetchValue('select 1'), 1));
});

test.serial('G15 C: a role that a test creates does not outlive it, and fails it by name', async t => {
	const {keeper} = await workerSession.open();
	const name = `tdd_left "behind" ${randomBytes(4).toString('hex')}`;
	const quoted = `"${name.replaceAll('"', '""')}"`;
	if (keeper.info.description.startsWith('external')) {
		t.log('skipped: on a server that others use, roles may be anybody\'s');
		t.pass();
		return;
	}

	const problem = await onClone(async open => {
		await open.context.connection.execute(`create role ${quoted} login`);
		await open.context.connection.execute(`grant select on users to ${quoted}`);
		await open.context.connection.execute(`create table left_behind (a int)`);
		await open.context.connection.execute(`alter table left_behind owner to ${quoted}`);
		return open.close({hasFailed: false}) as Promise<(Error & {code?: string}) | undefined>;
	});
	t.is(problem?.code, 'ERR_CONTEXT_LEAKED');
	t.true(problem?.message.includes(`the role "${name}"`), problem?.message);
	t.regex(problem?.message ?? '', /end or drop it/);
	t.notRegex(problem?.message ?? '', /\n\s*\n/);
	t.deepEqual(await onServer('select rolname from pg_roles where rolname = $1', [name]), []);
	await inClone(t, async ({connection}) => t.is(await connection.fetchValue('select 1'), 1));
});

test.serial('G15 C: a role of one test stays while another one ends, and the last of them names it', async t => {
	const {keeper} = await workerSession.open();
	const name = `tdd_shared_${randomBytes(4).toString('hex')}`;
	if (keeper.info.description.startsWith('external')) {
		t.log('skipped: on a server that others use, roles may be anybody\'s');
		t.pass();
		return;
	}

	const problem = await onClone(async open => {
		await inClone(t, async () => open.context.connection.execute(`create role ${name}`));
		t.is((await onServer('select rolname from pg_roles where rolname = $1', [name])).length, 1);
		return open.close({hasFailed: false}) as Promise<(Error & {code?: string}) | undefined>;
	});
	t.is(problem?.code, 'ERR_CONTEXT_LEAKED');
	t.true(problem?.message.includes(`the role "${name}", which this test or one that ran at the same time has created`), problem?.message);
	t.deepEqual(await onServer('select rolname from pg_roles where rolname = $1', [name]), []);
	await inClone(t, async ({connection}) => t.is(await connection.fetchValue('select 1'), 1));
});

test.serial('G15 C: the roles of a server are read again after a failure, and for another server', async t => {
	const {lease: {address}} = await workerSession.open();
	const roles = new ServerRoles();
	const ended = await connectClient(address);
	await ended.end();
	await t.throwsAsync(roles.remember(address, ended, []));
	await withClient(address, async client => {
		await roles.remember(address, client, []);
		const name = `tdd_later_${randomBytes(4).toString('hex')}`;
		await client.query(`create role ${name}`);
		const other = {...address};
		await roles.remember(other, client, []);
		roles.enter(other);
		t.deepEqual(await roles.leave(other, client), []);
		roles.enter(address);
		t.is((await roles.leave(address, client)).length, 1);
	});
});

test.serial('G15 C: a role that a test drops again, and one that a template brings, are no leaks', async t => {
	const name = `tdd_dropped_${randomBytes(4).toString('hex')}`;
	await inClone(t, async ({connection}) => {
		await connection.execute(`create role ${name}`);
		await connection.execute(`drop role ${name}`);
	});
	const session = await workerSession.open();
	const brought = `tdd_brought_${randomBytes(4).toString('hex')}`;
	const combination = {packs: [], layers: [{name: 'roles', tables: {[brought]: `create table ${brought} (a int); create role ${brought}; grant select on ${brought} to ${brought}`}}]};
	await session.clones.withPlace(async () => {
		const open = await openCloneContext(session.clones, combination, {});
		t.is(await open.close({hasFailed: false}), undefined);
	});
});

test.serial('G33 C: what a test under a role leaves open is named with its statement, which the role could not see', async t => {
	const problem = await onClone(async open => {
		const client = new pg.Client(open.context.url);
		client.on('error', () => {});
		t.teardown(async () => client.end().catch(() => {}));
		await client.connect();
		await client.query('select 1 as left_open');
		return open.close({hasFailed: false}) as Promise<(Error & {code?: string}) | undefined>;
	}, asApplication);
	t.is(problem?.code, 'ERR_CONTEXT_LEAKED');
	t.true(problem?.message.includes('select 1 as left_open'), problem?.message);
});
