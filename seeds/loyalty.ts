import {defineSeedPack} from 'dataflow-tdd';
import type {DB} from '../tests/tdd-env.js';
import {shop} from './shop.ts';

/** One point for each whole unit of money. */
const pointsFor = (cents: number): number => Math.floor(cents / 100);

/** Points of the shop's customers: Ada earned some, Grace earned some and spent a part of them. */
export const loyalty = defineSeedPack<DB>()({
	name: 'loyalty',
	needs: [shop],
	async load(db, {shop: {ada, grace, paidOrder, shippedOrder}}) {
		const earn = async (order: typeof paidOrder) => {
			const {total_cents: total} = await db.selectFrom('order_totals').select('total_cents').where('order_id', '=', order.id).executeTakeFirstOrThrow();
			return db.insertInto('loyalty_entries')
				.values({user_id: order.user_id, order_id: order.id, points: pointsFor(total!), created_at: order.paid_at!})
				.returningAll().executeTakeFirstOrThrow();
		};

		const adaEarned = await earn(paidOrder);
		const graceEarned = await earn(shippedOrder);
		const graceSpent = await db.insertInto('loyalty_entries')
			.values({user_id: grace.id, points: -50, created_at: new Date('2024-03-09T08:00:00Z')})
			.returningAll().executeTakeFirstOrThrow();

		// A Map reaches the tests as a Map, as Date and BigInt reach them as what they are.
		const balances = new Map([[ada.email, adaEarned.points], [grace.email, graceEarned.points + graceSpent.points]]);
		return {adaEarned, graceEarned, graceSpent, balances};
	},
});
