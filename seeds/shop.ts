import {defineSeedPack} from 'dataflow-tdd';
import type {Insertable, Kysely, Selectable} from 'kysely';
import type {DB} from '../tests/tdd-env.js';

type Database = Kysely<DB>;
type New<Table extends keyof DB> = Insertable<DB[Table]>;
type Row<Table extends keyof DB> = Selectable<DB[Table]>;

/** Moments are written down, never asked for: a pack has to be the same each time that it is loaded. */
const at = (dayAndTime: string): Date => new Date(`2024-03-${dayAndTime}:00Z`);

async function loadPeople(db: Database) {
	const user = async (values: New<'users'>) => db.insertInto('users').values(values).returningAll().executeTakeFirstOrThrow();
	return {
		ada: await user({name: 'Ada', email: 'ada@example.com', phone: '555-0100', created_at: at('01T08:00')}),
		grace: await user({name: 'Grace', email: 'grace@example.com', phone: '555-0101', created_at: at('01T09:00')}),
		alan: await user({name: 'Alan', email: 'alan@example.com', role: 'staff', created_at: at('01T10:00')}),
	};
}

async function loadCatalogue(db: Database) {
	const category = async (values: New<'categories'>) => db.insertInto('categories').values(values).returningAll().executeTakeFirstOrThrow();
	const product = async (values: New<'products'>) => db.insertInto('products').values(values).returningAll().executeTakeFirstOrThrow();
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
	return {office, paper, lamp, pen, notebook, globe};
}

/** An order with its lines; what was sold at another price than today's says so. */
async function insertOrder(db: Database, values: New<'orders'>, lines: ReadonlyArray<readonly [product: Row<'products'>, quantity: number, priceCents?: number]>): Promise<Row<'orders'>> {
	const order = await db.insertInto('orders').values(values).returningAll().executeTakeFirstOrThrow();
	const items = lines.map(([product, quantity, priceCents = product.price_cents]) => ({order_id: order.id, product_id: product.id, quantity, price_cents: priceCents}));
	await db.insertInto('order_items').values(items).execute();
	return order;
}

/** One in each state, the oldest first. */
async function loadOrders(db: Database, {ada, grace}: Awaited<ReturnType<typeof loadPeople>>, {lamp, pen, notebook, globe}: Awaited<ReturnType<typeof loadCatalogue>>) {
	return {
		cancelledOrder: await insertOrder(db, {user_id: grace.id, status: 'cancelled', created_at: at('04T08:00')}, [[lamp, 1]]),
		shippedOrder: await insertOrder(db, {user_id: grace.id, status: 'shipped', created_at: at('05T08:00'), paid_at: at('05T09:00')}, [[globe, 1], [pen, 4, 2400]]),
		paidOrder: await insertOrder(db, {user_id: ada.id, status: 'paid', created_at: at('06T08:00'), paid_at: at('06T08:05')}, [[lamp, 2, 4500], [pen, 1]]),
		openOrder: await insertOrder(db, {user_id: ada.id, status: 'open', created_at: at('07T08:00')}, [[lamp, 1], [pen, 2], [notebook, 3]]),
		draftOrder: await insertOrder(db, {user_id: ada.id, created_at: at('08T08:00')}, [[pen, 1]]),
	};
}

async function loadReviews(db: Database, {ada, grace}: Awaited<ReturnType<typeof loadPeople>>, {lamp, pen}: Awaited<ReturnType<typeof loadCatalogue>>) {
	const review = async (values: New<'reviews'>) => db.insertInto('reviews').values(values).returningAll().executeTakeFirstOrThrow();
	return {
		publishedReview: await review({product_id: pen.id, user_id: grace.id, rating: 5, body: 'Writes for months.', is_published: true, created_at: at('09T08:00')}),
		otherReview: await review({product_id: pen.id, user_id: ada.id, rating: 4, is_published: true, created_at: at('09T09:00')}),
		unpublishedReview: await review({product_id: lamp.id, user_id: grace.id, rating: 2, body: 'Arrived bent.', created_at: at('09T10:00')}),
	};
}

/**
 * A small shop: three users, four products in two categories, an order in each state, and three reviews, one of them not
 * published. Ada and Grace buy; Alan is staff and owns nothing.
 */
export const shop = defineSeedPack<DB>()({
	name: 'shop',
	async load(db) {
		const people = await loadPeople(db);
		const catalogue = await loadCatalogue(db);
		const orders = await loadOrders(db, people, catalogue);
		const reviews = await loadReviews(db, people, catalogue);
		return {...people, ...catalogue, ...orders, ...reviews};
	},
});
