import type {Kysely, Selectable, Transaction} from 'kysely';
import type {DB} from '../../tdd-env.js';

/** What somebody wants to buy. */
export interface Line {
	readonly sku: string;
	readonly quantity: number;
}

/** Something that others should know, once it cannot be undone any more. */
export interface ShopEvent {
	readonly type: 'order placed' | 'order paid' | 'order cancelled';
	readonly orderId: number;
}

/** What the service works with. */
export interface CheckoutOptions {
	readonly db: Kysely<DB>;
	/** Tells the rest of the application. */
	readonly announce: (event: ShopEvent) => void;
	/** Runs something after the transaction that is open now has committed. */
	readonly onCommit: (hook: () => void) => Promise<void>;
	/** What time it is. */
	readonly clock?: () => Date;
}

/** A line cannot be sold; nothing of the order was kept. */
export class UnavailableError extends Error {
	override readonly name = 'UnavailableError';
	readonly sku: string;

	constructor(sku: string, reason: string) {
		super(`${sku} ${reason}`);
		this.sku = sku;
	}
}

/** The order is not in the state that this needs. */
export class OrderStateError extends Error {
	override readonly name = 'OrderStateError';
}

type Order = Selectable<DB['orders']>;

/** Places, pays and cancels orders, and keeps the stock right. */
export class Checkout {
	readonly #options: CheckoutOptions;

	constructor(options: CheckoutOptions) {
		this.#options = options;
	}

	/** @throws {UnavailableError} when a product is not for sale, or there is not enough of it */
	async placeOrder(userId: number, lines: readonly Line[]): Promise<Order> {
		return this.#options.db.transaction().execute(async trx => {
			const order = await trx.insertInto('orders').values({user_id: userId, status: 'open', created_at: this.#now()}).returningAll().executeTakeFirstOrThrow();
			for (const line of lines) {
				const product = await this.#reserve(trx, line);
				await trx.insertInto('order_items').values({order_id: order.id, product_id: product.id, quantity: line.quantity, price_cents: product.price_cents}).execute();
			}

			await this.#announce('order placed', order);
			return order;
		});
	}

	/** @throws {OrderStateError} when the order is not open */
	async pay(orderId: number): Promise<Order> {
		return this.#options.db.transaction().execute(async trx => {
			const order = await trx.updateTable('orders').set({status: 'paid', paid_at: this.#now()})
				.where('id', '=', orderId).where('status', '=', 'open').returningAll().executeTakeFirst();
			if (!order) {
				throw new OrderStateError(`Order ${orderId} is not open.`);
			}

			await this.#announce('order paid', order);
			return order;
		});
	}

	/**
	 * Gives what was reserved back to the stock.
	 * @throws {OrderStateError} when the order is not open
	 */
	async cancel(orderId: number): Promise<Order> {
		return this.#options.db.transaction().execute(async trx => {
			const order = await trx.updateTable('orders').set({status: 'cancelled'})
				.where('id', '=', orderId).where('status', '=', 'open').returningAll().executeTakeFirst();
			if (!order) {
				throw new OrderStateError(`Order ${orderId} is not open.`);
			}

			await trx.updateTable('products').from('order_items')
				.set(eb => ({stock: eb('products.stock', '+', eb.ref('order_items.quantity'))}))
				.whereRef('order_items.product_id', '=', 'products.id').where('order_items.order_id', '=', orderId)
				.execute();
			await this.#announce('order cancelled', order);
			return order;
		});
	}

	/** Checks and takes in one statement, so that two buyers cannot both get the last one. */
	async #reserve(trx: Transaction<DB>, {sku, quantity}: Line): Promise<Selectable<DB['products']>> {
		const product = await trx.updateTable('products')
			.set(eb => ({stock: eb('stock', '-', quantity)}))
			.where('sku', '=', sku).where('is_active', '=', true).where('stock', '>=', quantity)
			.returningAll().executeTakeFirst();
		if (!product) {
			const found = await trx.selectFrom('products').select('stock').where('sku', '=', sku).where('is_active', '=', true).executeTakeFirst();
			throw new UnavailableError(sku, found ? `has ${found.stock} left, not ${quantity}` : 'is not for sale');
		}

		return product;
	}

	async #announce(type: ShopEvent['type'], {id}: Order): Promise<void> {
		await this.#options.onCommit(() => {
			this.#options.announce({type, orderId: id});
		});
	}

	#now(): Date {
		return this.#options.clock?.() ?? new Date();
	}
}
