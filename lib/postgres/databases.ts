import {assertOwnDatabase} from '../config/guard.ts';
import {GuardError, ServerError} from '../errors.ts';
import type {Client} from './client.ts';
import {quoteIdentifier, quoteLiteral} from './identifiers.ts';
import {explainOccupied, vacate} from './occupants.ts';

/** A database of the harness as it was when something was decided about it: a name may come to mean another one, an object id does not. */
export interface OwnDatabase {
	readonly name: string;
	/** 0 where it had gone before anybody could look: no database has that. */
	readonly oid: number;
}

/** A database of the harness, as the catalog knows it. */
export interface DatabaseEntry extends OwnDatabase {
	/** Sealed: cloned, never connected to. */
	readonly isTemplate: boolean;
	/** What the harness wrote on it; null for a database that is not finished. */
	readonly comment: string | null;
	/** True if dropping it was interrupted: nothing can be done with it any more but to drop it. */
	readonly isBroken: boolean;
}

async function look(client: Client, name: string): Promise<{readonly oid: number; readonly isTemplate: boolean} | undefined> {
	const {rows} = await client.query<{oid: number; isTemplate: boolean}>('select oid, datistemplate as "isTemplate" from pg_catalog.pg_database where datname = $1', [name]);
	return rows[0];
}

async function justMade(client: Client, name: string): Promise<OwnDatabase> {
	return {name, oid: (await look(client, name))?.oid ?? 0};
}

/**
 * Asked in the session, and right before the statement, that changes or drops a database.
 * @returns undefined when there is none of that name any more
 * @throws {ERR_GUARD_REFUSED} when its name is not one of the harness's, {ERR_GUARD_REPLACED} when another database has got that name
 */
export async function assertSameDatabase(client: Client, {name, oid}: OwnDatabase): Promise<{readonly isTemplate: boolean} | undefined> {
	assertOwnDatabase(name);
	const now = await look(client, name);
	if (now && now.oid !== oid) {
		throw new GuardError('ERR_GUARD_REPLACED', {
			what: `The database ${name} is not the one that the harness was about to change: its object id is ${now.oid}, and was ${oid}.`,
			why: 'Somebody has dropped that one, and has made another one under its name.',
			fix: `Nothing was changed. Look what is in it; if nobody needs it, run: drop database ${quoteIdentifier(name)}`,
		});
	}

	return now;
}

/** Makes an empty database. */
export async function createDatabase(client: Client, name: string): Promise<OwnDatabase> {
	assertOwnDatabase(name);
	await client.query(`create database ${quoteIdentifier(name)}`);
	return justMade(client, name);
}

/**
 * How a template is copied: file by file, block by block through the log, or file by file by the file system, which may share
 * what is equal (PostgreSQL 18 and newer).
 */
export type CloneStrategy = 'file_copy' | 'wal_log' | 'file_clone';

/** What to clone, and how. */
export interface CloneRequest {
	readonly template: string;
	readonly name: string;
	/** Default `'file_copy'`. */
	readonly strategy?: CloneStrategy;
	/** Default: where the template lies. */
	readonly tablespace?: string | undefined;
}

/**
 * Makes a database from a template.
 * @see https://www.postgresql.org/docs/current/sql-createdatabase.html
 * @see https://www.postgresql.org/docs/current/runtime-config-resource.html#GUC-FILE-COPY-METHOD
 */
export async function cloneDatabase(client: Client, {template, name, strategy = 'file_copy', tablespace}: CloneRequest): Promise<OwnDatabase> {
	assertOwnDatabase(name);
	const place = tablespace === undefined ? '' : ` tablespace ${quoteIdentifier(tablespace)}`;
	const create = `create database ${quoteIdentifier(name)} template ${quoteIdentifier(template)}${place} strategy`;
	try {
		await (strategy === 'file_clone' ? cloneFiles(client, create) : client.query(`${create} ${strategy}`));
	} catch (error) {
		throw explainDisk(await explainOccupied(error, client, template), 'A clone needs the size of its template once more; PostgreSQL has removed what was half made.');
	}

	return justMade(client, name);
}

