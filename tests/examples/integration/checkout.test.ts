/*
Learning objectives
- Test a service through the database it writes to: call it, then look at rows. Nothing is mocked.
- Give it what it needs from the fixture: `db` where the application has its Kysely, `onCommit` where it has its hooks.
- Hand it the time and the outgoing messages as functions; a list is all that a test needs to see what was sent.
*/
import test from 'ava';
import {tddSeededData, type SeededContext} from 'dataflow-tdd/ava';
import {Checkout, OrderStateError, UnavailableError, type ShopEvent} from '../app/checkout.ts';

const noon = new Date('2024-03-11T12:00:00Z');

/** The checkout sends a statement for each line of an order, and nobody has to be told of that. */
const seeded = tddSeededData('shop').with({allowedRepeats: ['checkout.ts']});

/** The service as the application makes it, and what it has announced. */
function openCheckout({db, onCommit}: Pick<SeededContext<'shop'>, 'db' | 'onCommit'>): {checkout: Checkout; announced: ShopEvent[]} {
	const announced: ShopEvent[] = [];
	const checkout = new Checkout({db, onCommit, clock: () => noon, announce: event => announced.push(event)});
	return {checkout, announced};
}

test('placing an order takes its items from the stock', seeded, async (t, {models, data: {shop}, ...context}) => {
	// Step 1: the service, on this test's database.
	const {checkout} = openCheckout(context);

	// Step 2: act.
	const order = await checkout.placeOrder(shop.grace.id, [{sku: 'LAMP', quantity: 2}, {sku: 'PEN', quantity: 10}]);

	// Step 3: look at what is in the database now.
	t.like(order, {status: 'open', user_id: shop.grace.id, created_at: noon});
	t.is((await models.order_totals.find({order_id: order.id}))?.total_cents, (2 * 4900) + (10 * 2500));
	t.is((await models.products.find(shop.lamp.id))?.stock, 3);
	t.is((await models.products.find(shop.pen.id))?.stock, 90);
});

test('an order that cannot be filled leaves no trace', seeded, async (t, {models, data: {shop}, ...context}) => {
	const {checkout, announced} = openCheckout(context);
	const ordersBefore = await models.orders.count();

	// Step 1: the first line could be sold, the second could not.
	const error = await t.throwsAsync(
		checkout.placeOrder(shop.grace.id, [{sku: 'LAMP', quantity: 1}, {sku: 'NOTEBOOK', quantity: 2}]),
		{instanceOf: UnavailableError, message: 'NOTEBOOK has 1 left, not 2'},
	);
	t.is(error?.sku, 'NOTEBOOK');

	// Step 2: the lamp is back, there is no order, and nobody was told.
	t.is((await models.products.find(shop.lamp.id))?.stock, 5);
	t.is(await models.orders.count(), ordersBefore);
	t.deepEqual(announced, []);
});

test('what is not for sale cannot be ordered', seeded, async (t, {data: {shop}, ...context}) => {
	const {checkout} = openCheckout(context);
	await t.throwsAsync(checkout.placeOrder(shop.ada.id, [{sku: 'GLOBE', quantity: 1}]), {instanceOf: UnavailableError, message: 'GLOBE is not for sale'});
});

test('paying an order announces it once', seeded, async (t, {models, data: {shop}, ...context}) => {
	const {checkout, announced} = openCheckout(context);

	// Step 1: an open order can be paid.
	t.like(await checkout.pay(shop.openOrder.id), {status: 'paid', paid_at: noon});

	// Step 2: not a second time.
	await t.throwsAsync(checkout.pay(shop.openOrder.id), {instanceOf: OrderStateError});
	t.deepEqual(announced, [{type: 'order paid', orderId: shop.openOrder.id}]);

	// Step 3: the database has written the change down by itself.
	t.like(await models.order_status_changes.list({order_id: shop.openOrder.id}), [{old_status: 'open', new_status: 'paid'}]);
});

for (const state of ['draftOrder', 'paidOrder', 'shippedOrder', 'cancelledOrder'] as const) {
	test(`an order that is not open cannot be cancelled: ${state}`, seeded, async (t, {models, data: {shop}, ...context}) => {
		const {checkout} = openCheckout(context);
		await t.throwsAsync(checkout.cancel(shop[state].id), {instanceOf: OrderStateError});
		t.deepEqual(await models.orders.find(shop[state].id), shop[state]);
	});
}

test('cancelling an order gives its items back', seeded, async (t, {models, data: {shop}, ...context}) => {
	const {checkout, announced} = openCheckout(context);
	await checkout.cancel(shop.openOrder.id);
	t.is((await models.products.find(shop.lamp.id))?.stock, shop.lamp.stock + 1);
	t.is((await models.products.find(shop.pen.id))?.stock, shop.pen.stock + 2);
	t.is((await models.products.find(shop.notebook.id))?.stock, shop.notebook.stock + 3);
	t.is((await models.products.find(shop.globe.id))?.stock, shop.globe.stock);
	t.deepEqual(announced, [{type: 'order cancelled', orderId: shop.openOrder.id}]);
});
