import {rmSync, writeFileSync} from 'node:fs';
import net from 'node:net';
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
	add(database: string, address: ServerAddress): string {
		this.#entries.set(database, renderService(database, address));
		writeFileSync(this.file, [...this.#entries.values()].join('\n'), {mode: 0o600});
		return database;
	}

	/** Forgets all of them. */
	clear(): void {
		this.#entries.clear();
		rmSync(this.file, {force: true});
	}
}

/** All that a variable of the user's environment (PGHOSTADDR, PGSSLMODE) would decide otherwise: a service comes before them. */
function renderService(database: string, {host, port, tcp, user, password, ssl = false}: ServerAddress): string {
	const place = tcp ?? {host, port};
	const values = {
		host: place.host, ...(net.isIP(place.host) !== 0 && {hostaddr: place.host}), port: place.port, user, password, dbname: database, sslmode: ssl ? 'require' : 'disable',
	};
	return `[${database}]\n${Object.entries(values).map(([name, value]) => `${name}=${value}\n`).join('')}`;
}