/**
 * Makes a tablespace in a folder that does not exist yet. The server makes the folder itself, because it has to own it.
 * @see https://www.postgresql.org/docs/current/sql-createtablespace.html
 */
export async function createTablespace(client: Client, {name, folder}: {name: string; folder: string}): Promise<void> {
	await client.query(`copy (select 1) to program ${quoteLiteral(`mkdir -m 700 '${folder}'`)}`);
	await client.query(`create tablespace ${quoteIdentifier(name)} location ${quoteLiteral(folder)}`);
}

async function cloneFiles(client: Client, create: string): Promise<void> {
	await client.query('set file_copy_method = clone');
	try {
		await client.query(`${create} file_copy`);
	} finally {
		await client.query('reset file_copy_method');
	}
}

/**
 * SQLSTATE 53100 is a full disk, whatever statement met it; other errors pass unchanged.
 * @returns {ERR_SERVER_DISK} for that one
 */
export function explainDisk(error: unknown, why: string): unknown {
	const {code, message} = error as {code?: string; message: string};
	return code !== '53100' ? error : new ServerError('ERR_SERVER_DISK', {
		what: `The server's disk is full: ${message}.`,
		why,
		fix: 'Free some space with `dataflow-tdd prune`, give the server a larger disk (DATAFLOW_TDD_DATA moves embedded ones), or lower the options `workers` and `lanes`.',
		cause: error,
	});
}

/**
 * Drops a database of the harness with every session on it; one that is not there is no error.
 * @throws {ERR_GUARD_REFUSED} and {ERR_GUARD_REPLACED}, as {@link assertSameDatabase}
 */
export async function dropDatabase(client: Client, database: OwnDatabase): Promise<void> {
	const now = await assertSameDatabase(client, database);
	if (now?.isTemplate) {
		await client.query(`alter database ${quoteIdentifier(database.name)} is_template false`);
		await assertSameDatabase(client, database);
	}

	if (now) {
		await client.query(`drop database if exists ${quoteIdentifier(database.name)} with (force)`);
	}
}

/** Writes down what a database is, closes it to connections and gives it its final name: whole, or not there. */
export async function sealDatabase(client: Client, database: OwnDatabase, {as: finalName, comment}: {as: string; comment: string}): Promise<void> {
	const {name} = database;
	assertOwnDatabase(finalName);
	await assertSameDatabase(client, database);
	await client.query(`comment on database ${quoteIdentifier(name)} is ${quoteLiteral(comment)}`);
	await client.query(`alter database ${quoteIdentifier(name)} with is_template true allow_connections false`);
	await vacate(client, name);
	await assertSameDatabase(client, database);
	await client.query(`alter database ${quoteIdentifier(name)} rename to ${quoteIdentifier(finalName)}`);
}

/** The databases whose names begin with a prefix, oldest first. */
export async function listDatabases(client: Client, prefix: string): Promise<DatabaseEntry[]> {
	const {rows} = await client.query<DatabaseEntry>(`
		select datname as name, oid, datistemplate as "isTemplate", shobj_description(oid, 'pg_database') as comment, datconnlimit = -2 as "isBroken"
		from pg_database where starts_with(datname, $1) order by oid`, [prefix]);
	return rows;
}

/** Ends the sessions that are left on a database, such as those of a worker that was killed: on that very one, whatever its name means now. */
export async function endSessions(client: Client, {name, oid}: OwnDatabase, pids?: readonly number[]): Promise<number> {
	assertOwnDatabase(name);
	const {rowCount} = await client.query(`
		select pg_terminate_backend(pid) from pg_stat_activity
		where datname = $1 and datid = $2 and pid <> pg_backend_pid() and backend_type = 'client backend' and (pid = any($3) or $3 is null)`, [name, oid, pids ?? null]);
	return rowCount ?? 0;
}
