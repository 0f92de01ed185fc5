import type {Client} from './client.ts';
import type {DatabaseProperties} from './database-properties.ts';
import {quoteIdentifier, quoteLiteral} from './identifiers.ts';

/** A role of a server, as far as it matters to whoever wants to run tests as it. */
export interface RoleShape {
	readonly name: string;
	/** True for superusers and roles with BYPASSRLS, whom no policy binds. */
	readonly isExempt: boolean;
	/** What ALTER ROLE gave it for all databases, as `name=value`. */
	readonly settings: readonly string[];
}

/** A role that a test runs as, and what is known of it from the template. */
export interface TakenRole {
	readonly name: string;
	/** The roles that were there when the template was built. */
	readonly known: readonly RoleShape[];
	/** What ALTER ROLE gave it, for all databases and then for this one, as `name=value`. */
	readonly settings: readonly string[];
}

/** Looks up what is known of a role. */
export function takenRole(name: string, {roles, properties}: {readonly roles: readonly RoleShape[]; readonly properties?: DatabaseProperties | undefined}): TakenRole {
	const here = (properties?.settings ?? []).filter(setting => setting.role === name);
	return {
		name, known: roles,
		settings: [...roles.find(role => role.name === name)?.settings ?? [], ...here.map(setting => `${setting.name}=${setting.value}`)],
	};
}

/** The roles of a server that somebody made, in order of their names. */
export async function readRoles(client: Client): Promise<RoleShape[]> {
	const {rows} = await client.query<RoleShape>(`
		select rolname as name, rolsuper or rolbypassrls as "isExempt",
			coalesce(rolconfig, '{}') as settings
		from pg_catalog.pg_roles
		where not starts_with(rolname, 'pg_') order by 1`);
	return rows;
}

/** Settings that only a new connection can take, and those that say who somebody is. */
const unsettable = ['role', 'session_authorization', 'log_connections', 'log_disconnections', 'post_auth_delay', 'ignore_system_indexes', 'jit_debugging_support', 'jit_profiling_support'];

/** A statement that gives the rest of a transaction the settings that a connection of a role begins with. */
function takeSettings(name: string): string {
	return `select pg_catalog.set_config(pg_catalog.split_part(line, '=', 1), pg_catalog.substr(line, pg_catalog.strpos(line, '=') + 1), true)
		from (select pg_catalog.unnest(setconfig) as line from pg_catalog.pg_db_role_setting
			where setrole = pg_catalog.to_regrole(${quoteLiteral(quoteIdentifier(name))})
				and setdatabase in (0, (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database()))
			order by setdatabase) as lines
		where pg_catalog.split_part(line, '=', 1) <> all ('{${unsettable.join(',')}}')`;
}

/**
 * Statements that make the rest of a transaction run as a role, and that its end undoes. The user of the session becomes that
 * role, so RESET ROLE stays there; a harness that is no superuser may only change the current one.
 * A role that was not there when the template was built may have settings, too.
 * @see https://www.postgresql.org/docs/current/sql-set-session-authorization.html
 */
export function becomeRole({name, known, settings}: TakenRole): string {
	const isPlain = settings.length === 0 && known.some(role => role.name === name);
	const become = `select pg_catalog.set_config(case pg_catalog.current_setting('is_superuser') when 'on' then 'session_authorization' else 'role' end, ${quoteLiteral(name)}, true)`;
	return isPlain ? become : `${takeSettings(name)}; ${become}`;
}

/**
 * The options with which a connection starts as a role, for the parameter `options` of a client or URL. RESET ROLE, RESET ALL and
 * DISCARD ALL stay at the role; SET ROLE NONE does not.
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-OPTIONS
 */
export function roleOptions({name, settings}: TakenRole): string {
	const lines = settings.filter(line => !unsettable.includes(line.slice(0, line.indexOf('='))));
	return [...lines, `role=${name}`].map(line => `-c ${line.replaceAll(/[\\\s]/g, String.raw`\$&`)}`).join(' ');
}

/** The object ids of tables that have row-level security. A clone's are the same. */
export async function readSecuredTables(client: Client): Promise<number[]> {
	const {rows} = await client.query<{oid: number}>('select oid from pg_catalog.pg_class where relrowsecurity order by 1');
	return rows.map(({oid}) => oid);
}

/**
 * Names those of given tables that the current transaction has read or written past their policies, by the locks that it holds. Checks
 * of foreign keys, which no policy binds, and changes of a table itself take other locks. `bypassed` is a list, or null; `by` the role.
 */
export function readBypassed(tables: readonly number[]): string {
	return `select pg_catalog.array_agg(distinct l.relation::pg_catalog.regclass::text) as bypassed, current_user::text as by
		from pg_catalog.pg_lock_status() as l
		where l.pid = pg_catalog.pg_backend_pid() and l.mode in ('AccessShareLock', 'RowExclusiveLock')
			and l.relation = any ('{${tables.join(',')}}') and not pg_catalog.row_security_active(l.relation)`;
}

/** Makes a connection's counts of what it did visible to others, after the statement. */
export const tellCounts = 'select pg_catalog.pg_stat_force_next_flush()';

/**
 * As {@link readBypassed}, for all that was done in a database, by the counts of its tables: transactions that have ended hold no locks. A
 * clone's begin at nothing.
 */
export function readBypassedByCounts(tables: readonly number[]): string {
	return `select pg_catalog.array_agg(relid::pg_catalog.regclass::text order by 1) as bypassed, current_user::text as by
		from pg_catalog.pg_stat_user_tables
		where relid = any ('{${tables.join(',')}}') and not pg_catalog.row_security_active(relid)
			and seq_scan + coalesce(idx_scan, 0) + n_tup_ins + n_tup_upd + n_tup_del > 0`;
}
