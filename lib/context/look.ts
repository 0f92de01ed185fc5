import type {Client} from '../postgres/client.ts';
import {send} from '../postgres/wire.ts';
import {isAborted} from './database-error.ts';
import {look} from './guards.ts';

/** Runs one statement and gives its rows. */
export type Query = (text: string, values?: readonly unknown[]) => Promise<ReadonlyArray<Record<string, unknown>>>;

/** As the session's own user, whatever the test has set, and with half a second for each statement. */
const begin = `savepoint ${look}; set local session authorization default; set local search_path to pg_catalog; set local statement_timeout to 500; set local lock_timeout to 200`;
const renew = `rollback to savepoint ${look}; release savepoint ${look}; ${begin}`;
const end = `rollback to savepoint ${look}; release savepoint ${look}`;

/**
 * Reads what an open transaction sees, and leaves the transaction as it was. A statement of `read` may fail without harm to the next one.
 * @param goBack what makes a failed transaction answer again
 */
export async function lookInside<T>(client: Client, goBack: string | undefined, read: (query: Query) => Promise<T>): Promise<T> {
	await send(client, begin).catch(async (error: unknown) => {
		if (!isAborted(error) || goBack === undefined) {
			throw error;
		}

		await send(client, `${goBack}; ${begin}`);
	});
	try {
		return await read(async (text, values) => {
			try {
				return (await send(client, text, values)).rows;
			} catch (error) {
				await send(client, renew);
				throw error;
			}
		});
	} finally {
		await send(client, end);
	}
}
