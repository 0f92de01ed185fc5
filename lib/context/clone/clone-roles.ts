import {quoteIdentifier} from '../../postgres/identifiers.ts';
import type {RoleShape} from '../../postgres/roles.ts';
import type {Leak} from '../errors.ts';

/** What asks a database; of a client of `pg`, all that is needed here. */
interface Asking {
	query(text: string, values?: unknown[]): Promise<{rows: unknown[]}>;
}

/** The roles of a server that is used by one worker alone, to find those that a test on a clone has left there. */
export class ServerRoles {
	#known: Promise<Set<string>> | undefined;

	/** Remembers the roles that are there before the first test, and those that a template has brought. */
	async remember(client: Asking, brought: readonly RoleShape[]): Promise<void> {
		this.#known ??= read(client).then(names => new Set(names));
		const known = await this.#known;
		for (const {name} of brought) {
			known.add(name);
		}
	}

	/** Drops the roles that were not there, with what they own in this database, and names them. */
	async drop(client: Asking): Promise<Leak[]> {
		const known = await this.#known ?? new Set();
		const names = (await read(client)).filter(name => !known.has(name));
		for (const name of names) {
			const role = quoteIdentifier(name);
			// Objects of it may be in the database of another test, too: then it goes with the server.
			await client.query(`reassign owned by ${role} to current_user; drop owned by ${role}; drop role ${role}`).catch(() => {});
		}

		return names.map(name => ({what: `the role "${name}", which it has created: a role belongs to the whole server and not to the database of a test, so it was dropped`, stack: ''}));
	}
}

async function read(client: Asking): Promise<string[]> {
	const {rows} = await client.query('select rolname::text as name from pg_catalog.pg_roles') as {rows: Array<{name: string}>};
	return rows.map(({name}) => name);
}
