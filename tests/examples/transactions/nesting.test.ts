/*
Learning objectives
- Test code that opens transactions: in a test they become savepoints, to any depth, and behave as in production.
- Know who takes what away: an inner rollback keeps the outer work, an outer rollback takes all of it.
- Use `trx` inside of a transaction; a query on `db` there is an error that says so, not a test that hangs.
*/
import test from 'ava';
import {tddTestContext} from 'dataflow-tdd/ava';
import type {Transaction} from 'kysely';
import type {DB} from '../../tdd-env.js';

type Names = ReadonlyArray<{name: string}>;
const names = (rows: Names): string[] => rows.map(({name}) => name);

async function addUser(trx: Transaction<DB>, name: string): Promise<void> {
	await trx.insertInto('users').values({name, email: `${name.toLowerCase()}@example.com`}).execute();
}

test('what a transaction commits is there', tddTestContext, async (t, {db}) => {
	// Step 1: the code under test commits.
	await db.transaction().execute(async trx => addUser(trx, 'Ada'));

	// Step 2: for the rest of the test it is there. After the test it is not: the commit was a savepoint.
	t.deepEqual(names(await db.selectFrom('users').select('name').execute()), ['Ada']);
});

test('an error takes the whole transaction away', tddTestContext, async (t, {db}) => {
	// Step 1: something before, which has to stay.
	await db.insertInto('users').values({name: 'Grace', email: 'grace@example.com'}).execute();

	// Step 2: a transaction that throws after its first insert.
	const failing = db.transaction().execute(async trx => {
		await addUser(trx, 'Ada');
		throw new Error('the card was declined');
	});
	await t.throwsAsync(failing, {message: 'the card was declined'});

	// Step 3: Ada is gone, Grace is there.
	t.deepEqual(names(await db.selectFrom('users').select('name').execute()), ['Grace']);
});

test('an inner rollback keeps the outer work', tddTestContext, async (t, {db}) => {
	// Step 1: begin, and insert.
	const trx = await db.startTransaction().execute();
	await addUser(trx, 'Ada');

	// Step 2: try something, and take it back.
	const attempt = await trx.savepoint('attempt').execute();
	await addUser(attempt, 'Mistake');
	await attempt.rollbackToSavepoint('attempt').execute();

	// Step 3: go on, and commit.
	await addUser(trx, 'Grace');
	await trx.commit().execute();
	t.deepEqual(names(await db.selectFrom('users').select('name').orderBy('name').execute()), ['Ada', 'Grace']);
});

test('an outer rollback takes the inner work with it', tddTestContext, async (t, {db}) => {
	// Step 1: an inner level that is kept.
	const trx = await db.startTransaction().execute();
	const inner = await trx.savepoint('inner').execute();
	await addUser(inner, 'Ada');
	await inner.releaseSavepoint('inner').execute();

	// Step 2: the outer level is not.
	await trx.rollback().execute();
	t.deepEqual(await db.selectFrom('users').selectAll().execute(), []);
});

test('an error inside of a transaction is as hard as in production', tddTestContext, async (t, {db, connection}) => {
	// Step 1: catch an error inside of the transaction, and go on as if nothing were wrong.
	const careless = db.transaction().execute(async trx => {
		await addUser(trx, 'Ada');
		await addUser(trx, 'Ada').catch(() => {});
		await addUser(trx, 'Grace');
	});

	// Step 2: PostgreSQL refuses (25P02), as it would in production. The harness does not hide such mistakes.
	await t.throwsAsync(careless, {code: '25P02'});

	// Step 3: the test itself is not harmed.
	t.is(await connection.fetchValue('select count(*)::int from users'), 0);
});

test('transactions that start together run one after the other', tddTestContext, async (t, {db}) => {
	// Step 1: three at once, the second of which fails.
	const results = await Promise.allSettled(['Ada', 'Ada', 'Grace'].map(async name => db.transaction().execute(async trx => addUser(trx, name))));
	t.deepEqual(results.map(({status}) => status), ['fulfilled', 'rejected', 'fulfilled']);

	// Step 2: they did not mix.
	t.deepEqual(names(await db.selectFrom('users').select('name').orderBy('id').execute()), ['Ada', 'Grace']);
});

test('a query on `db` inside of a transaction is a named error', tddTestContext, async (t, {db}) => {
	// In production it would take a second connection, which does not see what the first has written.
	const mistaken = db.transaction().execute(async trx => {
		await addUser(trx, 'Ada');
		return db.selectFrom('users').selectAll().execute();
	});
	await t.throwsAsync(mistaken, {code: 'ERR_CONTEXT_DEADLOCK'});
});
