import test from 'ava';
import {sql} from 'kysely';
import {tddTestContext, type TestContext} from 'dataflow-tdd/ava';

const ada = {name: 'Ada', email: 'ada@example.com'};
const bob = {name: 'Bob', email: 'bob@example.com'};
const eve = {name: 'Eve', email: 'eve@example.com'};

async function names({db}: Pick<TestContext, 'db'>): Promise<string[]> {
	const rows = await db.selectFrom('users').select('name').orderBy('name').execute();
	return rows.map(({name}) => name);
}

test('G02 R: what transaction() commits stays for the test', tddTestContext, async (t, {db}) => {
	const returned = await db.transaction().execute(async trx => {
		await trx.insertInto('users').values(ada).execute();
		return 'done';
	});
	t.is(returned, 'done');
	t.deepEqual(await names({db}), ['Ada']);
});

test('G02 R: a transaction() that throws takes its own work and nothing else', tddTestContext, async (t, {db}) => {
	await db.insertInto('users').values(ada).execute();
	const error = new Error('no');
	t.is(await t.throwsAsync(db.transaction().execute(async trx => {
		await trx.insertInto('users').values(bob).execute();
		throw error;
	})), error);
	await db.insertInto('users').values(eve).execute();
	t.deepEqual(await names({db}), ['Ada', 'Eve']);
});

test('G02 R: startTransaction() commits and rolls back', tddTestContext, async (t, {db}) => {
	const first = await db.startTransaction().execute();
	await first.insertInto('users').values(ada).execute();
	await first.commit().execute();
	const second = await db.startTransaction().execute();
	await second.insertInto('users').values(bob).execute();
	t.deepEqual(await names({db: second}), ['Ada', 'Bob']);
	await second.rollback().execute();
	t.deepEqual(await names({db}), ['Ada']);
});

test('G02 R: savepoints three deep undo and keep their own work', tddTestContext, async (t, {db}) => {
	const trx = await db.startTransaction().execute();
	await trx.insertInto('users').values(ada).execute();
	const outer = await trx.savepoint('outer').execute();
	await outer.insertInto('users').values(bob).execute();
	const inner = await outer.savepoint('inner').execute();
	await inner.insertInto('users').values(eve).execute();
	t.deepEqual(await names({db: inner}), ['Ada', 'Bob', 'Eve']);
	await inner.rollbackToSavepoint('inner').execute();
	t.deepEqual(await names({db: trx}), ['Ada', 'Bob']);
	await inner.releaseSavepoint('inner').execute();
	await outer.releaseSavepoint('outer').execute();
	await trx.commit().execute();
	t.deepEqual(await names({db}), ['Ada', 'Bob']);
});

test('G02 R: an inner commit is lost with the outer rollback', tddTestContext, async (t, {db}) => {
	await db.insertInto('users').values(ada).execute();
	const trx = await db.startTransaction().execute();
	await trx.insertInto('users').values(bob).execute();
	const inner = await trx.savepoint('inner').execute();
	await inner.insertInto('users').values(eve).execute();
	await inner.releaseSavepoint('inner').execute();
	await trx.rollback().execute();
	t.deepEqual(await names({db}), ['Ada']);
});

test('G02 R: a statement may fail inside a savepoint and the transaction goes on', tddTestContext, async (t, {db}) => {
	const trx = await db.startTransaction().execute();
	await trx.insertInto('users').values(ada).execute();
	const point = await trx.savepoint('before').execute();
	await t.throwsAsync(point.insertInto('users').values(ada).execute(), {code: '23505'});
	const healed = await point.rollbackToSavepoint('before').execute();
	await healed.insertInto('users').values(bob).execute();
	await trx.commit().execute();
	t.deepEqual(await names({db}), ['Ada', 'Bob']);
});

for (const name of ['tdd_statement', 'tdd_level_1', 'tdd_check', 'tdd_user_1', 'sp', 'Mixed "Case"', 'select']) {
	test(`G02 R: a savepoint of the user may be called ${name}`, tddTestContext, async (t, {db}) => {
		await db.insertInto('users').values(ada).execute();
		const undone = await db.startTransaction().execute();
		await undone.insertInto('users').values(bob).execute();
		await undone.savepoint(name).execute();
		await undone.insertInto('users').values(eve).execute();
		await undone.rollback().execute();
		t.deepEqual(await names({db}), ['Ada']);

		const kept = await db.startTransaction().execute();
		await kept.insertInto('users').values(bob).execute();
		const point = await kept.savepoint(name).execute();
		await point.insertInto('users').values(eve).execute();
		await point.rollbackToSavepoint(name).execute();
		await kept.commit().execute();
		t.deepEqual(await names({db}), ['Ada', 'Bob']);
	});
}

