/*
Learning objectives
- Start from rows that are there already: `tddSeededData('shop')` gives a database that holds the pack.
- Use what the pack returned: named rows with their ids, typed, without a query.
- Rely on fresh copies: neither rows in the database nor objects in memory are shared between tests.
- Ask for several packs; what they need comes along.
*/
import test from 'ava';
import {tddSeededData} from 'dataflow-tdd/ava';

test('the rows of a pack are in the database', tddSeededData('shop'), async (t, {models, data: {shop}}) => {
	// Step 1: what the pack returned is what is in the tables, dates included.
	t.deepEqual(await models.orders.find(shop.openOrder.id), shop.openOrder);

	// Step 2: an order in each state.
	t.deepEqual((await models.orders.list({}, {orderBy: 'id'})).map(({status}) => status), ['cancelled', 'shipped', 'paid', 'open', 'draft']);
});

test('relationships lead from row to row', tddSeededData('shop'), async (t, {db, data: {shop}}) => {
	// Step 1: what Ada has ordered, through three tables.
	const lines = await db.selectFrom('orders')
		.innerJoin('order_items', 'order_items.order_id', 'orders.id')
		.innerJoin('products', 'products.id', 'order_items.product_id')
		.where('orders.user_id', '=', shop.ada.id)
		.where('orders.id', '=', shop.openOrder.id)
		.select(['products.sku', 'order_items.quantity'])
		.orderBy('products.sku')
		.execute();
	t.deepEqual(lines, [{sku: 'LAMP', quantity: 1}, {sku: 'NOTEBOOK', quantity: 3}, {sku: 'PEN', quantity: 2}]);

	// Step 2: the tree of categories.
	t.is(shop.paper.parent_id, shop.office.id);
});

test('a foreign key protects what others point to', tddSeededData('shop'), async (t, {models, data: {shop}}) => {
	// Step 1: a user with orders cannot go.
	t.like(await t.throwsAsync(models.users.delete(shop.ada.id)), {code: '23503', constraint: 'orders_user_id_fkey'});

	// Step 2: a user without can.
	t.is(await models.users.delete(shop.alan.id), 1);
});

test('the items of an order go with it', tddSeededData('shop'), async (t, {models, data: {shop}}) => {
	await models.orders.delete(shop.openOrder.id);
	t.is(await models.order_items.count({order_id: shop.openOrder.id}), 0);
});

// Both tests change the same row, in the database and in memory, after checking that nobody else has: in either order.
for (const which of ['first', 'second']) {
	test(`each test has a copy of its own (${which})`, tddSeededData('shop'), async (t, {models, data: {shop}}) => {
		// Step 1: untouched.
		t.is(shop.ada.name, 'Ada');
		t.is((await models.users.find(shop.ada.id))?.name, 'Ada');
		t.is(shop.openOrder.created_at.getUTCFullYear(), 2024);

		// Step 2: change the row in the database, and the objects in memory.
		await models.users.update(shop.ada.id, {name: `Changed by the ${which}`});
		shop.ada.name = `Changed by the ${which}`;
		shop.openOrder.created_at.setUTCFullYear(1999);
	});
}

test('a pack that needs another brings it along', tddSeededData('loyalty'), async (t, {models, data: {loyalty}}) => {
	// Step 1: only 'loyalty' was asked for, and the shop is there as well.
	t.is(await models.orders.count(), 5);

	// Step 2: its result came through unchanged, Map included.
	t.deepEqual(loyalty.balances, new Map([['ada@example.com', 115], ['grace@example.com', 145]]));

	// Step 3: the view agrees.
	t.is((await models.loyalty_balances.find({user_id: loyalty.graceSpent.user_id}))?.points, 145);
});

test('several packs are there together', tddSeededData('shop', 'loyalty'), async (t, {models, data: {shop, loyalty}}) => {
	t.is(loyalty.adaEarned.order_id, shop.paidOrder.id);
	t.is((await models.users.find(loyalty.adaEarned.user_id))?.email, shop.ada.email);
});
