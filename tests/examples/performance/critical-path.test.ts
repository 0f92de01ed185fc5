/*
Learning objectives
- `metricsCollector.measure(name, fn)` measures a named stretch: its time, and the statements it sends itself. Measures may nest.
- Thresholds on counts are exact; thresholds on times belong where a machine is known. Both are told when they are exceeded, and at the end.
- What is measured is in the report of the run, beside the time of the test.
*/
import test from 'ava';
import {performanceMonitoredTest, type Alert} from 'dataflow-tdd/ava';
import {Checkout} from '../app/checkout.ts';

/** One statement for each line of an order is how this checkout works: what it repeats is meant. */
const monitored = performanceMonitoredTest.with({seeds: ['shop'], budgetMs: 250, allowedRepeats: ['checkout.ts']});

test('an order of two lines takes five statements', monitored, async (t, {db, onCommit, metricsCollector, data: {shop}}) => {
	const checkout = new Checkout({db, onCommit, announce: () => {}});

	// Step 1: the critical path, measured. The result is that of the function.
	const order = await metricsCollector.measure('place order', async () => checkout.placeOrder(shop.grace.id, [{sku: 'LAMP', quantity: 1}, {sku: 'PEN', quantity: 2}]));
	t.is(order.status, 'open');

	// Step 2: what it cost. The order, and two statements for each line; BEGIN and COMMIT do not count.
	const {statements, durationMs, databaseMs} = metricsCollector.currentMetrics;
	t.is(statements, 5);
	t.true(durationMs >= databaseMs);
});

test('steps of a journey are measured apart', monitored, async (t, {db, onCommit, metricsCollector, monitor, data: {shop}}) => {
	const checkout = new Checkout({db, onCommit, announce: () => {}});
	await metricsCollector.measure('journey', async () => {
		const order = await metricsCollector.measure('place', async () => checkout.placeOrder(shop.grace.id, [{sku: 'PEN', quantity: 1}]));
		await metricsCollector.measure('pay', async () => checkout.pay(order.id));
	});

	t.deepEqual(metricsCollector.measures.map(({name, statements, parent}) => [name, statements, parent]), [
		['place', 3, 'journey'], ['pay', 1, 'journey'], ['journey', 4, undefined],
	]);
	t.is(monitor.statements, 4);
});

test('an alert tells what exceeds its threshold', monitored, async (t, {db, onCommit, metricsCollector, alertHandler, data: {shop}}) => {
	const checkout = new Checkout({db, onCommit, announce: () => {}});
	const told: Alert[] = [];
	alertHandler.on(alert => {
		told.push(alert);
	});

	// Set a threshold at what the path takes now; the day it takes more, the test is told.
	alertHandler.setThreshold('place order', {statements: 3});
	await metricsCollector.measure('place order', async () => checkout.placeOrder(shop.grace.id, [{sku: 'PEN', quantity: 1}]));
	t.deepEqual(told, []);
});
