import pg from 'pg';

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

/** A pg client, with the two methods that its types leave out. */
export type Client = pg.Client & {ref(): void; unref(): void};

/** The backend of a connection, as pg_stat_activity names it. */
export function processIdOf(client: Client): number {
	return (client as unknown as {processID: number}).processID;
}

/**
 * Opens one connection. Its 'error' events are kept from ending the process: whoever holds the client sees the
 * failure in its own next statement.
 */
export async function connectClient(options: ClientOptions): Promise<Client> {
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
