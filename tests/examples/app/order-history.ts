import type {Kysely} from 'kysely';
import type {DB} from '../../tdd-env.js';

/** An order, as a customer sees it in a list. */
export interface PastOrder {
	readonly id: number;
	readonly status: string;
	readonly skus: readonly string[];
}

/** The orders of a customer, in two ways: the first one is how such code often begins. */
export class OrderHistory {
	readonly #db: Kysely<DB>;

	constructor(db: Kysely<DB>) {
		this.#db = db;
	}

	/** One statement for the orders, and then one for each of them. */
	async listOneByOne(userId: number): Promise<PastOrder[]> {
		const orders = await this.#db.selectFrom('orders').select(['id', 'status']).where('user_id', '=', userId).orderBy('id').execute();
		const past: PastOrder[] = [];
		for (const {id, status} of orders) {
			past.push({id, status, skus: await this.#skusOf(id)});
		}

		return past;
	}

	/** Two statements, however many orders there are. */
	async list(userId: number): Promise<PastOrder[]> {
		const orders = await this.#db.selectFrom('orders').select(['id', 'status']).where('user_id', '=', userId).orderBy('id').execute();
		const items = await this.#db.selectFrom('order_items').innerJoin('products', 'products.id', 'order_items.product_id')
			.select(['order_items.order_id', 'products.sku']).where('order_items.order_id', 'in', orders.map(({id}) => id)).orderBy('products.sku').execute();
		return orders.map(({id, status}) => ({id, status, skus: items.filter(item => item.order_id === id).map(({sku}) => sku)}));
	}

	async #skusOf(orderId: number): Promise<string[]> {
		const items = await this.#db.selectFrom('order_items').innerJoin('products', 'products.id', 'order_items.product_id')
			.select('products.sku').where('order_items.order_id', '=', orderId).orderBy('products.sku').execute();
		return items.map(({sku}) => sku);
	}
}
