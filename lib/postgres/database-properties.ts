import type {Client} from './client.ts';
import {assertSameDatabase, type OwnDatabase} from './databases.ts';
import {quoteIdentifier, quoteLiteral} from './identifiers.ts';

/** A setting that ALTER DATABASE, or ALTER ROLE IN DATABASE, gave a database. */
export interface DatabaseSetting {
	/** For which role; null for all. */
	readonly role: string | null;
	readonly name: string;
	readonly value: string;
}

/** A privilege on a database. */
export interface DatabaseGrant {
	/** A role; null for PUBLIC. */
	readonly grantee: string | null;
	/** Such as `CONNECT`. */
	readonly privilege: string;
	readonly isGrantable: boolean;
}

/** What a database has that CREATE DATABASE does not copy from its template, as far as it is not what every new database has. */
export interface DatabaseProperties {
	/** Its owner, where that is not who made it. */
	readonly owner?: string;
	readonly comment?: string;
	readonly connectionLimit?: number;
	readonly settings?: readonly DatabaseSetting[];
	/** All privileges; absent where they are those of a new database. */
	readonly grants?: readonly DatabaseGrant[];
}

interface Row {
	readonly owner: string | null;
	readonly comment: string | null;
	readonly limit: number;
	readonly settings: ReadonlyArray<{readonly role: string | null; readonly line: string}> | null;
	readonly grants: readonly DatabaseGrant[] | null;
}

/**
 * Reads what a clone of the current database would lack; nothing where it would lack nothing.
 * @see https://www.postgresql.org/docs/current/manage-ag-templatedbs.html
 */
export async function readProperties(client: Client): Promise<DatabaseProperties | undefined> {
	const {rows} = await client.query<Row>(`
		select nullif(pg_get_userbyid(d.datdba), session_user) as owner, shobj_description(d.oid, 'pg_database') as comment, d.datconnlimit as limit,
			(select json_agg(json_build_object('role', r.rolname, 'line', line) order by r.rolname nulls first, line)
				from pg_db_role_setting s cross join unnest(s.setconfig) as line left join pg_roles r on r.oid = s.setrole
				where s.setdatabase = d.oid) as settings,
			(select json_agg(json_build_object('grantee', r.rolname, 'privilege', a.privilege_type, 'isGrantable', a.is_grantable) order by r.rolname nulls first, a.privilege_type)
				from aclexplode(d.datacl) a left join pg_roles r on r.oid = a.grantee) as grants
		from pg_database d where d.datname = current_database()`);
	const {owner, comment, limit, settings, grants} = rows[0]!;
	const properties: DatabaseProperties = {
		...(owner !== null && {owner}), ...(comment !== null && {comment}), ...(limit >= 0 && {connectionLimit: limit}),
		...(settings && {settings: settings.map(({role, line}) => ({role, name: line.slice(0, line.indexOf('=')), value: line.slice(line.indexOf('=') + 1)}))}),
		...(grants && {grants}),
	};
	return Object.keys(properties).length === 0 ? undefined : properties;
}

/** Gives a clone what its template has and CREATE DATABASE has not copied: two round trips, and none where there is nothing. */
export async function restoreProperties(client: Client, database: OwnDatabase, properties: DatabaseProperties | undefined): Promise<void> {
	if (properties) {
		await assertSameDatabase(client, database);
		await client.query(describeProperties(database.name, properties).join('; '));
	}
}

function describeProperties(name: string, {owner, comment, connectionLimit, settings = [], grants}: DatabaseProperties): string[] {
	const database = quoteIdentifier(name);
	return [
		...(owner === undefined ? [] : [`alter database ${database} owner to ${quoteIdentifier(owner)}`]),
		...(connectionLimit === undefined ? [] : [`alter database ${database} connection limit ${Math.trunc(connectionLimit)}`]),
		...(comment === undefined ? [] : [`comment on database ${database} is ${quoteLiteral(comment)}`]),
		...settings.map(setting => describeSetting(database, setting)),
		...(grants ? describeGrants(database, grants, owner) : []),
	];
}

/** Settings that are lists of names: quoted whole, they would be a list of one. */
const lists = new Set(['search_path', 'temp_tablespaces', 'local_preload_libraries', 'session_preload_libraries']);

function describeSetting(database: string, {role, name, value}: DatabaseSetting): string {
	const target = role === null ? `database ${database}` : `role ${quoteIdentifier(role)} in database ${database}`;
	const names = name.split('.').map(part => quoteIdentifier(part)).join('.');
	return `alter ${target} set ${names} to ${lists.has(name) ? quoteList(value) : quoteLiteral(value)}`;
}

/** `"$user", public` as `'$user', 'public'`; an empty list is an empty name. */
function quoteList(value: string): string {
	const items = [...value.matchAll(/"((?:[^"]|"")*)"|[^",\s]+/g)].map(([whole, quoted]) => quoted?.replaceAll('""', '"') ?? whole);
	return items.length === 0 ? `''` : items.map(item => quoteLiteral(item)).join(', ');
}

/** Takes away what a new database grants by itself, and grants what was read. */
function describeGrants(database: string, grants: readonly DatabaseGrant[], owner: string | undefined): string[] {
	return [
		`revoke all on database ${database} from public, ${owner === undefined ? 'current_user' : quoteIdentifier(owner)}`,
		...grants.map(({grantee, privilege, isGrantable}) => `grant ${privilege} on database ${database} to ${grantee === null ? 'public' : quoteIdentifier(grantee)}${isGrantable ? ' with grant option' : ''}`),
	];
}
