/*
Learning objectives
- Read a large result a few rows at a time with Kysely's `stream`, through the same transaction as everything else.
- Leave a stream early: it is closed, and the test goes on.
*/
import test from 'ava';
import {tddSeededData, tddTestContext} from 'dataflow-tdd/ava';

test('a stream gives the rows in order', tddSeededData('shop'), async (t, {db, data: {shop}}) => {
	// Step 1: ask for the products, two at a time.
	const skus: string[] = [];
	for await (const {sku} of db.selectFrom('products').select('sku').orderBy('price_cents', 'desc').stream(2)) {
		skus.push(sku);
	}

	// Step 2: all four have come.
	t.deepEqual(skus, [shop.globe.sku, shop.lamp.sku, shop.pen.sku, shop.notebook.sku]);
});

test('a stream sees what the test has written', tddTestContext, async (t, {db, connection}) => {
	// Step 1: 1,000 rows that only this test sees.
	await connection.execute(`insert into products (sku, name, price_cents) select 'P' || n, 'Product ' || n, n from generate_series(1, 1000) as n`);

	// Step 2: add up without ever holding more than 100 of them.
	let sum = 0;
	for await (const product of db.selectFrom('products').select('price_cents').stream(100)) {
		sum += product.price_cents;
	}

	t.is(sum, 500_500);
});

test('a stream can be left early', tddSeededData('shop'), async (t, {db, models}) => {
	// Step 1: the first one is enough.
	for await (const product of db.selectFrom('products').select('sku').orderBy('sku').stream(1)) {
		t.is(product.sku, 'GLOBE');
		break;
	}

	// Step 2: the connection is free again.
	t.is(await models.products.count(), 4);
});
