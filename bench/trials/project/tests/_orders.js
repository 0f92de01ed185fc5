import test from 'ava';
import {tddSeededData} from 'dataflow-tdd/ava';
import {placeOrder, salesReport, sign} from '../app/shop.js';

/** Declares ten tests that place an order, read a report of all and sign it. */
export function orderTests(what) {
	for (let number = 1; number <= 10; number++) {
		test(`${what} are placed, reported and signed, ${number}`, tddSeededData('shop'), async (t, {db}) => {
			const order = await placeOrder(db, {customerId: number, productIds: [number, number + 10, number + 20]});
			const lines = await db.selectFrom('order_lines').selectAll().where('order_id', '=', order.id).execute();
			t.is(lines.length, 3);
			const report = await salesReport(db);
			t.true(report.length > 0);
			t.is(sign(report).length, 64);
		});
	}
}
