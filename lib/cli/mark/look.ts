import {managedService, serviceRoles} from '../../config/managed-hosts.ts';
import {isProductionName} from '../../config/guard.ts';
import {markerDatabase} from '../../config/names.ts';
import {applicationPlaces, hostOf, isSameServer, placeOf} from '../../config/place.ts';
import type {Client} from '../../postgres/client.ts';
import {readMarker, type FoundMarker} from '../../postgres/marker.ts';
import type {ServerStanding} from '../../postgres/standing.ts';
import type {ExternalServer} from '../../server/external/admission.ts';
import {ownDatabases} from './own-databases.ts';

/** A server, and the environment in which the application would find its own database. */
export interface MarkedServer extends ExternalServer {
	readonly env: Readonly<Record<string, string | undefined>>;
}

/** What somebody who is to mark a server wants to know of it. */
export interface Looked {
	/** Such as `PostgreSQL 18.4 at db.example:5432, as tester`. */
	readonly server: string;
	/** Its databases, but for those of the harness and the templates that every server has. */
	readonly databases: readonly string[];
	/** Those of them whose names are names for production. */
	readonly productionDatabases: readonly string[];
	/** How many databases the harness has made there; the marker is not counted. */
	readonly harnessDatabases: number;
	/** Names of roles under which a keeper is connected now. */
	readonly keepers: number;
	readonly isStandby: boolean;
	readonly replicas: number;
	readonly replicationSlots: number;
	/** The managed service that it belongs to, allowed by `allowServers`. */
	readonly service: string | undefined;
	/** Variables that say that the application's own database lies on it, which is another one than the URL names. */
	readonly applicationVariables: readonly string[];
	readonly marker: FoundMarker | undefined;
}

interface Row {
	readonly version: string;
	readonly user: string;
	readonly databases: readonly string[];
	readonly keepers: number;
}

async function readRow(client: Client): Promise<Row> {
	const {rows} = await client.query<Row>(`
		select split_part(current_setting('server_version'), ' ', 1) as version, current_user::text as user,
			array(select datname::text from pg_database where not datistemplate and datname <> $1 order by 1) as databases,
						(select count(*)::int from pg_stat_activity where application_name like 'dataflow-tdd keeper %') as keepers`, [markerDatabase]);
	return rows[0]!;
}

/** Looks at a server that the guards have let pass. */
export async function lookAt(client: Client, {url, address, env}: MarkedServer, standing: ServerStanding): Promise<Looked> {
	const {version, user, databases, keepers} = await readRow(client);
	const marker = await readMarker(client);
	const own = new Set((await ownDatabases(client, marker?.token ?? '')).map(({name}) => name));
	const others = databases.filter(name => !own.has(name));
	const place = placeOf(url, 'postgres');
	return {
		server: `PostgreSQL ${version} at ${address.host}:${address.port}, as ${user}`,
		databases: others,
		productionDatabases: others.filter(name => isProductionName(name)),
		harnessDatabases: own.size,
		keepers,
		isStandby: standing.isStandby,
		replicas: standing.replicas,
		replicationSlots: standing.slots,
		service: managedService(hostOf(url)) ?? (standing.serviceRole === null ? undefined : serviceRoles[standing.serviceRole]),
		applicationVariables: [...new Set(applicationPlaces(env).filter(([, application]) => isSameServer(application, place)).map(([variable]) => variable))],
		marker,
	};
}

function describeMarker(marker: FoundMarker | undefined): string {
	return !marker ? 'none' : marker.isOfThisServer ? `since ${marker.markedAt.slice(0, 10)}` : 'one of another server, which has come with a dump or a copy';
}

/** The same as rows: what was looked at, and what was found. */
export function describeLooked({server, databases, productionDatabases, harnessDatabases, isStandby, replicas, replicationSlots, service, applicationVariables, marker}: Looked): Array<readonly [string, string]> {
	return [
		['server', server],
		['databases', `${databases.join(', ') || 'none'}; ${harnessDatabases} of the harness`],
		...productionDatabases.length === 0 ? [] : [['beware', `${productionDatabases.join(', ')}: ${productionDatabases.length === 1 ? 'a name' : 'names'} for production`] as const],
		['standby', isStandby ? 'yes' : 'no'],
		['replicas', `${replicas || 'none'}; ${replicationSlots || 'no'} replication slots`],
		['managed by', service === undefined ? 'no service that is known' : `${service}, which the option allowServers allows`],
		['application', applicationVariables.length === 0 ? 'none of its own on this server, as far as DATABASE_URL and the PG* variables tell' : `its own database lies on this server, by ${applicationVariables.join(', ')}: it will not be touched`],
		['marker', describeMarker(marker)],
	];
}
