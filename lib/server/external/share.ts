import {setTimeout as delay} from 'node:timers/promises';
import {ServerError} from '../../errors.ts';
import type {Client} from '../../postgres/client.ts';
import {connectAdmin} from '../admin.ts';
import type {ServerAddress, Share, ShareRequest} from '../server.ts';

/** Of each run: its share itself, and what a template is built with. */
const forEachRun = 3;
/** Of each worker, beside its lanes: the keeper's connection, the lane for set-up, and one that comes and goes. */
const forEachWorker = 3;

/** What there is room for on a server, in connections. */
interface Room {
	/** What the server lets this role have, without what it reserves. */
	readonly capacity: number;
	/** What other runs were granted, and how many runs that is. */
	readonly granted: number;
	readonly runs: number;
	/** Connections of others than the harness. */
	readonly foreign: number;
}

/** The connections of a run. */
function connectionsFor(workers: number, lanes: number): number {
	return forEachRun + workers * (lanes + forEachWorker);
}

/**
 * Shares stand in the names of the sessions that hold them: they end with their run, however that ends, and everybody sees them. Of sessions
 * of other roles the server tells a role without rights only the name, the database and the role, which the server's own processes do not have.
 */
async function readRoom(client: Client): Promise<Room> {
	const {rows} = await client.query<Room>(`
		with session as (
			select application_name as name, coalesce(datname, '')::text as database from pg_catalog.pg_stat_activity
			where pid <> pg_backend_pid()
				and (backend_type = 'client backend' or backend_type is null and datid is not null and usesysid is not null)
		), share as (
			select split_part(name, ' ', 5)::int as connections from session where name ~ '^dataflow-tdd keeper [0-9a-f]{8} share [0-9]{1,6}$'
		)
		select
			least(
				current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int - coalesce(current_setting('reserved_connections', true)::int, 0),
				(select nullif(rolconnlimit, -1) from pg_catalog.pg_roles where rolname = current_user)) as capacity,
			(select coalesce(sum(connections), 0)::int from share) as granted, (select count(*)::int from share) as runs,
			(select count(*)::int from session where not starts_with(name, 'dataflow-tdd') and not starts_with(database, 'tdd_')) as foreign`);
	return rows[0]!;
}

/** How many workers there is room for: all that are wanted, but no more than half of what is free, so that who comes next finds room as well. */
function workersIn({capacity, granted, foreign}: Room, {workers, lanes}: ShareRequest): number {
	const possible = Math.floor((capacity - granted - foreign - forEachRun) / (lanes + forEachWorker));
	return Math.min(workers, Math.ceil(Math.max(possible, 0) / 2));
}

function full(what: string, {lanes}: ShareRequest, {capacity, granted, foreign}: Room): ServerError {
	const needed = connectionsFor(1, lanes);
	return new ServerError('ERR_SERVER_FULL', {
		what,
		why: `A run with ${lanes} ${lanes === 1 ? 'lane' : 'lanes'} needs ${needed} connections for its first worker; of ${capacity} that the server has for this user, other runs hold ${granted}, and others ${foreign}.`,
		fix: 'Let other runs have fewer `workers` or `lanes`, or fewer runs at once, raise max_connections, or end keepers that nobody needs: npx dataflow-tdd stop',
	});
}

/** One look, with nobody else looking. */
async function take(client: Client, request: ShareRequest): Promise<{readonly room: Room; readonly workers: number}> {
	await client.query(`select pg_advisory_lock(hashtextextended('dataflow-tdd share', 0))`);
	try {
		const room = await readRoom(client);
		const workers = workersIn(room, request);
		if (workers > 0) {
			await client.query(`set application_name to ${client.escapeLiteral(nameOf(request.owner, connectionsFor(workers, request.lanes)))}`);
		}

		return {room, workers};
	} finally {
		await client.query(`select pg_advisory_unlock(hashtextextended('dataflow-tdd share', 0))`);
	}
}

function nameOf(owner: string, connections: number): string {
	return `dataflow-tdd keeper ${owner} share ${connections}`;
}

/** Holds a share for as long as it is not released: a connection that is lost is opened again. */
class HeldShare implements Share {
	readonly workers: number;
	readonly description: string;
	readonly #address: ServerAddress;
	readonly #name: string;
	#client: Client;
	#isReleased = false;

	constructor(client: Client, address: ServerAddress, {request, workers, room}: {request: ShareRequest; workers: number; room: Room}) {
		const connections = connectionsFor(workers, request.lanes);
		this.workers = workers;
		this.description = `${workers} of ${request.workers} workers, ${connections} of its ${room.capacity} connections`;
		this.#address = address;
		this.#name = nameOf(request.owner, connections);
		this.#client = client;
		this.#watch();
	}

	async release(): Promise<void> {
		this.#isReleased = true;
		await this.#client.end().catch(() => {});
	}

	#watch(): void {
		this.#client.unref();
		this.#client.once('end', () => void this.#reopen());
	}

	async #reopen(): Promise<void> {
		while (!this.#isReleased) {
			await delay(500, undefined, {ref: false});
			const client = await connectAdmin(this.#address, this.#name).catch(() => {});
			if (client && this.#isReleased) {
				await client.end().catch(() => {});
			} else if (client) {
				this.#client = client;
				this.#watch();
				return;
			}
		}
	}
}

/**
 * Takes a share of a server's connections for a run, and waits while others hold them.
 * @throws {ERR_SERVER_FULL} at once where even an empty server has too few, and after ten minutes of waiting
 */
export async function takeShare(address: ServerAddress, request: ShareRequest): Promise<Share> {
	const deadline = performance.now() + (request.patienceMs ?? 600_000);
	for (let attempt = 0; ; attempt++) {
		const client = await connectAdmin(address, `dataflow-tdd waiting ${request.owner}`);
		try {
			const {room, workers} = await take(client, request);
			if (workers > 0) {
				return new HeldShare(client, address, {request, workers, room});
			}

			assertWorthWaiting(room, {request, isLate: performance.now() > deadline});
			if (attempt === 0) {
				request.progress?.(`waiting for a place on the server: ${room.runs} other ${room.runs === 1 ? 'run holds' : 'runs hold'} ${room.granted} of its ${room.capacity} connections`);
			}
		} catch (error) {
			await client.end().catch(() => {});
			throw error;
		}

		await client.end().catch(() => {});
		// Not all at the same time.
		await delay(200 + Math.random() * 300);
	}
}

function assertWorthWaiting(room: Room, {request, isLate}: {request: ShareRequest; isLate: boolean}): void {
	if (room.granted === 0 || connectionsFor(1, request.lanes) > room.capacity) {
		throw full('The server has too few connections for a run.', request, room);
	}

	if (isLate) {
		throw full(`The server had no room for this run for ${Math.round((request.patienceMs ?? 600_000) / 1000)} s.`, request, room);
	}
}
