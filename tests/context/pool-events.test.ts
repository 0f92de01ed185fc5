import test from 'ava';
import pg from 'pg';
import {connectBeside, endOf, inContext, until, withContext} from '../helpers/worker-context.ts';

const add = 'insert into users (name, email) values (\'Ada\', \'ada@example.com\')';

test.serial('a pool tells of connect, acquire, release and remove as pg does', async t => {
	await inContext(t, async ({context: {pool}}) => {
		const events: string[] = [];
		const names = new Map<unknown, string>();
		const name = (client: unknown): string => {
			names.set(client, names.get(client) ?? `client ${names.size + 1}`);
			return names.get(client)!;
		};

		for (const event of ['connect', 'acquire', 'remove'] as const) {
			pool.on(event, client => events.push(`${event} ${name(client)}`));
		}

		pool.on('release', (error, client) => events.push(`release ${name(client)}${error ? ` because of ${(error as Error).message}` : ''}`));
		await pool.query('select 1');
		t.deepEqual(events.splice(0), ['connect client 1', 'acquire client 1', 'release client 1']);
		const [a, b] = [await pool.connect(), await pool.connect()];
		t.deepEqual(events.splice(0), ['acquire client 1', 'connect client 2', 'acquire client 2']);
		a.release();
		b.release(new Error('broken'));
		await until(async () => events.includes('remove client 2'));
		t.deepEqual(events.splice(0), ['release client 1', 'release client 2 because of broken', 'remove client 2']);
		await pool.end();
		t.deepEqual(events.splice(0), ['remove client 1']);
	});
});

test.serial('a pool counts its clients, and lets as many wait as pg does', async t => {
	await inContext(t, async ({context: {pool}}) => {
		const counts = (): number[] => [pool.totalCount, pool.idleCount, pool.waitingCount];
		t.deepEqual(counts(), [0, 0, 0]);
		const taken = await Promise.all(Array.from({length: pool.options.max}, async () => pool.connect()));
		const waiting = pool.connect();
		t.deepEqual(counts(), [10, 0, 1]);
		taken[0]?.release();
		const last = await waiting;
		t.is(last, taken[0]!);
		t.deepEqual(counts(), [10, 0, 0]);
		for (const client of taken) {
			client.release();
		}

		t.deepEqual(counts(), [10, 10, 0]);
	});
});

test.serial('a client is released once', async t => {
	await inContext(t, async ({context: {pool}}) => {
		const client = await pool.connect();
		client.release();
		t.throws(() => {
			client.release();
		}, {message: /already been released/});
	});
});

test.serial('connect takes a callback, which gets the client and its release', async t => {
	await inContext(t, async ({context: {pool}}) => {
		const answer = await new Promise<pg.QueryResult>((resolve, reject) => {
			pool.connect((error, client, done) => {
				client!.query('select 1 as one', (queryError: Error, result: pg.QueryResult) => {
					done();
					if (error ?? queryError) {
						reject(error ?? queryError);
					} else {
						resolve(result);
					}
				});
			});
		});
		t.deepEqual(answer.rows, [{one: 1}]);
		t.is(pool.idleCount, 1);
	});
});

test.serial('ending a pool ends no connection of the test, and refuses what comes after it as pg does', async t => {
	await inContext(t, async ({context: {pool, connection}}) => {
		await pool.query(add);
		const client = await pool.connect();
		let isEnded = false;
		client.on('end', () => {
			isEnded = true;
		});
		const ended = pool.end();
		await t.throwsAsync(pool.query('select 1'), {message: 'Cannot use a pool after calling end on the pool'});
		await t.throwsAsync(pool.connect(), {message: 'Cannot use a pool after calling end on the pool'});
		await t.throwsAsync(pool.end(), {message: 'Called end on pool more than once'});
		t.is((await client.query('select * from users')).rowCount, 1);
		client.release();
		await ended;
		t.deepEqual([pool.ending, pool.ended, isEnded], [true, true, true]);
		await t.throwsAsync(client.query('select 1'), {message: 'Client was closed and is not queryable'});
		t.is(await connection.fetchValue('select count(*)::int from users'), 1);
	});
});

test.serial('a notice reaches the client whose statement gave it, and no other', async t => {
	await inContext(t, async ({context: {pool}}) => {
		const [a, b] = [await pool.connect(), await pool.connect()];
		const heard: string[] = [];
		a.on('notice', ({message}) => heard.push(`a: ${message}`));
		b.on('notice', ({message}) => heard.push(`b: ${message}`));
		await a.query('do $$ begin raise notice \'from a\'; end $$');
		await b.query('do $$ begin raise notice \'from b\'; end $$');
		t.deepEqual(heard, ['a: from a', 'b: from b']);
		a.release();
		b.release();
	});
});

test.serial('a pool is a pg.Pool, and its clients are pg.Clients that know where they are', async t => {
	await inContext(t, async ({context: {pool, connection}, lane}) => {
		t.true(pool instanceof pg.Pool);
		const client = await pool.connect();
		t.true(client instanceof pg.Client);
		const {database} = await lane.open();
		t.is(client.database, database.name);
		t.is(pool.options.database, database.name);
		t.is((client as unknown as {processID: number}).processID, await connection.fetchValue('select pg_backend_pid()'));
		client.release();
	});
});

test.serial('G20 R: a connection that is killed is told to the clients, and ends no process', async t => {
	await withContext(async ({context: {pool}, lane, close}) => {
		const beside = await connectBeside(t, lane);
		const told: string[] = [];
		const [taken, idle] = [await pool.connect(), await pool.connect()];
		taken.on('error', () => told.push('client'));
		taken.on('end', () => told.push('end'));
		pool.on('error', () => told.push('pool'));
		idle.release();
		await taken.query('begin');
		await taken.query(add);
		const {processID} = taken as unknown as {processID: number};
		await beside.query('select pg_terminate_backend($1)', [processID]);
		await t.throwsAsync(taken.query('select 1'), {code: 'ERR_CONTEXT_CONNECTION'});
		await until(async () => told.includes('pool') && told.includes('end'));
		await t.throwsAsync(pool.query('select 1'), {code: 'ERR_CONTEXT_CONNECTION'});
		t.deepEqual(told.toSorted(), ['client', 'end', 'pool']);
		taken.release();
		await close({hasFailed: false});
	});
	await inContext(t, async ({context: {pool}}) => {
		t.is((await pool.query('select * from users')).rowCount, 0);
	});
});

test.serial('G33 R: a client that was not released fails the test and names the line that took it', async t => {
	const error = await endOf(async ({context: {pool}}) => {
		const client = await pool.connect();
		await client.query('select 1');
	});
	t.is(error?.code, 'ERR_CONTEXT_LEAKED');
	t.regex(error?.message ?? '', /a client of `pool` that was not released\n[^\n]*pool-events\.test\.ts/);
});

test.serial('a query of a pool whose test is over is refused by name', async t => {
	const pool = await inContext(t, async ({context}) => context.pool);
	await t.throwsAsync(pool.query('select 1'), {code: 'ERR_CONTEXT_CLOSED'});
});
