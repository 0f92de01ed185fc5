import {assertOwnDatabase} from '../config/guard.ts';
import type {Client} from './client.ts';
import {quoteIdentifier, quoteLiteral} from './identifiers.ts';

/** A database of the harness, as the catalog knows it. */
export interface DatabaseEntry {
	readonly name: string;
	/** Sealed: cloned, never connected to. */
	readonly isTemplate: boolean;
	/** What the harness wrote on it; null for a database that is not finished. */
	readonly comment: string | null;
}

/** Makes an empty database. */
export async function createDatabase(client: Client, name: string): Promise<void> {
	assertOwnDatabase(name);
	await client.query(`create database ${quoteIdentifier(name)}`);
}

/**
 * Makes a database from a template. FILE_COPY costs about a third of WAL_LOG at 30 tables.
 * @see https://www.postgresql.org/docs/current/sql-createdatabase.html
 */
export async function cloneDatabase(client: Client, template: string, name: string): Promise<void> {
	assertOwnDatabase(name);
	await client.query(`create database ${quoteIdentifier(name)} template ${quoteIdentifier(template)} strategy file_copy`);
}

/** Drops a database of the harness with every session on it; one that is not there is no error. */
export async function dropDatabase(client: Client, name: string): Promise<void> {
	assertOwnDatabase(name);
	const {rows} = await client.query<{datistemplate: boolean}>('select datistemplate from pg_database where datname = $1', [name]);
	if (rows[0]?.datistemplate) {
		await client.query(`alter database ${quoteIdentifier(name)} is_template false`);
	}

	await client.query(`drop database if exists ${quoteIdentifier(name)} with (force)`);
}

/** Writes down what a database is, closes it to connections and gives it its final name: whole, or not there. */
export async function sealDatabase(client: Client, name: string, {as: finalName, comment}: {as: string; comment: string}): Promise<void> {
	assertOwnDatabase(finalName);
	await client.query(`comment on database ${quoteIdentifier(name)} is ${quoteLiteral(comment)}`);
	await client.query(`alter database ${quoteIdentifier(name)} with is_template true allow_connections false`);
	await client.query(`alter database ${quoteIdentifier(name)} rename to ${quoteIdentifier(finalName)}`);
}

/** The databases whose names begin with a prefix, oldest first. */
export async function listDatabases(client: Client, prefix: string): Promise<DatabaseEntry[]> {
	const {rows} = await client.query<DatabaseEntry>(`
		select datname as name, datistemplate as "isTemplate", shobj_description(oid, 'pg_database') as comment
		from pg_database where starts_with(datname, $1) order by oid`, [prefix]);
	return rows;
}

/** Ends the sessions that are left on a database, such as those of a worker that was killed. */
export async function endSessions(client: Client, name: string): Promise<number> {
	assertOwnDatabase(name);
	const {rowCount} = await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()', [name]);
	return rowCount ?? 0;
}
