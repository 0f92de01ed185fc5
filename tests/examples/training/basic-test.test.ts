/*
Learning objectives
- Get a database from a fixture: the test's body follows it, and receives the context.
- Use plain SQL on a real PostgreSQL: `execute`, `fetchValue`, `fetchRow`, `fetchRows`.
- Rely on isolation: each test runs in a transaction that is rolled back, so there is nothing to clean up.
- Go back to a point inside of a test with `savepoint()`.
*/
import test from 'ava';
import {tddTestContext} from 'dataflow-tdd/ava';

test('a test may make tables of its own with plain SQL', tddTestContext, async (t, {connection}) => {
	// Step 1: make a table. It is in nobody's way: it ends with the test.
	await connection.execute(`
		create temp table training_users (
			id integer generated always as identity primary key,
			name text not null,
			email text unique not null
		)
	`);

	// Step 2: insert. Values are parameters, never parts of the text.
	const inserted = await connection.execute('insert into training_users (name, email) values ($1, $2)', ['Training User', 'training@example.com']);
	t.is(inserted, 1);

	// Step 3: verify how many rows there are. PostgreSQL counts in bigint, which `pg` gives as text: cast it.
	t.is(await connection.fetchValue('select count(*)::int from training_users'), 1);

	// Step 4: verify what is in them.
	t.deepEqual(await connection.fetchRow('select name, email from training_users where id = 1'), {name: 'Training User', email: 'training@example.com'});
});

test('the tables of the schema are there', tddTestContext, async (t, {connection}) => {
	// Step 1: use them. They were made once, before all tests; columns that have defaults may be left out.
	await connection.execute('insert into products (sku, name, price_cents) values ($1, $2, $3)', ['INK', 'Bottle of ink', 800]);

	// Step 2: verify, with the types that PostgreSQL has: numbers are numbers, truths are truths.
	t.deepEqual(
		await connection.fetchRows('select name, price_cents, is_active from products'),
		[{name: 'Bottle of ink', price_cents: 800, is_active: true}],
	);
});

// The same test twice: each inserts an e-mail address that must be unique, and neither meets the other's.
for (const which of ['first', 'second']) {
	test(`a row that a test inserts is gone after it (${which} time)`, tddTestContext, async (t, {db}) => {
		// Step 1: nobody has left anything.
		t.deepEqual(await db.selectFrom('users').selectAll().execute(), []);

		// Step 2: leave something.
		await db.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).execute();
	});
}

test('a test can go back to a savepoint', tddTestContext, async (t, {db, connection, savepoint}) => {
	// Step 1: insert what should stay.
	await db.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).execute();

	// Step 2: set a savepoint, then do damage.
	const before = await savepoint();
	await connection.execute('delete from users');
	t.is(await connection.fetchValue('select count(*)::int from users'), 0);

	// Step 3: go back. Kysely and plain SQL are on the same transaction, so both see it.
	await before.rollback();
	t.deepEqual(await db.selectFrom('users').select('name').execute(), [{name: 'Ada'}]);
});
