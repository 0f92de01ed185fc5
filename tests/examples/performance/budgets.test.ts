/*
Learning objectives
- Each test has a budget, 100 ms unless told; over it, the test is told and passes. `.with({budgetMs})` sets it for one.
- `tddPerformanceTracker` says where in its budget a test is.
- `performanceFallback` keeps performance from failing a test, and takes another way where the preferred one fails.
- `enhancedTddContext` has a pool of real connections at hand, for code that wants one beside the test's transaction.
*/
import test from 'ava';
import {enhancedTddContext, performanceFallback, tddPerformanceTracker, tddTestContext} from 'dataflow-tdd/ava';

test('a test may have a budget of its own', tddTestContext.with({budgetMs: 500}), async (t, {connection}) => {
	t.is(await connection.fetchValue('select 1'), 1);
});

test('checkpoints show where the time went', tddPerformanceTracker.with({budgetMs: 500, seeds: ['shop']}), async (t, {tracker, df, data: {shop}}) => {
	await df.orders.list({user_id: shop.ada.id});
	tracker.checkpoint('orders read');
	await df.order_items.list({order_id: shop.openOrder.id});
	tracker.checkpoint('items read');

	t.deepEqual(tracker.checkpoints.map(({name, statements}) => [name, statements]), [['orders read', 1], ['items read', 1]]);
	t.is(tracker.budgetMs, 500);
});

test('where the preferred way fails, another is taken', performanceFallback.with({budgetMs: 500, seeds: ['shop']}), async (t, {fallback, connection}) => {
	// A view that was made for speed may not be there yet; the table always is.
	const orders = await fallback(
		async () => connection.fetchValue<number>('select count(*)::int from orders_by_day'),
		async () => connection.fetchValue<number>('select count(*)::int from orders'),
	);
	t.is(orders, 5);
});

test('a pool of real connections is open before the test begins', enhancedTddContext.with({budgetMs: 1000}), async (t, {preheatedPool, getPoolStatistics, metrics}) => {
	t.true(getPoolStatistics().idleConnections > 0);
	const {rows} = await preheatedPool.query('select count(*)::int as count from users');
	t.deepEqual(rows, [{count: 0}]);

	// It is another database than the test's own: nothing was sent there.
	t.is(metrics.statements, 0);
});
