import type {Client} from './client.ts';

/** What a server is to others, as far as a role may see it. */
export interface ServerStanding {
	/** True if the role may create databases. */
	readonly canCreate: boolean;
	readonly isStandby: boolean;
	/** How many standbys, subscribers and backups are fed from it now. */
	readonly replicas: number;
	/** How many replication slots it keeps, for those that are away as well. */
	readonly slots: number;
	/** The names of standbys that it waits for; empty for none. */
	readonly synchronousStandbys: string;
	/** The first of the roles that were asked about which is there. */
	readonly serviceRole: string | null;
}

/**
 * Asks a server what it is.
 * @param serviceRoles names of roles that tell whose it is
 */
export async function readStanding(client: Client, serviceRoles: readonly string[]): Promise<ServerStanding> {
	const {rows} = await client.query<ServerStanding>(`
		select rolcreatedb or rolsuper as "canCreate", pg_catalog.pg_is_in_recovery() as "isStandby",
			(select count(*)::int from pg_catalog.pg_stat_replication) as replicas,
			(select count(*)::int from pg_catalog.pg_replication_slots) as slots,
			current_setting('synchronous_standby_names') as "synchronousStandbys",
			(select min(rolname::text) from pg_catalog.pg_roles where rolname = any($1)) as "serviceRole"
		from pg_catalog.pg_roles where rolname = current_user`, [serviceRoles]);
	return rows[0]!;
}
