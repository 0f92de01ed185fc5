import type {Client} from '../postgres/client.ts';
import {send} from '../postgres/wire.ts';
import type {Lane} from './lane.ts';
import type {Query} from './look.ts';
import type {TestTransaction} from './transaction.ts';
import {readWritten} from './written.ts';
import {describeWritten} from './written-report.ts';

/** Within this time a failed test is told what it had written, or not. */
const withinMs = 2000;

/** What a transaction has written, while it can still be seen; nothing if it has not. What goes wrong in this is of no interest: the test has failed already. */
export async function noteWritten(lane: Lane, transaction: TestTransaction): Promise<string[]> {
	const text = await transaction.look(async inside => {
		const [written] = await inside('select pg_current_xact_id_if_assigned() is not null as "hasWritten"');
		return written?.hasWritten ? compareViews(lane, inside) : '';
	}).catch(() => '');
	return text ? [text] : [];
}

async function compareViews(lane: Lane, inside: Query): Promise<string> {
	const deadline = performance.now() + withinMs;
	const beside = await lane.connectBeside().catch((): undefined => {});
	try {
		return describeWritten(await readWritten({inside, outside: beside ? await outsideOf(beside) : undefined, deadline}));
	} finally {
		await beside?.end().catch(() => {});
	}
}

async function outsideOf(client: Client): Promise<Query> {
	await send(client, 'set search_path to pg_catalog; set statement_timeout to 500; set lock_timeout to 200');
	return async (text, values) => (await send(client, text, values)).rows;
}
