import test from 'ava';
import {sql} from 'kysely';
import Cursor from 'pg-cursor';
import {expectQueries} from '#lib/context/expect-queries.js';
import {observing} from '#lib/context/observer.js';
import {inClone, inContext, until} from '../helpers/worker-context.ts';

const code = {code: 'ERR_EXPECT_QUERIES'};
const first = 'select 1 as one';
const second = 'select 2 as two';

test('R expectQueries counts what db, connection, pool and a stream send, and gives the result', async t => {
	await inContext(t, async ({context: {db, connection, pool}}) => {
		const result = await expectQueries(5, async () => {
			await db.selectFrom('users').selectAll().execute();
			await connection.fetchValue(first);
			await pool.query(second);
			for await (const row of db.selectFrom('users').selectAll().stream(1)) {
				t.truthy(row);
			}

			const client = await pool.connect();
			const cursor = client.query(new Cursor('select generate_series(1, 10)'));
			await cursor.read(2);
			await cursor.close();
			client.release();
			return 'done';
		});
		t.is(result, 'done');
	}, {packs: ['shop']});
});

test('C expectQueries counts what db, connection, pool, models and further connections send', async t => {
	await inClone(t, async ({db, connection, pool, models, connect}) => {
		const another = await connect();
		t.is(await expectQueries(6, async () => {
			await db.selectFrom('users').selectAll().execute();
			await connection.fetchValue(first);
			await pool.query(second);
			await models.users.count();
			await another.selectFrom('users').selectAll().execute();
			for await (const row of db.selectFrom('users').selectAll().stream(1)) {
				t.truthy(row);
			}

			return 6;
		}), 6);
	}, ['shop']);
});

test('R savepoints, BEGIN and COMMIT never count, whoever sends them', async t => {
	await inContext(t, async ({context: {db, connection, pool, savepoint}}) => {
		await expectQueries(3, async () => {
			await db.transaction().execute(async trx => {
				await trx.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).execute();
			});
			const point = await savepoint();
			await connection.execute(first);
			await point.rollback();
			const client = await pool.connect();
			await client.query('begin read only');
			await client.query('savepoint here');
			await client.query(second);
			await client.query('release savepoint here');
			await client.query('commit');
			client.release();
		});
	});
});

test('C BEGIN, COMMIT and savepoints never count, whoever sends them', async t => {
	await inClone(t, async ({db, pool}) => {
		await expectQueries(2, async () => {
			await db.transaction().setIsolationLevel('serializable').execute(async trx => {
				await trx.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).execute();
			});
			const client = await pool.connect();
			await client.query('BEGIN');
			await client.query('savepoint here');
			await client.query(second);
			await client.query('END;');
			client.release();
		});
	});
});

test('the error lists the statements by how often they were sent, and shows the line that asked', async t => {
	await inContext(t, async ({context: {connection}}) => {
		const error = await t.throwsAsync(expectQueries(2, async () => {
			await connection.execute(second);
			await connection.execute(first);
			await connection.execute(first);
		}), code);
		t.regex(error.message, /^3 statements instead of 2 were sent:\n {2}2x select 1 as one\n {2}1x select 2 as two\n/);
		t.regex(error.stack!, /MonitorError \[ERR_EXPECT_QUERIES\]: 3 statements/);
		t.regex(error.stack!.split('\n    at ')[1]!, /expect-queries\.test\.ts/);
	});
});

test('bounds may be open on either side', async t => {
	await inContext(t, async ({context: {connection}}) => {
		const once = async (): Promise<unknown> => connection.execute(first);
		await expectQueries({max: 1}, once);
		await expectQueries({min: 1}, once);
		await expectQueries({min: 0, max: 2}, once);
		await t.throwsAsync(expectQueries({max: 1}, async () => Promise.all([once(), once()])), {...code, message: /^2 statements instead of at most 1 were sent:/});
		await t.throwsAsync(expectQueries({max: 0}, once), {...code, message: /^1 statement instead of 0 was sent:/});
		await t.throwsAsync(expectQueries({min: 2}, once), {...code, message: /^1 statement instead of at least 2 was sent:/});
		await t.throwsAsync(expectQueries({min: 2, max: 3}, once), {...code, message: /instead of 2 to 3/});
		await t.throwsAsync(expectQueries(1, () => {}), {...code, message: /^0 statements instead of 1 were sent\. /});
	});
});

