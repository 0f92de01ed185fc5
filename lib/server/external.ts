import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import {assertTestServer} from '../config/guard.ts';
import {GuardError, ServerError, redact} from '../errors.ts';
import {connectClient, withClient, type Client} from '../postgres/client.ts';
import {dropDatabase, listDatabases} from '../postgres/databases.ts';
import type {ServerAdapter, ServerAddress, ServerIdentity, Snapshot, StartedServer} from './server.ts';

const recoveryMs = 10_000;

function parseUrl(text: string): URL {
	try {
		return new URL(text);
	} catch (error) {
		throw new ServerError('ERR_SERVER_URL', {
			what: `The option server is '${redact(text)}', which is not a URL.`,
			why: 'A special character in the password may have to be percent-encoded.',
			fix: 'Write it as postgres://user:password@host:5432/postgres.',
			cause: error,
		});
	}
}

function addressOf(url: URL): ServerAddress {
	return {
		host: url.searchParams.get('host') ?? (url.hostname.replaceAll(/^\[|\]$/g, '') || 'localhost'),
		port: Number(url.port || 5432),
		user: decodeURIComponent(url.username) || 'postgres',
		password: decodeURIComponent(url.password),
		database: decodeURIComponent(url.pathname.slice(1)) || 'postgres',
		ssl: /^(?:require|verify-ca|verify-full)$/.test(url.searchParams.get('sslmode') ?? ''),
	};
}

async function connect(address: ServerAddress): Promise<Client> {
	try {
		return await connectClient(address);
	} catch (error) {
		throw new ServerError('ERR_SERVER_URL', {
			what: `The server at ${address.host}:${address.port} cannot be used as ${address.user} on database ${address.database}: ${(error as Error).message}.`,
			why: 'It is not running, or the host, port, user, password or database in the URL is not right.',
			fix: `Try the URL with psql, then set the option 'server' (or DATAFLOW_TDD_SERVER) to it.`,
			cause: error,
		});
	}
}

/** SQLSTATE class 57P: the server ends, or is starting or recovering. */
async function withRetries(action: () => Promise<void>): Promise<void> {
	for (const deadline = performance.now() + recoveryMs; ;) {
		try {
			await action();
			return;
		} catch (error) {
			const {code} = (error as {cause?: {code?: string}}).cause ?? {};
			if (!code?.startsWith('57P') || performance.now() > deadline) {
				throw error;
			}

			await delay(50);
		}
	}
}

interface Standing {
	readonly canCreate: boolean;
	readonly isStandby: boolean;
	readonly hasReplicas: boolean;
}

async function assertUsable(client: Client, {host, user}: ServerAddress): Promise<void> {
	const {rows} = await client.query<Standing>(`
		select (rolcreatedb or rolsuper) as "canCreate", pg_is_in_recovery() as "isStandby",
			exists (select from pg_stat_replication) as "hasReplicas"
		from pg_roles where rolname = current_user`);
	const {canCreate, isStandby, hasReplicas} = rows[0]!;
	if (isStandby || hasReplicas) {
		throw new GuardError('ERR_GUARD_REFUSED', {
			what: `The harness will not make databases on ${host}: it ${isStandby ? 'is a standby' : 'has replicas'}.`,
			why: 'Servers that are replicated are somebody\'s, hardly ever throwaway ones.',
			fix: `Give the option 'server' the URL of another one, or leave it out and a throwaway server is started.`,
		});
	}

	if (!canCreate) {
		throw new ServerError('ERR_SERVER_URL', {
			what: `The user ${user} may not create databases on ${host}.`,
			why: 'Each test file works in a database of its own.',
			fix: `Run on the server: alter role "${user}" createdb`,
		});
	}
}

/** Drops databases; one that cannot be dropped keeps no other from it. Returns those that are gone. */
async function dropEach(client: Client, names: readonly string[]): Promise<string[]> {
	const dropped: string[] = [];
	for (const name of names) {
		await dropDatabase(client, name).then(() => dropped.push(name), () => {});
	}

	return dropped;
}

/** Uses a server that runs already. It makes and drops databases of its own there, and touches nothing else. */
export class ExternalAdapter implements ServerAdapter {
	readonly kind = 'external';
	readonly canSnapshot = false;
	readonly #address: ServerAddress;

	private constructor(address: ServerAddress) {
		this.#address = address;
	}

	/** @throws {ERR_SERVER_URL} for a text that is no URL, {ERR_GUARD_REFUSED} for one that looks like production */
	static async create(text: string): Promise<ExternalAdapter> {
		const url = parseUrl(text);
		assertTestServer(url, process.env);
		return new ExternalAdapter(addressOf(url));
	}

	async identify(): Promise<ServerIdentity> {
		const client = await connect(this.#address);
		try {
			await assertUsable(client, this.#address);
			const {rows} = await client.query<{version: string}>(`select current_setting('server_version') as version`);
			const version = rows[0]?.version ?? '';
			return {identity: `external ${version}`, description: `external PostgreSQL ${version} at ${this.#address.host}:${this.#address.port}`};
		} finally {
			await client.end();
		}
	}

	/** Starts nothing: says where the server is. Only its stop ends it, as far as the harness is concerned. */
	async start(): Promise<StartedServer> {
		// It was there a moment ago; after the crash of one backend it refuses everybody while it recovers.
		await withRetries(async () => (await connect(this.#address)).end());
		const {promise: ended, resolve} = Promise.withResolvers<string>();
		return {
			address: this.#address,
			label: `${this.#address.host}:${this.#address.port}`,
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

	/** Drops what keepers left behind that are no longer connected, and nobody else either: their names for databases hold their id. */
	async sweep(): Promise<string[]> {
		return withClient(this.#address, async client => {
			const {rows} = await client.query<{owner: string}>(`
				select distinct split_part(application_name, ' ', 3) as owner from pg_stat_activity where application_name like 'dataflow-tdd %'`);
			const alive = new Set(rows.map(({owner}) => owner));
			const used = await client.query<{name: string}>('select distinct datname::text as name from pg_stat_activity where datname is not null');
			const inUse = new Set(used.rows.map(({name}) => name));
			const entries = await listDatabases(client, 'tdd_');
			const dead = entries.filter(({name, isBroken}) => {
				if (isBroken && /^tdd_[bct]_/.test(name)) {
					return true;
				}

				const [, owner] = /^tdd_[bc]_([\da-f]{8})_/.exec(name) ?? [];
				return owner !== undefined && !alive.has(owner) && !inUse.has(name);
			});
			return dropEach(client, dead.map(({name}) => name));
		});
	}

	/** Ends what the dead one's builders still run, and drops its databases, except for those that its workers still use. */
	async sweepOwner(owner: string): Promise<boolean> {
		return withClient(this.#address, async client => {
			await client.query(`
				select pg_terminate_backend(pid) from pg_stat_activity
				where application_name in ('dataflow-tdd keeper ' || $1, 'dataflow-tdd builder ' || $1) or starts_with(datname, 'tdd_b_' || $1 || '_')`, [owner]);
			const {rows} = await client.query<{name: string; isUsed: boolean}>(`
				select datname::text as name, exists (select from pg_stat_activity a where a.datname = d.datname) as "isUsed"
				from pg_database d where datname ~ ('^tdd_[bc]_' || $1 || '_')`, [owner]);
			const free = rows.filter(({isUsed}) => !isUsed).map(({name}) => name);
			return (await dropEach(client, free)).length < rows.length;
		});
	}
}
