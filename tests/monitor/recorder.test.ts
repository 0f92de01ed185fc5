import {pipeline} from 'node:stream/promises';
import test from 'ava';
import {sql} from 'kysely';
import pg from 'pg';
import Cursor from 'pg-cursor';
import {from as copyFrom} from 'pg-copy-streams';
import QueryStream from 'pg-query-stream';
import {Recorder} from '#lib/monitor/recorder.js';
import {StatementTexts} from '#lib/monitor/statement-texts.js';
import {inContext, withClone, withContext} from '../helpers/worker-context.ts';

function createRecorder(): {recorder: Recorder; texts: StatementTexts} {
	const texts = new StatementTexts();
	return {recorder: new Recorder(texts), texts};
}

/** What was sent how often, in the order of the first time. */
function counts({statements}: Recorder): Record<string, number> {
	return Object.fromEntries(statements.map(({text, count}) => [text, count]));
}

const insertUser = 'insert into "users" ("name", "email") values ($1, $2)';

test('every statement of a rollback test is recorded, whichever way it is sent', async t => {
	const {recorder, texts} = createRecorder();
	await inContext(t, async ({context: {db, connection, pool}}) => {
		await db.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).execute();
		await db.insertInto('users').values({name: 'Eve', email: 'eve@example.com'}).execute();
		await connection.fetchRows('select name from users');
		await pool.query('select $1::int', [1]);
		const client = await pool.connect();
		await client.query('select 2');
		client.release();
	}, {observer: recorder});
	t.deepEqual(counts(recorder), {[insertUser]: 2, 'select name from users': 1, 'select $1::int': 1, 'select 2': 1});
	t.is(recorder.rowCount, 2 + 2 + 1 + 1);
	t.deepEqual(texts.list(), [{text: insertUser, tables: ['users']}, {text: 'select name from users'}, {text: 'select $1::int'}, {text: 'select 2'}]);
});

test('what only controls a transaction is not recorded, nor what the harness sends by itself', async t => {
	const {recorder} = createRecorder();
	await inContext(t, async ({context: {db, pool, savepoint}}) => {
		await db.transaction().execute(async trx => {
			await trx.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).execute();
		});
		const trx = await db.startTransaction().setAccessMode('read only').execute();
		const inner = await trx.savepoint('inner').execute();
		await inner.rollbackToSavepoint('inner').execute();
		await trx.rollback().execute();
		const point = await savepoint();
		await point.rollback();
		const client = await pool.connect();
		await client.query('BEGIN');
		await client.query('savepoint a');
		await client.query('select 1');
		await client.query('COMMIT');
		client.release();
	}, {observer: recorder, resetSequences: true});
	t.deepEqual(counts(recorder), {[insertUser]: 1, 'select 1': 1});
});

test('a stream is one statement with all of its rows', async t => {
	const {recorder} = createRecorder();
	await inContext(t, async ({context: {db, connection}}) => {
		await connection.execute(`insert into users (name, email) select 'user ' || n, n || '@example.com' from generate_series(1, 25) as n`);
		const names: string[] = [];
		for await (const {name} of db.selectFrom('users').select('name').stream(10)) {
			names.push(name);
		}

		t.is(names.length, 25);
	}, {observer: recorder});
	const stream = recorder.statements.find(({text}) => text === 'select "name" from "users"');
	t.like(stream, {count: 1, rows: 25, errors: 0});
	t.is(stream!.maxMs, stream!.totalMs, 'its parts are one call');
});

test('a failed statement is recorded as one, and its time counts', async t => {
	const {recorder} = createRecorder();
	await inContext(t, async ({context: {connection}}) => {
		await t.throwsAsync(connection.execute('select 1/0'), {code: '22012'});
	}, {observer: recorder});
	t.like(recorder.statements[0], {text: 'select 1/0', count: 1, errors: 1, rows: 0});
	t.true(recorder.statements[0]!.totalMs > 0);
	t.is(recorder.databaseMs, recorder.statements[0]!.totalMs);
});

test('what a clone test sends is recorded on all of its connections, and what its end looks for is not', async t => {
	const {recorder} = createRecorder();
	await withClone(async ({context: {db, pool, connection, connect}, close}) => {
		await db.transaction().execute(async trx => {
			await trx.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).execute();
		});
		await pool.query('select 1');
		await connection.fetchRows('select 2');
		const other = await connect();
		await other.selectFrom('users').select('name').execute();
		t.is(await close({hasFailed: false}), undefined);
	}, [], {observer: recorder});
	t.deepEqual(counts(recorder), {[insertUser]: 1, 'select 1': 1, 'select 2': 1, 'select "name" from "users"': 1});
});

