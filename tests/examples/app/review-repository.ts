import {sql, type Kysely, type Selectable} from 'kysely';
import type {DB} from '../../tdd-env.js';

/** The reviews of products, as the shop shows them. */
export class ReviewRepository {
	readonly #db: Kysely<DB>;

	constructor(db: Kysely<DB>) {
		this.#db = db;
	}

	/** A new review; it is shown when somebody has published it. */
	async write(review: {productId: number; userId: number; rating: number; body?: string}): Promise<Selectable<DB['reviews']>> {
		return this.#db.insertInto('reviews')
			.values({product_id: review.productId, user_id: review.userId, rating: review.rating, body: review.body ?? null})
			.returningAll().executeTakeFirstOrThrow();
	}

	async publish(id: number): Promise<void> {
		await sql`select publish_review(${id})`.execute(this.#db);
	}

	/** What visitors see of a product: the newest first. */
	async published(productId: number): Promise<Array<{rating: number; body: string | null; author: string}>> {
		return this.#db.selectFrom('reviews').innerJoin('users', 'users.id', 'reviews.user_id')
			.where('product_id', '=', productId).where('is_published', '=', true)
			.select(['rating', 'body', 'users.name as author'])
			.orderBy('reviews.created_at', 'desc').orderBy('reviews.id', 'desc')
			.execute();
	}

	/** The average of the published ratings; undefined for a product that has none. */
	async averageRating(productId: number): Promise<number | undefined> {
		const rating = await this.#db.selectFrom('product_ratings').select('average_rating').where('product_id', '=', productId).executeTakeFirst();
		return rating?.average_rating ?? undefined;
	}
}
