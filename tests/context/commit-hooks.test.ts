import test from 'ava';
import {sql} from 'kysely';
import {tddTestContext} from 'dataflow-tdd/ava';

test('G08 R: a callback runs once, after the transaction has committed', tddTestContext, async (t, {db, onCommit, connection}) => {
	const calls: string[] = [];
	await db.transaction().execute(async trx => {
		await onCommit(async () => {
			calls.push(await connection.fetchValue('select name from users'));
		});
		await trx.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).execute();
		t.deepEqual(calls, []);
	});
	t.deepEqual(calls, ['Ada']);
	await db.transaction().execute(async trx => trx.selectFrom('users').select('id').execute());
	t.deepEqual(calls, ['Ada']);
});

test('G08 R: a callback never runs after a rollback', tddTestContext, async (t, {db, onCommit}) => {
	await t.throwsAsync(db.transaction().execute(async () => {
		await onCommit(() => t.fail());
		throw new Error('undone');
	}), {message: 'undone'});
	const trx = await db.startTransaction().execute();
	await onCommit(() => t.fail());
	await trx.rollback().execute();
	await db.transaction().execute(async () => {});
});

test('G08 R: a callback never runs when its savepoint was gone back to', tddTestContext, async (t, {db, onCommit, savepoint}) => {
	const ran: string[] = [];
	const note = async (name: string): Promise<void> => onCommit(() => ran.push(name));
	const trx = await db.startTransaction().execute();
	await note('before');
	const inner = await trx.savepoint('a').execute();
	await note('undone');
	await inner.rollbackToSavepoint('a').execute();
	await note('undone, too');
	await inner.rollbackToSavepoint('a').execute();
	await note('after');
	await trx.savepoint('b').execute();
	await trx.savepoint('a').execute();
	await note('released');
	await inner.releaseSavepoint('a').execute();
	await inner.rollbackToSavepoint('a').execute();
	await note('last');
	await trx.commit().execute();
	t.deepEqual(ran, ['before', 'last']);
	const point = await savepoint();
	await db.transaction().execute(async () => note('of a test that goes back'));
	await point.rollback();
	t.deepEqual(ran, ['before', 'last', 'of a test that goes back']);
});

test('G08 R: a callback never runs when its savepoint was gone back to as text', tddTestContext, async (t, {pool, onCommit}) => {
	const ran: string[] = [];
	const note = async (name: string): Promise<void> => onCommit(() => ran.push(name));
	const client = await pool.connect();
	await client.query('BEGIN');
	await note('before');
	await client.query('SAVEPOINT "A b"');
	await note('undone');
	await client.query('savepoint c');
	await note('undone by the outer one');
	await client.query('/* all */ rollback work to savepoint "A b"; -- now');
	await note('between');
	await client.query('savepoint c; release C;');
	await t.throwsAsync(client.query('rollback to c'), {code: '3B001'});
	await client.query('rollback to "A b"');
	await client.query('savepoint D');
	await note('undone');
	await client.query('rollback to d');
	await note('after');
	await client.query('COMMIT');
	client.release();
	t.deepEqual(ran, ['before', 'after']);
});

test('G08 R: a callback never runs when the commit itself fails', tddTestContext, async (t, {db, onCommit, connection}) => {
	await connection.execute('create table chain (id int primary key, next int references chain deferrable initially deferred)');
	const trx = await db.startTransaction().execute();
	await onCommit(() => t.fail());
	await sql`insert into chain values (1, 2)`.execute(trx);
	await t.throwsAsync(trx.commit().execute(), {code: '23503'});
	await trx.rollback().execute();
});

test('G08 R: outside of a transaction a callback runs at once', tddTestContext, async (t, {onCommit}) => {
	let calls = 0;
	await onCommit(() => {
		calls++;
	});
	t.is(calls, 1);
});

test('G08 R: callbacks run in the order in which they were registered', tddTestContext, async (t, {db, onCommit}) => {
	const calls: number[] = [];
	await db.transaction().execute(async () => {
		for (const index of [1, 2, 3]) {
			await onCommit(async () => {
				await Promise.resolve();
				calls.push(index);
			});
		}
	});
	t.deepEqual(calls, [1, 2, 3]);
});

test('G08 R: a callback may query and open a transaction of its own', tddTestContext, async (t, {db, onCommit, connection}) => {
	const calls: string[] = [];
	await db.transaction().execute(async () => {
		await onCommit(async () => {
			await db.transaction().execute(async trx => {
				await trx.insertInto('users').values({name: 'Late', email: 'late@example.com'}).execute();
				await onCommit(() => {
					calls.push('inner');
				});
			});
		});
	});
	t.deepEqual(calls, ['inner']);
	t.is(await connection.fetchValue('select name from users'), 'Late');
});

test('G08 R: an error in a callback surfaces, the others run, and the work stays', tddTestContext, async (t, {db, onCommit, connection}) => {
	const calls: string[] = [];
	const cause = new Error('no mail today');
	const error = await t.throwsAsync(db.transaction().execute(async trx => {
		await trx.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).execute();
		await onCommit(() => {
			throw cause;
		});
		await onCommit(() => {
			calls.push('second');
		});
	}), {code: 'ERR_CONTEXT_HOOK', message: /1 of 2 onCommit callbacks failed: no mail today/});
	t.is(error.cause, cause);
	t.deepEqual(calls, ['second']);
	t.is(await connection.fetchValue('select name from users'), 'Ada');
});
