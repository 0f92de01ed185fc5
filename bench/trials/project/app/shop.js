import {createHash} from 'node:crypto';
import process from 'node:process';
import {sql} from 'kysely';

/** How much work the report and the signature do; the trials turn these up, and nothing else. */
const reportWork = Number(process.env.TRIAL_REPORT ?? 40);
const signatureWork = Number(process.env.TRIAL_SIGNATURE ?? 1200);

export async function addCustomer(db, name) {
	return db.insertInto('customers').values({name, email: `${name.toLowerCase().replaceAll(' ', '.')}@example.org`}).returningAll().executeTakeFirstOrThrow();
}

export async function addProduct(db, number) {
	return db.insertInto('products').values({sku: `NEW-${number}`, name: `New product ${number}`, price_cents: 100 + number, stock: 5}).returningAll().executeTakeFirstOrThrow();
}

export async function placeOrder(db, {customerId, productIds}) {
	return db.transaction().execute(async trx => {
		const order = await trx.insertInto('orders').values({customer_id: customerId, placed_on: '2024-05-06'}).returningAll().executeTakeFirstOrThrow();
		await trx.insertInto('order_lines').values(productIds.map(id => ({order_id: order.id, product_id: id, quantity: 2}))).execute();
		await trx.updateTable('products').set(({eb}) => ({stock: eb('stock', '-', 2)})).where('id', 'in', productIds).execute();
		return order;
	});
}

/** What each city has bought, weighed by days: one statement, the work of which the database does. */
export async function salesReport(db) {
	const {rows} = await sql`
		select c.city, sum(l.quantity * p.price_cents * d) as weighed
		from order_lines l join products p on p.id = l.product_id join orders o on o.id = l.order_id join customers c on c.id = o.customer_id
		cross join generate_series(1, ${reportWork}::int) d
		where o.id % 20 = 0
		group by c.city order by c.city`.execute(db);
	return rows;
}

/** Signs a report again and again, as a chain: work of the processor, in this process. */
export function sign(report) {
	let digest = JSON.stringify(report);
	for (let round = 0; round < signatureWork; round++) {
		digest = createHash('sha256').update(digest).digest('hex');
	}

	return digest;
}
