import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import {assertTestServer} from '../config/guard.ts';
import {isTemplateName, privateOwner} from '../config/names.ts';
import type {Client} from '../postgres/client.ts';
import {dropDatabase, listDatabases, type OwnDatabase} from '../postgres/databases.ts';
import {assertMarked, assertUsable, connectExternal, type ExternalServer} from './external/admission.ts';
import {takeShare} from './external/share.ts';
import {addressOf, parseServerUrl} from './external/url.ts';
import type {ServerAdapter, ServerIdentity, Share, ShareRequest, Snapshot, StartedServer} from './server.ts';

const recoveryMs = 10_000;

/** SQLSTATE class 57P: the server ends, or is starting or recovering. */
async function withRetries<T>(action: () => Promise<T>): Promise<T> {
	for (const deadline = performance.now() + recoveryMs; ;) {
		try {
			return await action();
		} catch (error) {
			const {code, cause} = error as {code?: string; cause?: {code?: string}};
			const isRecovering = [code, cause?.code].some(each => each?.startsWith('57P'));
			if (!isRecovering || performance.now() > deadline) {
				throw error;
			}

			await delay(50);
		}
	}
}

/** Databases that somebody is connected to. */
async function namesInUse(client: Client): Promise<ReadonlySet<string>> {
	const {rows} = await client.query<{name: string}>('select distinct datname::text as name from pg_stat_activity where datname is not null');
	return new Set(rows.map(({name}) => name));
}

/** Drops databases; one that cannot be dropped keeps no other from it. Returns the names of those that are gone. */
async function dropEach(client: Client, databases: readonly OwnDatabase[]): Promise<string[]> {
	const dropped: string[] = [];
	for (const database of databases) {
		await dropDatabase(client, database).then(() => dropped.push(database.name), () => {});
	}

	return dropped;
}

/** Uses a server that runs already, and that somebody has marked as one for tests. It makes and drops databases of its own there, and touches nothing else. */
export class ExternalAdapter implements ServerAdapter {
	readonly kind = 'external';
	readonly canSnapshot = false;
	readonly #server: ExternalServer;
	/** The token of its marker, once it was asked. */
	#marker: string | undefined;

	private constructor(server: ExternalServer) {
		this.#server = server;
	}

	/**
	 * @param allowServers hosts of managed services that are there for tests
	 * @param env in which the application would find its own database
	 * @throws {ERR_SERVER_URL} for a text that is no URL, {ERR_GUARD_REFUSED} for one that looks like production
	 */
	static async create(text: string, allowServers: readonly string[] = [], env: Readonly<Record<string, string | undefined>> = process.env): Promise<ExternalAdapter> {
		const url = parseServerUrl(text);
		assertTestServer(url, env, allowServers);
		return new ExternalAdapter({url, address: addressOf(url), allowServers});
	}

	async identify(): Promise<ServerIdentity> {
		const {host, port} = this.#server.address;
		return this.#admitted(async client => {
			const {rows} = await client.query<{version: string}>(`select current_setting('server_version') as version`);
			const version = rows[0]?.version ?? '';
			return {identity: `external ${version}`, description: `external PostgreSQL ${version} at ${host}:${port}`};
		});
	}

	/** Starts nothing: says where the server is. Only its stop ends it, as far as the harness is concerned. */
	async start(): Promise<StartedServer> {
		// It was there a moment ago; after the crash of one backend it refuses everybody while it recovers.
		const marker = await withRetries(async () => this.#admitted(async (_client, token) => token));
		const {address} = this.#server;
		const {promise: ended, resolve} = Promise.withResolvers<string>();
		return {
			address: {...address, marker},
			label: `${address.host}:${address.port}`,
			ended,
			async stop() {
				resolve('the harness let go of it');
			},
			log: async () => '',
		};
	}

	async save(): Promise<void> {
		throw new Error('an external server is not saved: its template databases are the snapshot');
	}

	async list(): Promise<Snapshot[]> {
		return [];
	}

	async has(): Promise<boolean> {
		return false;
	}

	async remove(): Promise<void> {
		// There are no snapshots to remove.
	}

	async share(request: ShareRequest): Promise<Share> {
		const marker = await this.#admitted(async (_client, token) => token);
		return takeShare({...this.#server.address, marker}, request);
	}

	/** Drops what keepers left behind that are no longer connected, and nobody else either: their names for databases hold their id, and prove it. */
	async sweep(): Promise<string[]> {
		return this.#admitted(async (client, marker) => {
			// In this order: whoever makes a database is connected before, so nobody's is taken for a dead one's who has just come.
			const entries = await listDatabases(client, 'tdd_');
			const {rows} = await client.query<{owner: string}>(`
				select distinct split_part(application_name, ' ', 3) as owner from pg_stat_activity where application_name like 'dataflow-tdd %'`);
			const alive = new Set(rows.map(({owner}) => owner));
			const inUse = await namesInUse(client);
			const dead = entries.filter(({name, isBroken}) => {
				const owner = privateOwner(name, marker);
				if (isBroken) {
					return owner !== undefined || isTemplateName(name);
				}

				return owner !== undefined && !alive.has(owner) && !inUse.has(name);
			});
			return dropEach(client, dead);
		});
	}

	/** Ends what the dead one's builders still run, and drops its databases, except for those that its workers still use. */
	async sweepOwner(owner: string): Promise<boolean> {
		return this.#admitted(async (client, marker) => {
			const owned = (await listDatabases(client, 'tdd_')).filter(({name}) => privateOwner(name, marker) === owner);
			await client.query(`
				select pg_terminate_backend(pid) from pg_stat_activity
				where application_name ~ ('^dataflow-tdd (keeper|builder) ' || $1) or datname = any($2)`,
			[owner, owned.map(({name}) => name).filter(name => name.startsWith('tdd_b_'))]);
			const inUse = await namesInUse(client);
			return (await dropEach(client, owned.filter(({name}) => !inUse.has(name)))).length < owned.length;
		});
	}

	/** Every look at the server begins with the guards. */
	async #admitted<T>(use: (client: Client, marker: string) => Promise<T>): Promise<T> {
		const client = await connectExternal(this.#server.address);
		try {
			await assertUsable(client, this.#server);
			this.#marker = await assertMarked(client, this.#server, this.#marker);
			return await use(client, this.#marker);
		} finally {
			await client.end().catch(() => {});
		}
	}
}
