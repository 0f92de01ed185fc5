/*
Learning objectives
- `memoryOptimizedTest` compares memory before and after, garbage collected: a test that leaves more than 10 MB fails, and names what it holds.
- `optimizer.batches(query, size)` reads a large result a batch at a time.
- `tracker.track(name, object)` holds nothing; it says by name what should have gone.
- `cleanup.add(task)` lets go at the end, before memory is compared.
*/
import test from 'ava';
import {memoryOptimizedTest} from 'dataflow-tdd/ava';

/** A cache of an application, which outlives the tests of a file. */
const cache = new Map<string, readonly object[]>();

const large = memoryOptimizedTest.with({budgetMs: 1000});

test('a large table is read in batches', large, async (t, {db, connection, optimizer, tracker}) => {
	// Step 1: 20,000 products, made by one statement.
	await connection.execute(`insert into products (sku, name, price_cents) select 'P' || n, repeat('x', 200), n from generate_series(1, 20000) as n`);

	// Step 2: no more than 1,000 of them are in memory at a time.
	let rows = 0;
	for await (const batch of optimizer.batches(db.selectFrom('products').selectAll().orderBy('id'), 1000)) {
		tracker.track(`batch ${rows}`, batch);
		rows += batch.length;
	}

	t.is(rows, 20_000);
});

test('what a cache keeps is let go of at the end', large, async (t, {connection, cleanup, tracker}) => {
	const rows = await connection.fetchRows(`select n, repeat('x', 1000) as text from generate_series(1, 20000) as n`);
	cache.set('rows', tracker.track('rows in the cache', rows));

	// Without this line, the test fails: "'rows in the cache' is still held: Array of 20,000".
	cleanup.add(() => {
		cache.clear();
	});
	t.is(cache.get('rows')?.length, 20_000);
});
