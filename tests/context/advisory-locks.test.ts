import test from 'ava';
import {connectBeside, inContext, withContext} from '../helpers/worker-context.ts';

test.serial('G12 R: a session advisory lock is free after its test', async t => {
	await inContext(t, async ({context: {connection}, lane}) => {
		await connection.execute('select pg_advisory_lock(42)');
		const observer = await connectBeside(t, lane);
		t.deepEqual((await observer.query('select pg_try_advisory_lock(42) as got')).rows, [{got: false}]);
	});
	await inContext(t, async ({lane}) => {
		const observer = await connectBeside(t, lane);
		t.deepEqual((await observer.query('select pg_try_advisory_lock(42) as got')).rows, [{got: true}]);
	});
});

test.serial('G12 R: the test that has left session advisory locks is told which', async t => {
	await withContext(async ({context: {connection}, close, notes}) => {
		await connection.execute('select pg_advisory_lock(42), pg_advisory_lock(42), pg_advisory_lock_shared(-1, 7), pg_advisory_lock(81985529216486895)');
		t.is(await close({hasFailed: false}), undefined);
		t.regex(notes.join('\n'), /has left 3 session advisory locks: \(-1, 7\), \(42\), \(81985529216486895\)\..*pg_advisory_xact_lock/);
	});
});

test.serial('G12 R: a lock that a failed transaction has left is told, too', async t => {
	await withContext(async ({context: {db, connection}, close, notes}) => {
		await t.throwsAsync(db.transaction().execute(async trx => {
			await trx.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).execute();
			await connection.execute('select pg_advisory_lock(1)').catch(() => {});
			throw new Error('undone');
		}));
		await connection.execute('select pg_advisory_lock(2); select 1 / 0').catch(() => {});
		await close({hasFailed: true});
		t.regex(notes.join('\n'), /has left a session advisory lock: \(2\)\./);
	});
});

test.serial('G12 R: locks that were released, or that end with the transaction, are told nothing of', async t => {
	await withContext(async ({context: {connection}, close, notes}) => {
		await connection.execute('select pg_advisory_xact_lock(3)');
		await connection.execute('select pg_advisory_lock(4)');
		await connection.execute('select pg_advisory_unlock(4)');
		t.is(await close({hasFailed: false}), undefined);
		t.deepEqual(notes, []);
	});
});
