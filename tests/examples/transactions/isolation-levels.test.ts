/*
Learning objectives
- Choose the isolation level of a test with `tddTestContext.with({isolationLevel})`.
- Test code that asks for a level: it gets it, or an error that says how to give it.
- See what the levels have in common here: one connection cannot conflict with itself. Conflicts need several connections.
*/
import test from 'ava';
import {tddTestContext} from 'dataflow-tdd/ava';

test('a test runs at read committed by default', tddTestContext, async (t, {connection}) => {
	t.is(await connection.fetchValue('show transaction_isolation'), 'read committed');
});

for (const isolationLevel of ['repeatable read', 'serializable'] as const) {
	test(`a test that asks for ${isolationLevel} runs at it`, tddTestContext.with({isolationLevel}), async (t, {db, connection}) => {
		// Step 1: the level asked for is the one in force.
		t.is(await connection.fetchValue('show transaction_isolation'), isolationLevel);

		// Step 2: code under test that asks for the same level gets it.
		await db.transaction().setIsolationLevel(isolationLevel).execute(async trx => trx.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).execute());
		t.is(await connection.fetchValue('select count(*)::int from users'), 1);
	});
}

test('code that asks for another level than the test has is told so', tddTestContext, async (t, {db}) => {
	const demanding = db.transaction().setIsolationLevel('serializable').execute(async trx => trx.selectFrom('users').selectAll().execute());
	await t.throwsAsync(demanding, {code: 'ERR_CONTEXT_ISOLATION', message: /\.with\({isolationLevel: 'serializable'}\)/});
});
