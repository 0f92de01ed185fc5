/*
Learning objectives
- Insert only what the claim is about; defaults and nullable columns take care of the rest.
- Make rows with a small function of your own, where several tests need the same kind.
- Do not repeat DDL: what many tests need belongs in the schema, what all rows need belongs in a seed pack.
*/
import test from 'ava';
import {tddDataflow, tddTestContext, type DataflowContext} from 'dataflow-tdd/ava';

/** A line of an order, with all that it cannot exist without; the test says only what it is about. */
async function orderWithItem({df}: DataflowContext, item: {quantity: number; price_cents: number}): Promise<number> {
	const user = await df.users.create({name: 'Ada', email: 'ada@example.com'});
	const product = await df.products.create({sku: 'PEN', name: 'Fountain pen', price_cents: 0});
	const order = await df.orders.create({user_id: user.id});
	await df.order_items.create({order_id: order.id, product_id: product.id, ...item});
	return order.id;
}

test('a new order is a draft', tddDataflow, async (t, {df}) => {
	// Step 1: one user, because an order has to belong to somebody, and nothing else.
	const {id} = await df.users.create({name: 'Ada', email: 'ada@example.com'});

	// Step 2: the one thing that the claim is about.
	const order = await df.orders.create({user_id: id});

	// Step 3: one assertion.
	t.is(order.status, 'draft');
});

test('the total of an order is quantity times price', tddDataflow, async (t, context) => {
	// Step 1: only the two numbers that matter here are in sight.
	const orderId = await orderWithItem(context, {quantity: 3, price_cents: 250});

	// Step 2: the view does the sum.
	t.is((await context.df.order_totals.find({order_id: orderId}))?.total_cents, 750);
});

test('an order without items has no total', tddDataflow, async (t, {df}) => {
	const {id} = await df.users.create({name: 'Ada', email: 'ada@example.com'});
	const order = await df.orders.create({user_id: id});
	t.is(await df.order_totals.count({order_id: order.id}), 0);
});

test('many rows are one statement', tddTestContext, async (t, {connection}) => {
	// Step 1: where a claim is about many rows, let PostgreSQL make them: one round trip, not a hundred.
	await connection.execute(`insert into products (sku, name, price_cents) select 'P' || n, 'Product ' || n, n from generate_series(1, 100) as n`);

	// Step 2: the claim.
	t.is(await connection.fetchValue('select max(price_cents) from products'), 100);
});
