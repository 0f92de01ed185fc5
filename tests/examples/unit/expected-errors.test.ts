/*
Learning objectives
- Test constraints: the error carries PostgreSQL's code, and the names of table, column and constraint.
- Go on after an expected error: a failed statement takes only itself away, not the test's transaction.
- Test functions of the database that raise errors.
*/
import test from 'ava';
import {tddTestContext} from 'dataflow-tdd/ava';
import {sql} from 'kysely';

const ada = {name: 'Ada', email: 'ada@example.com'};

test('an e-mail address can be used once', tddTestContext, async (t, {db}) => {
	// Step 1: the first one is welcome.
	await db.insertInto('users').values(ada).execute();

	// Step 2: the second one is refused. 23505 is a unique violation; match the constraint, not the words.
	const error = await t.throwsAsync(db.insertInto('users').values({...ada, name: 'Another Ada'}).execute());
	t.like(error, {code: '23505', table: 'users', constraint: 'users_email_key'});

	// Step 3: the test goes on, and what came before the error is still there.
	t.deepEqual(await db.selectFrom('users').select('name').execute(), [{name: 'Ada'}]);
});

test('a failed statement does not taint the test', tddTestContext, async (t, {db, connection}) => {
	// Step 1: succeed, fail, succeed, fail, without any transaction of the test's own.
	await db.insertInto('users').values(ada).execute();
	await t.throwsAsync(connection.execute('select nonsense'), {code: '42703'});
	await db.insertInto('users').values({name: 'Grace', email: 'grace@example.com'}).execute();
	await t.throwsAsync(connection.execute('this is not SQL'), {code: '42601'});

	// Step 2: both rows are there.
	t.is(await connection.fetchValue('select count(*)::int from users'), 2);
});

test('one of several queries at once may fail', tddTestContext, async (t, {db, connection}) => {
	// Step 1: send three together; the second violates a check.
	const results = await Promise.allSettled([
		db.insertInto('users').values(ada).execute(),
		db.insertInto('users').values({name: 'Nobody', email: 'no address'}).execute(),
		db.insertInto('users').values({name: 'Grace', email: 'grace@example.com'}).execute(),
	]);
	t.deepEqual(results.map(({status}) => status), ['fulfilled', 'rejected', 'fulfilled']);

	// Step 2: the others are not affected.
	t.is(await connection.fetchValue('select count(*)::int from users'), 2);
});

test('a missing value names its column', tddTestContext, async (t, {connection}) => {
	const error = await t.throwsAsync(connection.execute('insert into users (name) values ($1)', ['Ada']));
	t.like(error, {code: '23502', table: 'users', column: 'email'});
});

test('an order has a user who exists', tddTestContext, async (t, {db}) => {
	const error = await t.throwsAsync(db.insertInto('orders').values({user_id: 4711}).execute());
	t.like(error, {code: '23503', constraint: 'orders_user_id_fkey', detail: 'Key (user_id)=(4711) is not present in table "users".'});
});

test('an order is paid exactly if it says when', tddTestContext, async (t, {db}) => {
	// Step 1: a user, for the orders to belong to.
	const {id} = await db.insertInto('users').values(ada).returning('id').executeTakeFirstOrThrow();
	const rule = {code: '23514', constraint: 'orders_paid_at_matches_status'};

	// Step 2: both ways of being wrong, one after the other, in one test.
	t.like(await t.throwsAsync(db.insertInto('orders').values({user_id: id, status: 'paid'}).execute()), rule);
	t.like(await t.throwsAsync(db.insertInto('orders').values({user_id: id, paid_at: new Date('2024-03-01T08:00:00Z')}).execute()), rule);

	// Step 3: the right way.
	await t.notThrowsAsync(db.insertInto('orders').values({user_id: id, status: 'paid', paid_at: new Date('2024-03-01T08:00:00Z')}).execute());
});

test('a status that is not one is refused by the enum', tddTestContext, async (t, {connection}) => {
	await t.throwsAsync(connection.fetchValue('select $1::order_status', ['lost']), {code: '22P02', message: /"lost"/});
});

test('a review that is not there cannot be published', tddTestContext, async (t, {db}) => {
	// Functions of the database are code under test like any other.
	await t.throwsAsync(sql`select publish_review(4711)`.execute(db), {code: 'P0002', message: 'there is no review 4711'});
});
