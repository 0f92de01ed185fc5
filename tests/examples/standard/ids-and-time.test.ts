/*
Learning objectives
- Ids drift by default: a rollback does not put sequences back. Compare with the id that was returned, not with 1.
- Where ids have to be exact, such as in a printed document, ask for `resetSequences`.
- `now()` is the start of the transaction, and a test is one transaction: it stands still.
- To tell moments apart, pass them as values, or use `clock_timestamp()`.
*/
import test from 'ava';
import {tddSeededData, tddTestContext} from 'dataflow-tdd/ava';

test('an id is used as it comes back', tddTestContext, async (t, {db}) => {
	// Step 1: keep the id. Which number it is depends on what ran before.
	const {id} = await db.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).returning('id').executeTakeFirstOrThrow();

	// Step 2: use it.
	t.deepEqual(await db.selectFrom('users').select('name').where('id', '=', id).execute(), [{name: 'Ada'}]);
});

// Twice, to show that what the first has used does not move the second.
for (const which of ['first', 'second']) {
	test(`with resetSequences ids begin at 1 (${which} time)`, tddTestContext.with({resetSequences: true}), async (t, {db}) => {
		const users = await db.insertInto('users').values([
			{name: 'Ada', email: 'ada@example.com'},
			{name: 'Grace', email: 'grace@example.com'},
		]).returning(['id', 'name']).execute();
		t.deepEqual(users, [{id: 1, name: 'Ada'}, {id: 2, name: 'Grace'}]);
	});
}

test('with resetSequences ids go on after the seeded rows', tddSeededData('shop').with({resetSequences: true}), async (t, {models, data}) => {
	const user = await models.users.create({name: 'Edsger', email: 'edsger@example.com'});
	t.is(user.id, data.shop.alan.id + 1);
});

test('now() stands still within a test', tddTestContext, async (t, {db, connection}) => {
	// Step 1: two statements, two transactions of the code under test; all the same to now().
	const {id} = await db.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).returning('id').executeTakeFirstOrThrow();
	await db.transaction().execute(async trx => trx.insertInto('orders').values({user_id: id}).execute());
	await db.transaction().execute(async trx => trx.insertInto('orders').values({user_id: id}).execute());

	// Step 2: the default of `created_at` is now(), so it does not say which order came first.
	t.is(await connection.fetchValue('select count(distinct created_at)::int from orders'), 1);

	// Step 3: it has a good side. What is a minute old is a minute old, to the microsecond.
	await connection.execute(`update orders set created_at = now() - interval '1 minute'`);
	t.is(await connection.fetchValue(`select count(*)::int from orders where now() - created_at = interval '1 minute'`), 2);
});

test('clock_timestamp() goes on within a test', tddTestContext, async (t, {db, connection}) => {
	// Step 1: an order that is opened and then cancelled. A trigger writes both down, with clock_timestamp().
	const user = await db.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).returning('id').executeTakeFirstOrThrow();
	const {id} = await db.insertInto('orders').values({user_id: user.id}).returning('id').executeTakeFirstOrThrow();
	await db.updateTable('orders').set({status: 'open'}).where('id', '=', id).execute();
	await db.updateTable('orders').set({status: 'cancelled'}).where('id', '=', id).execute();

	// Step 2: time tells them apart. Compare in SQL: a JavaScript Date knows milliseconds only.
	t.deepEqual(
		await connection.fetchRows('select new_status, changed_at > now() as "isLater" from order_status_changes order by changed_at'),
		[{new_status: 'open', isLater: true}, {new_status: 'cancelled', isLater: true}],
	);
	t.is(await connection.fetchValue('select count(distinct changed_at)::int from order_status_changes'), 2);
});

test('a moment that is passed as a value is exact', tddTestContext, async (t, {db}) => {
	// Step 1: the best way for code under test: it takes the time from its caller.
	const user = await db.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).returning('id').executeTakeFirstOrThrow();
	const monday = new Date('2024-03-04T08:00:00Z');
	const tuesday = new Date('2024-03-05T08:00:00Z');
	await db.insertInto('orders').values([{user_id: user.id, created_at: tuesday}, {user_id: user.id, created_at: monday}]).execute();

	// Step 2: sorting and comparing work as in production.
	const orders = await db.selectFrom('orders').select('created_at').orderBy('created_at').execute();
	t.deepEqual(orders.map(order => order.created_at), [monday, tuesday]);
});