test('queries of a clone with a callback of their own, cursors, streams and COPY end with their rows', async t => {
	const {recorder} = createRecorder();
	const series = 'select * from generate_series(1, 25) as ';
	await withClone(async ({context: {db, pool}, close}) => {
		const client = await pool.connect();
		const asked = {text: `${series}own`};
		await new Promise<void>((resolve, reject) => {
			client.query({...asked, callback: (error: unknown) => error ? reject(error as Error) : resolve()} as never);
		});
		await new Promise<void>((resolve, reject) => {
			client.query(new pg.Query({text: `${series}object`} as never, (error: unknown) => error ? reject(error as Error) : resolve()));
		});
		await new Promise((resolve, reject) => {
			client.query(new pg.Query({text: `${series}events`} as never)).on('end', resolve).on('error', reject);
		});
		const cursor = client.query(new Cursor(`${series}cursor`));
		await cursor.read(10);
		await cursor.close();
		const failing = client.query(new Cursor('select 1/0'));
		await t.throwsAsync(failing.read(1), {code: '22012'});
		await client.query(new QueryStream(`${series}stream`)).toArray();
		await pipeline(['Ada\tada@example.com\nEve\teve@example.com\n'], client.query(copyFrom('copy users (name, email) from stdin')));
		client.release();
		for await (const row of db.selectFrom('users').select('name').stream(1)) {
			t.truthy(row);
		}

		t.is(recorder.uses.reduce((sum, {totalMs}) => sum + (totalMs > 0 ? 1 : 0), 0), 8);
		const {databaseMs} = recorder;
		t.is(recorder.databaseMs, databaseMs, 'nothing is under way');
		t.is(await close({hasFailed: false}), undefined);
	}, [], {observer: recorder});
	t.deepEqual(recorder.statements.map(({text, count, rows, errors}) => [text.replace(series, ''), count, rows, errors]), [
		['own', 1, 25, 0], ['object', 1, 25, 0], ['events', 1, 25, 0], ['cursor', 1, 10, 0], ['select 1/0', 1, 0, 1], ['stream', 1, 25, 0],
		['copy users (name, email) from stdin', 1, 2, 0], ['select "name" from "users"', 1, 2, 0],
	]);
});

test('statements that run at once count once for the time in the database', async t => {
	const {recorder} = createRecorder();
	await withClone(async ({context: {pool}, close}) => {
		await Promise.all([pool.query('select pg_sleep(0.1)'), pool.query('select pg_sleep(0.1)'), pool.query('select pg_sleep(0.1)')]);
		await close({hasFailed: false});
	}, [], {observer: recorder});
	const [{totalMs, count}] = recorder.statements as [Recorder['statements'][number]];
	t.is(count, 3);
	t.true(recorder.databaseMs < totalMs, `${recorder.databaseMs} of ${totalMs}`);
});

test('a statement that runs on while others come and go counts whole for the time in the database', async t => {
	const {recorder} = createRecorder();
	await withClone(async ({context: {pool}, close}) => {
		const others = async (): Promise<void> => {
			await pool.query('select pg_sleep(0.05)');
			await pool.query('select 1');
		};
		await Promise.all([pool.query('select pg_sleep(0.2)'), others()]);
		await close({hasFailed: false});
	}, [], {observer: recorder});
	t.true(recorder.databaseMs >= recorder.statements[0]!.maxMs, `${recorder.databaseMs} of ${recorder.statements[0]!.maxMs}`);
});

test('a serialization failure is a retry', async t => {
	const {recorder} = createRecorder();
	await withClone(async ({context: {connect, connection}, close}) => {
		await connection.execute(`insert into users (name, email) values ('Ada', 'ada@example.com')`);
		const [one, other] = await Promise.all([connect(), connect()]);
		const first = await one.startTransaction().setIsolationLevel('repeatable read').execute();
		await sql`select 1 from users`.execute(first);
		await other.updateTable('users').set({name: 'Eve'}).execute();
		await t.throwsAsync(first.updateTable('users').set({name: 'Bob'}).execute(), {code: '40001'});
		await first.rollback().execute();
		await close({hasFailed: false});
	}, [], {observer: recorder});
	t.is(recorder.retries, 1);
});

test('a COMMIT that is refused is a retry, and what was sent in its transaction is no repetition', async t => {
	const {recorder} = createRecorder();
	await withClone(async ({context: {db, connection}, close}) => {
		await connection.execute(`insert into users (name, email) values ('Ada', 'ada@example.com')`);
		const read = sql`select count(*) from users`;
		const attempt = async (name: string, meanwhile: () => Promise<void>): Promise<void> => db.transaction().setIsolationLevel('serializable').execute(async trx => {
			await read.execute(trx);
			await trx.insertInto('users').values({name, email: `${name}@example.com`}).execute();
			await meanwhile();
		});
		const clash = attempt('eve', async () => attempt('bob', async () => {}));
		await t.throwsAsync(clash, {code: '40001'});
		await attempt('eve', async () => {});
		t.is(await close({hasFailed: false}), undefined);
	}, [], {observer: recorder});
	t.is(recorder.retries, 1);
	t.deepEqual(recorder.statements.map(({count, retried}) => [count, retried]), [[1, 0], [3, 1], [3, 1]]);
});

test('a context tells what went over the wire', async t => {
	const big = 'x'.repeat(100_000);
	await withContext(async ({context: {connection}, traffic, close}) => {
		t.is(await connection.fetchValue('select length($1)', [big]), big.length);
		const {bytesSent, bytesReceived} = traffic();
		t.true(bytesSent > big.length && bytesReceived < big.length, `${bytesSent} ${bytesReceived}`);
		await close({hasFailed: false});
	});
	await withClone(async ({context: {connect}, traffic, close}) => {
		const other = await connect();
		await sql`select repeat('x', ${big.length})`.execute(other);
		t.true(traffic().bytesReceived > big.length);
		await close({hasFailed: false});
	});
});

test('what comes after the end of a test counts no more', async t => {
	const {recorder} = createRecorder();
	await withContext(async ({context: {connection}, close}) => {
		await connection.fetchValue('select 1');
		const late = connection.fetchValue('select pg_sleep(0.05)').catch(() => {});
		recorder.close();
		const databaseMs = recorder.databaseMs;
		await close({hasFailed: true});
		await late;
		t.is(recorder.databaseMs, databaseMs);
	}, {observer: recorder});
});