test('scopes nest: what the inner one sends counts for both', async t => {
	await inContext(t, async ({context: {connection}}) => {
		await expectQueries(3, async () => {
			await connection.execute(first);
			await expectQueries(2, async () => {
				await connection.execute(first);
				await connection.execute(first);
			});
		});
	});
});

test('on a connection that was taken before, the first statement counts, too', async t => {
	await inContext(t, async ({context: {db}}) => {
		await db.connection().execute(async connection => expectQueries(1, async () => sql`select 1`.execute(connection)));
		await expectQueries(2, async () => db.connection().execute(async connection => {
			await sql`select 1`.execute(connection);
			await expectQueries(1, async () => sql`select 2`.execute(connection));
		}));
	});
});

test('the rows of a stream count for the code that reads it, in a transaction as well', async t => {
	await inContext(t, async ({context: {db, connection}}) => {
		await connection.execute(`insert into users (name, email) select 'user ' || n, n || '@example.com' from generate_series(1, 25) as n`);
		await db.transaction().execute(async trx => {
			await trx.selectFrom('users').select('id').limit(1).execute();
			const told = {count: 0, rows: 0};
			const observer = {
				sent({isContinued}: {isContinued?: boolean}) {
					told.count += isContinued ? 0 : 1;
					return ({rows}: {rows: number}) => {
						told.rows += rows;
					};
				},
			};
			await observing(observer, async () => {
				for await (const row of trx.selectFrom('users').select('name').stream(10)) {
					t.truthy(row);
				}
			});
			t.deepEqual(told, {count: 1, rows: 25});
		});
	});
});

for (const [mode, inMode] of [['R', inContext], ['C', inClone]] as const) {
	test(`${mode} what runs beside does not count, also when it waits for the same connection`, async t => {
		await inMode(t, async (given: any) => {
			const {db, connection, pool} = given.context ?? given;
			const progress = {isOver: false};
			const beside = (async () => {
				let count = 0;
				while (!progress.isOver || count < 10) {
					await Promise.all([db.selectFrom('users').selectAll().execute(), pool.query(second), connection.execute(second)]);
					count++;
				}
			})();
			await Promise.all([1, 5, 9].map(async count => expectQueries(count, async () => Promise.all(Array.from({length: count}, async () => pool.query(first))))));
			await Promise.all([2, 3].map(async count => expectQueries(count, async () => Promise.all(Array.from({length: count}, async () => db.selectFrom('users').select('id').execute())))));
			progress.isOver = true;
			await beside;
		});
	});
}

test('what is sent after the end of the function does not count', async t => {
	await inContext(t, async ({context: {connection}}) => {
		const go = Promise.withResolvers<void>();
		let late: Promise<unknown> | undefined;
		let isSent = false;
		await expectQueries(1, async () => {
			late = go.promise.then(async () => connection.execute(second)).finally(() => {
				isSent = true;
			});
			return connection.execute(first);
		});
		go.resolve();
		await until(async () => isSent);
		await late;
	});
});

test('an error of the function is thrown as it is', async t => {
	await t.throwsAsync(expectQueries(7, async () => {
		throw new Error('of the function');
	}), {message: 'of the function'});
});

test('bounds that nothing fits and a missing function are refused', async t => {
	await t.throwsAsync(expectQueries({min: 3, max: 2}, () => {}), {...code, message: /no function, or bounds/});
	await t.throwsAsync(expectQueries(3, undefined as never), {...code, message: /expectQueries\(2, async/});
	await t.throwsAsync(expectQueries((() => {}) as never, undefined as never), code);
});
