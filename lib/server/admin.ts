import {GuardError} from '../errors.ts';
import {connectClient, type Client} from '../postgres/client.ts';
import {readMarker} from '../postgres/marker.ts';
import type {ServerAddress} from './server.ts';

/**
 * Opens a connection on which databases are made and dropped. A server that was there before has to bear the marker that it had when it was
 * admitted: an address may lead to another one by now.
 * @throws {ERR_GUARD_MARKER}
 */
export async function connectAdmin(address: ServerAddress, applicationName: string): Promise<Client> {
	const client = await connectClient({...address, applicationName});
	try {
		await assertSameServer(client, address);
		return client;
	} catch (error) {
		await client.end().catch(() => {});
		throw error;
	}
}

/** A server that the harness has started has a password that nobody else knows. */
async function assertSameServer(client: Client, {host, port, marker}: ServerAddress): Promise<void> {
	if (marker !== undefined && (await readMarker(client))?.token !== marker) {
		throw new GuardError('ERR_GUARD_MARKER', {
			what: `The server at ${host}:${port} does not bear the marker any more that it had a moment ago.`,
			why: 'Somebody has taken it away, or the address leads to another server now.',
			fix: 'Run again: the next run says what is missing. Nothing was changed.',
		});
	}
}
