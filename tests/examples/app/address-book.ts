import {sql, type Kysely, type Transaction} from 'kysely';
import type {DB} from '../../tdd-env.js';

/** Does something on behalf of a customer: the policies of the database then show what is that customer's. */
export async function onBehalfOf<T>(db: Kysely<DB>, userId: number, work: (trx: Transaction<DB>) => Promise<T>): Promise<T> {
	return db.transaction().execute(async trx => {
		await sql`select set_config('app.user_id', ${String(userId)}, true)`.execute(trx);
		return work(trx);
	});
}

/** The cities that a customer has addresses in. It names no customer: the database knows. */
export async function listCities(trx: Transaction<DB>): Promise<string[]> {
	const rows = await trx.selectFrom('addresses').select('city').orderBy('city').execute();
	return rows.map(({city}) => city);
}
