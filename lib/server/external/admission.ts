import {isAllowed, refuseManaged} from '../../config/guard.ts';
import {serviceRoles} from '../../config/managed-hosts.ts';
import {GuardError, ServerError} from '../../errors.ts';
import {connectClient, processIdOf, type Client} from '../../postgres/client.ts';
import {readMarker} from '../../postgres/marker.ts';
import {readStanding, type ServerStanding} from '../../postgres/standing.ts';
import type {ServerAddress} from '../server.ts';
import {withoutPassword} from './url.ts';

/** A server that runs already, and what somebody has said about it. */
export interface ExternalServer {
	readonly url: URL;
	readonly address: ServerAddress;
	/** Hosts of managed services that are there for tests. */
	readonly allowServers: readonly string[];
}

/** A server that was there before answers soon, or is not there: nobody should wait longer to hear of it. */
const answersWithinMs = 10_000;

/**
 * Connects to a server that runs already.
 * @param withinMs how long that may take. Default: 10 s
 * @throws {ERR_SERVER_URL} when that cannot be done, {ERR_SERVER_POOLER} when a pooler says so
 */
export async function connectExternal(address: ServerAddress, withinMs = answersWithinMs): Promise<Client> {
	try {
		return await connectClient({...address, timeoutMs: withinMs});
	} catch (error) {
		if (error instanceof ServerError) {
			throw error;
		}

		// PgBouncer knows only some of what may be said when a connection begins.
		if (/unsupported startup parameter/.test((error as Error).message)) {
			throw poolerError(`At ${address.host}:${address.port} a connection pooler answers, not PostgreSQL itself: ${(error as Error).message}.`, error);
		}

		throw new ServerError('ERR_SERVER_URL', {
			what: `The server at ${address.host}:${address.port} cannot be used as ${address.user} on database ${address.database}: ${(error as Error).message}.`,
			why: 'It is not running, or the host, port, user, password or database in the URL is not right.',
			fix: `Try the URL with psql, then set the option 'server' (or DATAFLOW_TDD_SERVER) to it.`,
			cause: error,
		});
	}
}

/**
 * A pooler hands connections of its own out, and makes up the process id that it tells. Advisory locks, session settings and the
 * connection by which others know that a run is alive belong to a session; behind a pooler, two statements may be in two.
 * @throws {ERR_SERVER_POOLER}
 */
async function assertDirect(client: Client, {host, port}: ServerAddress): Promise<void> {
	const {rows} = await client.query<{pid: number}>('select pg_catalog.pg_backend_pid() as pid');
	if (rows[0]?.pid !== processIdOf(client)) {
		throw poolerError(`At ${host}:${port} a connection pooler answers, not PostgreSQL itself.`);
	}
}

function poolerError(what: string, cause?: unknown): ServerError {
	return new ServerError('ERR_SERVER_POOLER', {
		what,
		why: 'The harness makes databases, holds locks, and is known to be alive by its session; a pooler such as PgBouncer spreads that over several.',
		fix: `Give the option 'server' (or DATAFLOW_TDD_SERVER) the address of PostgreSQL itself, which the pooler has in its configuration: often port 5432 instead of 6432.`,
		cause,
	});
}

/** Says what keeps a server from being a throwaway one; nothing when nothing does. */
function describeReplication({isStandby, replicas, slots, synchronousStandbys}: ServerStanding): string | undefined {
	if (isStandby) {
		return 'is a standby';
	}

	return replicas > 0 || synchronousStandbys !== '' ? 'has replicas' : slots > 0 ? 'has replicas: it keeps replication slots for them' : undefined;
}

/**
 * Asks a server whether it is one that the harness may use at all, and may be marked.
 * @throws {ERR_GUARD_REFUSED} for standbys, servers with replicas, and those of managed services that nobody has allowed;
 * {ERR_SERVER_URL} when the user may not create databases, {ERR_SERVER_POOLER} when it is a pooler
 */
export async function assertUsable(client: Client, {url, address, allowServers}: ExternalServer): Promise<ServerStanding> {
	const {host, user} = address;
	await assertDirect(client, address);
	const standing = await readStanding(client, Object.keys(serviceRoles));
	const replication = describeReplication(standing);
	if (replication !== undefined) {
		throw new GuardError('ERR_GUARD_REFUSED', {
			what: `The harness will not make databases on ${host}: it ${replication}.`,
			why: 'Servers that are replicated are somebody\'s, hardly ever throwaway ones.',
			fix: `Give the option 'server' the URL of another one, or leave it out and a throwaway server is started.`,
		});
	}

	const {serviceRole} = standing;
	if (serviceRole !== null && !isAllowed(url, allowServers)) {
		throw refuseManaged(url, `it has the role ${serviceRole}, which ${serviceRoles[serviceRole]} makes: it belongs to a managed database service`);
	}

	if (!standing.canCreate) {
		throw new ServerError('ERR_SERVER_URL', {
			what: `The user ${user} may not create databases on ${host}.`,
			why: 'Each test file works in a database of its own.',
			fix: `Run on the server: alter role "${user}" createdb`,
		});
	}

	return standing;
}

/**
 * Asks a server for the marker that says it is for tests.
 * @param expected the token that it had when it was last asked
 * @returns its token
 * @throws {ERR_GUARD_MARKER} when there is none, or one of another server
 */
export async function assertMarked(client: Client, {url, address: {host, port}}: ExternalServer, expected?: string): Promise<string> {
	const marker = await readMarker(client);
	if (marker?.isOfThisServer && marker.token === (expected ?? marker.token)) {
		return marker.token;
	}

	const lack = !marker ? 'bears no marker that says it is for tests' : marker.isOfThisServer ? 'bears another marker than a moment ago' : 'bears the marker of another server, which has come with a dump or a copy';
	throw new GuardError('ERR_GUARD_MARKER', {
		what: `The server at ${host}:${port} ${lack}.`,
		why: 'The harness makes and drops databases; on a server that it did not start, somebody has to have said once that this may be done.',
		fix: `If nobody would miss what is on it, run: npx dataflow-tdd doctor --mark '${withoutPassword(url)}' (with --yes where nobody can be asked).`,
	});
}
