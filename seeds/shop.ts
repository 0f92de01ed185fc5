import {defineSeedPack} from 'dataflow-tdd';
import type {Insertable, Selectable} from 'kysely';
import type {DB} from '../tests/tdd-env.js';

/** Moments are written down, never asked for: a pack has to be the same each time that it is loaded. */
const at = (dayAndTime: string): Date => new Date(`2024-03-${dayAndTime}:00Z`);

/**
 * A small shop: three users, four products in two categories, an order in each state, and three reviews, one of them not
 * published. Ada and Grace buy; Alan is staff and owns nothing.
 */
export const shop = defineSeedPack<DB>()({
	name: 'shop',
	async load(db) {
		type New<Table extends keyof DB> = Insertable<DB[Table]>;
		const user = async (values: New<'users'>) => db.insertInto('users').values(values).returningAll().executeTakeFirstOrThrow();
		const category = async (values: New<'categories'>) => db.insertInto('categories').values(values).returningAll().executeTakeFirstOrThrow();
		const product = async (values: New<'products'>) => db.insertInto('products').values(values).returningAll().executeTakeFirstOrThrow();
		const review = async (values: New<'reviews'>) => db.insertInto('reviews').values(values).returningAll().executeTakeFirstOrThrow();
		const order = async (values: New<'orders'>, ...items: Array<[product: Selectable<DB['products']>, quantity: number, priceCents?: number]>) => {
			const row = await db.insertInto('orders').values(values).returningAll().executeTakeFirstOrThrow();
			await db.insertInto('order_items')
				.values(items.map(([{id, price_cents: price}, quantity, priceCents = price]) => ({order_id: row.id, product_id: id, quantity, price_cents: priceCents})))
				.execute();
			return row;
		};

		const ada = await user({name: 'Ada', email: 'ada@example.com', phone: '555-0100', created_at: at('01T08:00')});
		const grace = await user({name: 'Grace', email: 'grace@example.com', phone: '555-0101', created_at: at('01T09:00')});
		const alan = await user({name: 'Alan', email: 'alan@example.com', role: 'staff', created_at: at('01T10:00')});

		const office = await category({name: 'Office'});
		const paper = await category({name: 'Paper', parent_id: office.id});
		const lamp = await product({sku: 'LAMP', name: 'Desk lamp', category_id: office.id, price_cents: 4900, stock: 5});
		const pen = await product({sku: 'PEN', name: 'Fountain pen', category_id: office.id, price_cents: 2500, stock: 100});
		// The last one: two buyers cannot both have it.
		const notebook = await product({sku: 'NOTEBOOK', name: 'Notebook', category_id: paper.id, price_cents: 1200, stock: 1});
		// Not for sale any more, but in an old order.
		const globe = await product({sku: 'GLOBE', name: 'Globe', category_id: office.id, price_cents: 9900, is_active: false});
		await db.insertInto('product_images').values([
			{product_id: lamp.id, position: 1, file: 'lamp-front.webp'},
			{product_id: lamp.id, position: 2, file: 'lamp-back.webp'},
		]).execute();

		const cancelledOrder = await order({user_id: grace.id, status: 'cancelled', created_at: at('04T08:00')}, [lamp, 1]);
		const shippedOrder = await order({user_id: grace.id, status: 'shipped', created_at: at('05T08:00'), paid_at: at('05T09:00')}, [globe, 1], [pen, 4, 2400]);
		const paidOrder = await order({user_id: ada.id, status: 'paid', created_at: at('06T08:00'), paid_at: at('06T08:05')}, [lamp, 2, 4500], [pen, 1]);
		const openOrder = await order({user_id: ada.id, status: 'open', created_at: at('07T08:00')}, [lamp, 1], [pen, 2], [notebook, 3]);
		const draftOrder = await order({user_id: ada.id, created_at: at('08T08:00')}, [pen, 1]);

		const publishedReview = await review({product_id: pen.id, user_id: grace.id, rating: 5, body: 'Writes for months.', is_published: true, created_at: at('09T08:00')});
		const otherReview = await review({product_id: pen.id, user_id: ada.id, rating: 4, is_published: true, created_at: at('09T09:00')});
		const unpublishedReview = await review({product_id: lamp.id, user_id: grace.id, rating: 2, body: 'Arrived bent.', created_at: at('09T10:00')});

		return {
			ada, grace, alan,
			office, paper, lamp, pen, notebook, globe,
			draftOrder, openOrder, paidOrder, shippedOrder, cancelledOrder,
			publishedReview, otherReview, unpublishedReview,
		};
	},
});
