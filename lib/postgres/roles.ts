import type {Client} from './client.ts';
import {quoteLiteral} from './identifiers.ts';

/** A role of a server, as far as it matters to whoever wants to run tests as it. */
export interface RoleShape {
	readonly name: string;
	/** True for superusers and roles with BYPASSRLS, whom no policy binds. */
	readonly isExempt: boolean;
}

/** The roles of a server that somebody made, in order of their names. */
export async function readRoles(client: Client): Promise<RoleShape[]> {
	const {rows} = await client.query<RoleShape>(`
		select rolname as name, rolsuper or rolbypassrls as "isExempt" from pg_catalog.pg_roles
		where not starts_with(rolname, 'pg_') order by 1`);
	return rows;
}

/** Settings that only a new connection can take, and those that say who somebody is. */
const unsettable = ['role', 'session_authorization', 'log_connections', 'log_disconnections', 'post_auth_delay', 'ignore_system_indexes', 'jit_debugging_support', 'jit_profiling_support'];

/**
 * Statements that make the rest of a transaction run as a role, with the settings that ALTER ROLE gave it, and that the end of the
 * transaction undoes. The user of the session becomes that role, so RESET ROLE stays there; a harness that is no superuser may only
 * change the current one.
 * @see https://www.postgresql.org/docs/current/sql-set-session-authorization.html
 */
export function becomeRole(name: string): string {
	const role = quoteLiteral(name);
	return `select pg_catalog.set_config(pg_catalog.split_part(line, '=', 1), pg_catalog.substr(line, pg_catalog.strpos(line, '=') + 1), true)
		from (select pg_catalog.unnest(s.setconfig) as line, s.setdatabase from pg_catalog.pg_db_role_setting s
			join pg_catalog.pg_roles r on r.oid = s.setrole and r.rolname = ${role}
			where s.setdatabase = 0 or s.setdatabase = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())) as lines
		where pg_catalog.split_part(line, '=', 1) <> all (array[${unsettable.map(setting => quoteLiteral(setting)).join(', ')}])
		order by setdatabase;
	select pg_catalog.set_config(case pg_catalog.current_setting('is_superuser') when 'on' then 'session_authorization' else 'role' end, ${role}, true)`;
}

/**
 * The option with which a connection starts as a role, for the parameter `options` of a client or URL. RESET ROLE, RESET ALL and
 * DISCARD ALL stay at the role.
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-OPTIONS
 */
export function roleOption(name: string): string {
	return `-c role=${name.replaceAll(/[\\\s]/g, String.raw`\$&`)}`;
}

/**
 * Names the tables that the current transaction has read or written past their policies, by the locks that it holds. Checks of foreign
 * keys, which no policy binds, and changes of a table itself take other locks. `bypassed` is a list, `by` the role.
 */
export const readBypassedTables = `
	select coalesce(pg_catalog.array_agg(distinct c.oid::pg_catalog.regclass::text), '{}') as bypassed, current_user::text as by
	from pg_catalog.pg_locks l join pg_catalog.pg_class c on c.oid = l.relation
	where l.locktype = 'relation' and l.pid = pg_catalog.pg_backend_pid() and l.mode in ('AccessShareLock', 'RowExclusiveLock')
		and c.relrowsecurity and not pg_catalog.row_security_active(c.oid)`;
