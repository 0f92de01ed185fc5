import {quoteIdentifier} from '../../postgres/identifiers.ts';
import type {RoleShape} from '../../postgres/roles.ts';
import type {ServerAddress} from '../../server/server.ts';
import type {Leak} from '../errors.ts';

/** What asks a database; of a client of `pg`, all that is needed here. */
export interface Asking {
	query(text: string, values?: unknown[]): Promise<{rows: unknown[]}>;
}

/** What is known of one server. */
interface KnownServer {
	known: Promise<Set<string>> | undefined;
	/** How many clones are open there. */
	open: number;
	/** How many there have been. */
	opened: number;
	/** True if tests have ended since the last look whose roles were not looked for. */
	isShared: boolean;
}

/** The roles of servers that are used by one worker alone, to find those that a test on a clone has left there. */
export class ServerRoles {
	readonly #servers = new WeakMap<ServerAddress, KnownServer>();

	/** Remembers the roles that are there before the first test, and those that a template has brought. */
	async remember(address: ServerAddress, client: Asking, brought: readonly RoleShape[]): Promise<void> {
		const server = this.#of(address);
		const known = server.known ??= read(client).then(names => new Set(names), (error: unknown) => {
			// The next one asks again.
			server.known = undefined;
			throw error;
		});
		const names = await known;
		for (const {name} of brought) {
			names.add(name);
		}
	}

	/** A test has got a clone on this server, and may create roles from now on. */
	enter(address: ServerAddress): void {
		const server = this.#of(address);
		server.open++;
		server.opened++;
	}

	/**
	 * A test on this server is over. The last one that is open drops the roles that were not there, with what they own in its
	 * database, and names them: while others are open, a role may be one of theirs, which they still need.
	 * @param client asks the database of the test; undefined when there is no way to ask it
	 */
	async leave(address: ServerAddress, client: Asking | undefined): Promise<Leak[]> {
		const server = this.#of(address);
		const {isShared, opened, known: reading} = server;
		server.open--;
		server.isShared = true;
		if (server.open > 0 || !client || !reading) {
			return [];
		}

		const known = await reading;
		const names = (await read(client)).filter(name => !known.has(name));
		if (server.opened !== opened) {
			// Somebody has begun meanwhile, and looks at the end.
			return [];
		}

		server.isShared = false;
		for (const name of names) {
			const role = quoteIdentifier(name);
			// Objects of it may be in the database of another test, too: then it goes with the server, and is told only once.
			await client.query(`reassign owned by ${role} to current_user; drop owned by ${role}; drop role ${role}`).catch(() => known.add(name));
		}

		return names.map(name => ({what: `the role "${name}", which ${isShared ? 'this test or one that ran at the same time' : 'it'} has created: a role belongs to the whole server and not to the database of a test, so it was dropped`, stack: ''}));
	}

	#of(address: ServerAddress): KnownServer {
		const server = this.#servers.get(address) ?? {known: undefined, open: 0, opened: 0, isShared: false};
		this.#servers.set(address, server);
		return server;
	}
}

async function read(client: Asking): Promise<string[]> {
	const {rows} = await client.query('select rolname::text as name from pg_catalog.pg_roles') as {rows: Array<{name: string}>};
	return rows.map(({name}) => name);
}
