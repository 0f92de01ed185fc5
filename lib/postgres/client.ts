import pg from 'pg';
import {ServerError} from '../errors.ts';

// Bundled, the class would show as DatabaseError2 in a test's output.
Object.defineProperty(pg.DatabaseError, 'name', {value: 'DatabaseError'});

/** Where to connect, and as whom. */
export interface ClientOptions {
	readonly host: string;
	readonly port: number;
	readonly user: string;
	readonly password: string;
	readonly database: string;
	/** Shown in pg_stat_activity, cut to 63 bytes by PostgreSQL. */
	readonly applicationName?: string;
	/** True to encrypt, as `sslmode=require` asks for; PGSSLMODE is about other servers than these. Default false. */
	readonly ssl?: boolean;
	/** Send statements without waiting for the answers of earlier ones. */
	readonly pipeline?: boolean;
	/** How long the one attempt to connect may take, in ms. Default: 5,000, and where nobody has answered, 25,000 for a second one. */
	readonly timeoutMs?: number;
}

/**
 * Options for the start of a connection: the server closes it when the machine at this end has not answered for 25 s. A machine that
 * vanishes says no farewell, and PostgreSQL alone would take it to be alive for two hours: its databases, its locks, its connections.
 * @see https://www.postgresql.org/docs/current/runtime-config-connection.html#GUC-TCP-KEEPALIVES-IDLE
 */
export const keepalive = '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3';

/** A pg client, with the two methods that its types leave out. */
export type Client = pg.Client & {ref(): void; unref(): void};

/** The backend of a connection, as pg_stat_activity names it. */
export function processIdOf(client: Client): number {
	return (client as unknown as {processID: number}).processID;
}

/** How long one waits for a connection of a server that has none left, and how long between two looks, in ms. */
const [roomWithinMs, lookEveryMs] = [30_000, 100];

/**
 * Opens one connection. Its 'error' events are kept from ending the process: whoever holds the client sees the
 * failure in its own next statement. Where the server has none left, it waits until somebody gives one back.
 * @throws {ERR_SERVER_FULL} when nobody does, within 30 s or `timeoutMs`
 */
export async function connectClient(options: ClientOptions): Promise<Client> {
	const patienceMs = options.timeoutMs ?? roomWithinMs;
	const deadline = performance.now() + patienceMs;
	for (;;) {
		try {
			return await connectOnce(options);
		} catch (error) {
			if ((error as {code?: string}).code !== '53300') {
				throw error;
			}

			if (performance.now() > deadline) {
				throw noRoom(options, patienceMs, error);
			}

			// Not all at the same time.
			await new Promise(resolve => {
				setTimeout(resolve, lookEveryMs * (0.5 + Math.random()));
			});
		}
	}
}

function noRoom({host, port, user}: ClientOptions, patienceMs: number, cause: unknown): ServerError {
	return new ServerError('ERR_SERVER_FULL', {
		what: `The server at ${host}:${port} had no connection left for ${user} for ${Math.round(patienceMs / 1000)} s: ${(cause as Error).message}.`,
		why: 'Others hold all that it allows: other runs, an application, or tests that open many connections at once.',
		fix: 'Raise max_connections, or the limit of the role, or lower the options `workers` and `lanes`.',
		cause,
	});
}

async function connectOnce(options: ClientOptions): Promise<Client> {
	if (options.timeoutMs !== undefined) {
		return attempt(options, options.timeoutMs);
	}

	try {
		return await attempt(options, 5000);
	} catch (error) {
		// On a machine that is busy the first packets to a new container may be lost; another connection comes through.
		if ((error as Error).message !== 'timeout expired') {
			throw error;
		}

		return attempt(options, 25_000);
	}
}

async function attempt({applicationName, ssl = false, ...options}: ClientOptions, timeoutMs: number): Promise<Client> {
	const client = new pg.Client({
		...options,
		ssl: ssl ? {rejectUnauthorized: false} : false,
		application_name: applicationName ?? 'dataflow-tdd',
		options: keepalive,
		connectionTimeoutMillis: timeoutMs,
	});
	client.on('error', () => {});
	try {
		await client.connect();
	} catch (error) {
		nameReasons(error);
		throw error;
	}

	return client as Client;
}

/** Where a host has several addresses, and none of them answers, Node's error says nothing by itself: all is in those that it holds. */
function nameReasons(error: unknown): void {
	if (error instanceof AggregateError && error.message === '') {
		error.message = error.errors.map(one => (one as Error).message).join('; ');
	}
}

/** Opens a connection, hands it over, and closes it whatever happens. */
export async function withClient<T>(options: ClientOptions, use: (client: Client) => Promise<T>): Promise<T> {
	const client = await connectClient(options);
	try {
		return await use(client);
	} finally {
		await client.end().catch(() => {});
	}
}

/** SQLSTATE 57P03 (starting up) and refused or reset sockets: the server may accept a moment later. */
function isNotReady(error: unknown): boolean {
	const {code} = error as {code?: string};
	return code === '57P03' || code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'ENOENT' || code === 'EPIPE'
		|| (error as Error).message === 'Connection terminated unexpectedly';
}

/** Connects as soon as a server that is just starting accepts it, trying every 10 ms until `withinMs` have passed. */
export async function connectWhenReady(options: ClientOptions, withinMs: number): Promise<Client> {
	const deadline = performance.now() + withinMs;
	for (;;) {
		try {
			return await connectClient(options);
		} catch (error) {
			if (!isNotReady(error) || performance.now() > deadline) {
				throw error;
			}

			await new Promise(resolve => {
				setTimeout(resolve, 10);
			});
		}
	}
}
