import {randomBytes} from 'node:crypto';
import test from 'ava';
import pg from 'pg';
import type {OpenClone} from '#lib/context/clone/clone-context.js';
import {ClonePool} from '#lib/context/clone/clone-pool.js';
import {workerSession} from '#lib/context/worker-session.js';
import {withClient} from '#lib/postgres/client.js';
import {until, withClone} from '../../helpers/worker-context.ts';

type Context = OpenClone['context'];

/** What a test may leave open, and how the message names it. */
const leaks: Readonly<Record<string, readonly [(context: Context) => Promise<unknown>, RegExp]>> = {
	'an open transaction': [async ({db}) => {
		const trx = await db.startTransaction().execute();
		await trx.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).execute();
	}, /connection that was not given back, or its transaction: `insert into "users"/],
	'a client that was not released': [async ({pool}) => pool.connect(), /a connection that was not given back; no statement was sent on it\n/],
	'a client that was used, given back and taken again': [async ({pool}) => {
		await pool.query('select 1 as earlier');
		await pool.connect();
	}, /a connection that was not given back; no statement was sent on it\n/],
	'a query that nobody awaits': [async ({pool}) => {
		const client = await pool.connect();
		client.query('select pg_sleep(600) /* forgotten */').catch(() => {});
	}, /unfinished query: `select pg_sleep\(600\) \/\* forgotten \*\/`/],
	'a query on the pool that nobody awaits': [async ({pool}) => {
		pool.query('select pg_sleep(600) /* of the pool */').catch(() => {});
		await new Promise(resolve => {
			pool.once('acquire', () => setImmediate(resolve));
		});
	}, /unfinished query: `select pg_sleep\(600\) \/\* of the pool \*\/`/],
	'a query on a further connection': [async ({connect}) => {
		const other = await connect();
		await other.startTransaction().execute();
	}, /connection that was not given back, or its transaction: `begin`/],
	'a query that waits for a connection': [async ({connect}) => {
		const other = await connect();
		await other.startTransaction().execute();
		other.selectFrom('users').selectAll().execute().catch(() => {});
		await new Promise(resolve => {
			setImmediate(resolve);
		});
	}, /a query that was waiting for a connection/],
	'a barrier at which somebody waits': [async ({barrier}) => {
		void barrier(2)();
	}, /a barrier for 2, at which 1 arrived/],
};

for (const [name, [leak, message]] of Object.entries(leaks)) {
	test.serial(`G33 C: ${name} fails the test and is named`, async t => {
		await withClone(async ({context, close}) => {
			await leak(context);
			const error = await close({hasFailed: false}) as Error & {code?: string};
			t.is(error.code, 'ERR_CONTEXT_LEAKED');
			t.regex(error.message, message);
			t.regex(error.message, /leaks\.test\.ts:\d+:\d+/, 'the stack names the place');
		});
	});
}

test.serial('G33 C: a connection that was opened through the URL and not closed fails the test and is named', async t => {
	await withClone(async ({context: {url}, close}) => {
		const client = new pg.Client({connectionString: url, application_name: 'the application'});
		client.on('error', () => {});
		await client.connect();
		await client.query('select 4711');
		const error = await close({hasFailed: false}) as Error & {code?: string};
		t.is(error.code, 'ERR_CONTEXT_LEAKED');
		t.regex(error.message, /opened through the URL \(application_name 'the application'\): `select 4711`/);
		await client.end().catch(() => {});
	});
});

test.serial('G33 C: connections that were closed in time are no leak', async t => {
	await withClone(async ({context: {url, pool, connect}, close}) => {
		for (let round = 0; round < 5; round++) {
			const client = new pg.Client({connectionString: url});
			await client.connect();
			await client.query('select 1');
			await client.end();
		}

		const going = new pg.Client({connectionString: url});
		await going.connect();
		const client = await pool.connect();
		client.release();
		const other = await connect();
		await other.destroy();
		void going.end();
		t.is(await close({hasFailed: false}), undefined);
	});
});

test.serial('G33 C: code under test may close its Kysely, as an application does at its end', async t => {
	await withClone(async ({context: {db}, close}) => {
		await db.selectFrom('users').selectAll().execute();
		await db.destroy();
		t.is(await close({hasFailed: false}), undefined);
	});
});

test.serial('G33 C: what was left is found also when the code under test has closed its pool', async t => {
	await withClone(async ({context: {db, url, connection}, close}) => {
		const client = new pg.Client({connectionString: url});
		client.on('error', () => {});
		await client.connect();
		await client.query('select 4712');
		const name = `tdd_left_${randomBytes(4).toString('hex')}`;
		await connection.execute(`create role ${name}`);
		await db.destroy();
		const error = await close({hasFailed: false}) as Error & {code?: string};
		t.is(error.code, 'ERR_CONTEXT_LEAKED');
		t.regex(error.message, /opened through the URL: `select 4712`/);
		const {keeper} = await workerSession.open();
		t.is(error.message.includes(`the role "${name}"`), !keeper.info.description.startsWith('external'), error.message);
		await client.end().catch(() => {});
	});
});

test.serial('G33 C: a connection that arrives after the end is closed', async t => {
	const {lease: {address}} = await workerSession.open();
	const applicationName = `late ${randomBytes(4).toString('hex')}`;
	const pool = new ClonePool({address, database: address.database, applicationName, max: 1, role: undefined});
	const connecting = pool.connect();
	pool.close();
	await connecting;
	await withClient(address, async client => {
		const isThere = async (): Promise<boolean> => (await client.query('select 1 from pg_stat_activity where application_name = $1', [applicationName])).rowCount !== 0;
		await until(async () => !await isThere());
		t.false(await isThere());
	});
});

test.serial('G11 C: a listener that is still open is closed and told', async t => {
	await withClone(async open => {
		const client = await open.context.pool.connect();
		await client.query('listen orders');
		client.release();
		t.is(await open.close({hasFailed: false}), undefined);
		t.regex(open.notes.join('\n'), /still listening to 'orders'/);
	});
});

test.serial('G12 C: a session lock of one test is free in the next', async t => {
	await withClone(async ({context: {connection}, close}) => {
		await connection.execute('select pg_advisory_lock(4711)');
		t.is(await close({hasFailed: false}), undefined);
	});
	await withClone(async ({context: {connection}, close}) => {
		t.true(await connection.fetchValue('select pg_try_advisory_lock(4711)'));
		t.is(await close({hasFailed: false}), undefined);
	});
});
