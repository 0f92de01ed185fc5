import {randomBytes} from 'node:crypto';
import {ServerError} from '../errors.ts';
import {connectWhenReady, type Client} from '../postgres/client.ts';
import {majorVersion, minimumVersion} from '../postgres/version.ts';
import type {Server, ServerAdapter, StartedServer, StartRequest} from './server.ts';

const readyWithinMs = 30_000;

/** A password that nobody else knows: 144 random bits, safe in URLs and in SQL. */
export function randomPassword(): string {
	return randomBytes(18).toString('base64url');
}

/**
 * Refuses a server that is older than the harness works with.
 * @throws {ERR_SERVER_VERSION}
 */
export function assertVersion(version: number, label: string, minimum: number = minimumVersion): void {
	if (version < minimum) {
		throw new ServerError('ERR_SERVER_VERSION', {
			what: `The server ${label} is PostgreSQL ${version}.`,
			why: `The harness needs PostgreSQL ${minimum} or newer.`,
			fix: `Choose a newer one, for example with the option image: 'postgres:17'.`,
		});
	}
}

async function inspect(client: Client, started: StartedServer): Promise<number> {
	const {rows} = await client.query<{version: string}>(`select current_setting('server_version_num') as version`);
	const version = majorVersion(Number(rows[0]?.version));
	assertVersion(version, started.label);
	return version;
}

/** Gives the server a password of its own: the one it was saved with is known to whoever can read the snapshot. */
async function changePassword(client: Client, user: string): Promise<string> {
	const password = randomPassword();
	await client.query(`alter role ${client.escapeIdentifier(user)} password ${client.escapeLiteral(password)}`);
	return password;
}

/**
 * Starts a server through an adapter, waits for its first connection, checks its version, and gives it a fresh password.
 * Whatever fails, nothing stays running.
 */
export async function startServer(adapter: ServerAdapter, request: StartRequest): Promise<Server> {
	const started = await adapter.start(request);
	try {
		const client = await connectWhenReady(started.address, readyWithinMs);
		try {
			const version = await inspect(client, started);
			const password = adapter.kind !== 'external' ? await changePassword(client, started.address.user) : started.address.password;
			return {...started, version, address: {...started.address, password}};
		} finally {
			await client.end().catch(() => {});
		}
	} catch (error) {
		await started.stop().catch(() => {});
		throw error;
	}
}
