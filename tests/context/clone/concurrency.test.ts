import test from 'ava';
import {sql, type Kysely} from 'kysely';
import {inClone, until} from '../../helpers/worker-context.ts';

async function addUser(db: Kysely<any>, name: string): Promise<number> {
	const {id} = await db.insertInto('users').values({name, email: `${name}@example.com`}).returning('id').executeTakeFirstOrThrow() as {id: number};
	return id;
}

/** How many sessions of this database wait for a lock. */
async function waiting(db: Kysely<any>): Promise<number> {
	const {rows} = await sql<{count: number}>`select count(*)::int from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(db);
	return rows[0]!.count;
}

test('G10 C: what one connection commits, another one sees, and not before', async t => {
	await inClone(t, async ({db, connect}) => {
		const other = await connect();
		const count = async (): Promise<number> => (await other.selectFrom('users').selectAll().execute()).length;
		await db.transaction().execute(async trx => {
			await addUser(trx, 'ada');
			t.is(await count(), 0);
		});
		t.is(await count(), 1);
	});
});

test('G10 C: workers of a queue skip what others have locked', async t => {
	await inClone(t, async ({db, connect, barrier}) => {
		const ids = [await addUser(db, 'ada'), await addUser(db, 'grace')];
		const [a, b] = await Promise.all([connect(), connect()]);
		const meet = barrier(2);
		const take = async (worker: Kysely<any>): Promise<number> => worker.transaction().execute(async trx => {
			const row = await trx.selectFrom('users').select('id').orderBy('id').limit(1).forUpdate().skipLocked().executeTakeFirst();
			await meet();
			return row?.['id'] as number;
		});
		t.deepEqual((await Promise.all([take(a), take(b)])).toSorted(), ids);
	});
});

test('G10 C: a row lock is waited for', async t => {
	await inClone(t, async ({db, connect}) => {
		const id = await addUser(db, 'ada');
		const [a, b] = await Promise.all([connect(), connect()]);
		const first = await a.startTransaction().execute();
		await first.updateTable('users').set({name: 'first'}).where('id', '=', id).execute();
		let isDone = false;
		const second = b.updateTable('users').set({name: sql`name || ', second'`}).where('id', '=', id).execute().then(() => {
			isDone = true;
		});
		await until(async () => await waiting(db) === 1);
		t.false(isDone);
		await first.commit().execute();
		await second;
		t.is((await db.selectFrom('users').select('name').executeTakeFirst())?.name, 'first, second');
	});
});

test('G10 C: two transactions that cannot be put in an order fail with 40001', async t => {
	await inClone(t, async ({db, connect, barrier}) => {
		await addUser(db, 'ada');
		const [a, b] = await Promise.all([connect(), connect()]);
		const meet = barrier(2);
		const copy = async (one: Kysely<any>, name: string): Promise<void> => one.transaction().setIsolationLevel('serializable').execute(async trx => {
			await trx.selectFrom('users').selectAll().execute();
			await meet();
			await addUser(trx, name);
		});
		const outcomes = await Promise.allSettled([copy(a, 'grace'), copy(b, 'alan')]);
		const failed = outcomes.filter(({status}) => status === 'rejected') as PromiseRejectedResult[];
		t.is(failed.length, 1);
		t.like(failed[0]?.reason, {code: '40001'});
	});
});

test('G10 C: two transactions that wait for each other are a deadlock, 40P01', async t => {
	await inClone(t, async ({db, connect, barrier}) => {
		const ids = [await addUser(db, 'ada'), await addUser(db, 'grace')];
		const [a, b] = await Promise.all([connect(), connect()]);
		const meet = barrier(2);
		const cross = async (one: Kysely<any>, [first, second]: number[]): Promise<void> => one.transaction().execute(async trx => {
			await sql`set local deadlock_timeout = '10ms'`.execute(trx);
			await trx.updateTable('users').set({name: 'x'}).where('id', '=', first!).execute();
			await meet();
			await trx.updateTable('users').set({name: 'y'}).where('id', '=', second!).execute();
		});
		const outcomes = await Promise.allSettled([cross(a, ids), cross(b, ids.toReversed())]);
		const failed = outcomes.filter(({status}) => status === 'rejected') as PromiseRejectedResult[];
		t.is(failed.length, 1);
		t.like(failed[0]?.reason, {code: '40P01'});
	});
});

test('G10 C: statements run at once on connections of their own', async t => {
	await inClone(t, async ({pool, barrier}) => {
		const meet = barrier(3);
		const pids = await Promise.all([1, 2, 3].map(async () => {
			const client = await pool.connect();
			try {
				await meet();
				return (await client.query<{pid: number}>('select pg_backend_pid() as pid')).rows[0]!.pid;
			} finally {
				client.release();
			}
		}));
		t.is(new Set(pids).size, 3);
	});
});

test('G11 C: a notification is delivered at the commit', async t => {
	await inClone(t, async ({db, pool}) => {
		const listener = await pool.connect();
		const heard: string[] = [];
		listener.on('notification', ({channel, payload}) => heard.push(`${channel}: ${payload}`));
		await listener.query('listen orders');
		await db.transaction().execute(async trx => {
			await sql`select pg_notify('orders', 'first')`.execute(trx);
			await listener.query('select 1');
			t.deepEqual(heard, []);
		});
		await until(async () => heard.length > 0);
		t.deepEqual(heard, ['orders: first']);
		await listener.query('unlisten *');
		listener.release();
	});
});

test('G16 C: statements that no transaction allows run', async t => {
	await inClone(t, async ({connection}) => {
		await connection.execute('create index concurrently users_name on users (name)');
		await connection.execute('vacuum users');
		await connection.execute(`create type mood as enum ('sad')`);
		await connection.execute(`alter type mood add value 'glad'`);
		t.is(await connection.fetchValue(`select 'glad'::mood::text`), 'glad');
	});
});

test('G18 C: the isolation level that is asked for is the one in force', async t => {
	await inClone(t, async ({db}) => {
		for (const level of ['read committed', 'repeatable read', 'serializable'] as const) {
			await db.transaction().setIsolationLevel(level).execute(async trx => {
				const {rows} = await sql<{transaction_isolation: string}>`show transaction_isolation`.execute(trx);
				t.is(rows[0]?.transaction_isolation, level);
			});
		}
	});
});

test('rows can be streamed', async t => {
	await inClone(t, async ({db, connection}) => {
		await connection.execute(`insert into users (name, email) select 'user', n || '@example.com' from generate_series(1, 250) n`);
		let count = 0;
		for await (const {name} of db.selectFrom('users').select('name').stream(100)) {
			count += name === 'user' ? 1 : 0;
		}

		t.is(count, 250);
	});
});

test('a barrier can be met again and again', async t => {
	await inClone(t, async ({barrier}) => {
		const meet = barrier(2);
		const order: string[] = [];
		const run = async (name: string): Promise<void> => {
			for (const round of [1, 2, 3]) {
				await meet();
				order.push(`${round}${name}`);
			}
		};

		await Promise.all([run('a'), run('b')]);
		t.deepEqual(order.map(entry => entry[0]), ['1', '1', '2', '2', '3', '3']);
	});
});

test('a barrier for nobody is refused', async t => {
	await inClone(t, async ({barrier}) => {
		t.throws(() => barrier(0), {instanceOf: RangeError, message: /from 1, not for 0/});
		t.throws(() => barrier(1.5), {instanceOf: RangeError});
	});
});
