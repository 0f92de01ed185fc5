import {rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {runtimeFolder} from '../config/folders.ts';
import type {ServerAddress} from '../server/server.ts';

/** The file in which a keeper writes down how the databases are reached that it keeps. */
export function serviceFileOf(keeper: string): string {
	return path.join(runtimeFolder(), `${keeper}.pgservice`);
}

/**
 * Writes down how kept databases are reached, for psql and everything else that is built on libpq. The file is the user's alone,
 * so that no password has to be printed.
 * @see https://www.postgresql.org/docs/current/libpq-pgservice.html
 */
export class KeptDatabases {
	readonly file: string;
	readonly #entries = new Map<string, string>();

	/** @param id of the keeper */
	constructor(id: string) {
		this.file = serviceFileOf(id);
	}

	/** @returns the name of its service */
	add(database: string, {host, port, tcp, user, password}: ServerAddress): string {
		const place = tcp ?? {host, port};
		this.#entries.set(database, `[${database}]\nhost=${place.host}\nport=${place.port}\nuser=${user}\npassword=${password}\ndbname=${database}\n`);
		writeFileSync(this.file, [...this.#entries.values()].join('\n'), {mode: 0o600});
		return database;
	}

	/** Forgets all of them. */
	clear(): void {
		this.#entries.clear();
		rmSync(this.file, {force: true});
	}
}
