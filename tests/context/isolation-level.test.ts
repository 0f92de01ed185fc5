import test from 'ava';
import {tddTestContext} from 'dataflow-tdd/ava';

const levels = ['read uncommitted', 'read committed', 'repeatable read', 'serializable'] as const;

test('G18 R: without a wish it is read committed', tddTestContext, async (t, {connection}) => {
	t.is(await connection.fetchValue('show transaction_isolation'), 'read committed');
});

for (const isolationLevel of levels) {
	const other = isolationLevel === 'serializable' ? 'repeatable read' : 'serializable';

	test(`G18 R: ${isolationLevel} is in force when a test asks for it`, tddTestContext.with({isolationLevel}), async (t, {connection, db}) => {
		t.is(await connection.fetchValue('show transaction_isolation'), isolationLevel);
		await db.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).execute();
		await t.throwsAsync(connection.execute('select 1 / 0'), {code: '22012'});
		t.is(await connection.fetchValue('show transaction_isolation'), isolationLevel);
	});

	test(`G18 R: the code under test may ask for ${isolationLevel} in such a test`, tddTestContext.with({isolationLevel}), async (t, {connection, db}) => {
		await db.transaction().setIsolationLevel(isolationLevel).execute(async trx => trx.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).execute());
		const trx = await db.startTransaction().setIsolationLevel(isolationLevel).execute();
		await trx.insertInto('users').values({name: 'Bob', email: 'bob@example.com'}).execute();
		await trx.commit().execute();
		t.is(await connection.fetchValue('select count(*)::int from users'), 2);
	});

	test(`G18 R: in a test at ${isolationLevel}, asking for ${other} is an error that says what to write`, tddTestContext.with({isolationLevel}), async (t, {db, connection}) => {
		const message = new RegExp(`'${other}'.*'${isolationLevel}'.*with\\(\\{isolationLevel: '${other}'\\}\\)`, 's');
		await t.throwsAsync(db.transaction().setIsolationLevel(other).execute(async () => {
			t.fail();
		}), {code: 'ERR_CONTEXT_ISOLATION', message});
		await t.throwsAsync(db.startTransaction().setIsolationLevel(other).execute(), {code: 'ERR_CONTEXT_ISOLATION', message});
		t.is(await connection.fetchValue('select 1'), 1);
	});
}

test('G18 R: the test after a serializable one is at read committed again', tddTestContext, async (t, {connection}) => {
	t.is(await connection.fetchValue('show transaction_isolation'), 'read committed');
	t.is(await connection.fetchValue('show default_transaction_isolation'), 'read committed');
});

test('G18 R: options can be added one after the other', tddTestContext.with({isolationLevel: 'serializable'}).with({resetSequences: true}), async (t, {connection}) => {
	t.is(await connection.fetchValue('show transaction_isolation'), 'serializable');
	t.is(await connection.fetchValue('insert into users (name, email) values (\'a\', \'a@example.com\') returning id'), 1);
});