test('G02 R: a savepoint that is not there is PostgreSQL\'s own error, and the test goes on', tddTestContext, async (t, {db}) => {
	await db.insertInto('users').values(ada).execute();
	const trx = await db.startTransaction().execute();
	await t.throwsAsync(trx.rollbackToSavepoint('nowhere' as never).execute(), {code: '3B001'});
	await trx.rollback().execute();
	t.deepEqual(await names({db}), ['Ada']);
});

test('G02 R: a hundred transactions one after the other', tddTestContext, async (t, {db}) => {
	for (let index = 0; index < 100; index++) {
		await db.transaction().execute(async trx => {
			await trx.insertInto('users').values({name: 'x', email: `${index}@example.com`}).execute();
			if (index % 2 === 1) {
				throw new Error('odd');
			}
		}).catch(() => {});
	}

	t.is((await names({db})).length, 50);
});

test('G02 R: a transaction whose statement failed cannot be committed, as outside of tests', tddTestContext, async (t, {db}) => {
	const trx = await db.startTransaction().execute();
	await trx.insertInto('users').values(ada).execute();
	await t.throwsAsync(sql`select * from nowhere`.execute(trx), {code: '42P01'});
	await t.throwsAsync(trx.selectFrom('users').selectAll().execute(), {code: '25P02'});
	await t.throwsAsync(trx.commit().execute(), {name: 'AbortedTransactionError'});
	t.deepEqual(await names({db}), []);
});

test('G02 R: a read-only transaction refuses to write, and the test may write after it', tddTestContext, async (t, {db, connection}) => {
	await t.throwsAsync(db.transaction().setAccessMode('read only').execute(async trx => {
		t.deepEqual(await names({db: trx}), []);
		await trx.insertInto('users').values(ada).execute();
	}), {code: '25006'});
	await db.transaction().setAccessMode('read only').execute(async trx => {
		t.deepEqual(await names({db: trx}), []);
	});
	t.is(await connection.fetchValue('show transaction_read_only'), 'off');
	await db.insertInto('users').values(ada).execute();
	await db.transaction().setAccessMode('read write').execute(async trx => trx.insertInto('users').values(bob).execute());
	t.deepEqual(await names({db}), ['Ada', 'Bob']);
});

test('G02 R: withSchema() and connection() work, alone and around a transaction', tddTestContext, async (t, {db}) => {
	await db.withSchema('public').insertInto('users').values(ada).execute();
	await t.throwsAsync(db.withSchema('nowhere').insertInto('users').values(bob).execute(), {code: '42P01'});
	await db.connection().execute(async connection => {
		await connection.insertInto('users').values(bob).execute();
		await connection.transaction().execute(async trx => trx.withSchema('public').insertInto('users').values(eve).execute());
		t.deepEqual(await names({db: connection}), ['Ada', 'Bob', 'Eve']);
	});
	t.deepEqual(await names({db}), ['Ada', 'Bob', 'Eve']);
});

test('G02 R: code under test may destroy its Kysely without ending the test', tddTestContext, async (t, {db, connection}) => {
	await db.insertInto('users').values(ada).execute();
	await db.destroy();
	t.is(await connection.fetchValue('select count(*)::int from users'), 1);
});

test('G02 R: numbers of changed rows are those of PostgreSQL', tddTestContext, async (t, {db, connection}) => {
	const inserted = await db.insertInto('users').values([ada, bob, eve]).executeTakeFirstOrThrow();
	t.is(inserted.numInsertedOrUpdatedRows, 3n);
	t.is((await db.updateTable('users').set({name: 'X'}).where('name', '<>', 'Ada').executeTakeFirstOrThrow()).numUpdatedRows, 2n);
	t.is((await db.deleteFrom('users').where('name', '=', 'Ada').executeTakeFirstOrThrow()).numDeletedRows, 1n);
	t.is(await connection.execute('delete from users where name = $1', ['X']), 2);
	t.is(await connection.fetchRow('select 1 from users'), undefined);
	t.is(await connection.fetchValue('select 1 from users'), undefined);
	t.deepEqual(await connection.fetchRows('select $1::int as a, null as b', [1]), [{a: 1, b: null}]);
});
