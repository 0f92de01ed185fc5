import {AsyncResource} from 'node:async_hooks';
import pg from 'pg';
import type {Client} from '../../postgres/client.ts';
import {connectionLost, shorten, type Leak} from '../errors.ts';
import type {Gate} from '../gate.ts';
import {captureOrigin, userFrames} from '../origin.ts';
import type {Notice} from './as-postgres.ts';
import {ContextClient, type ClientHost} from './client.ts';
import {traced} from './trace.ts';

type Done = (release?: Error | boolean) => void;
type Callback = (error: Error | undefined, client: pg.PoolClient | undefined, done: Done) => void;

/**
 * A pool of pg, whose clients all run on the one transaction of a test. Taking, waiting, releasing, counting, ending and events are pg's own.
 */
class ContextPool extends pg.Pool {
	/** Queries that have no answer yet: those that wait for a client have not reached the gate. */
	readonly #unanswered = new Map<Promise<unknown>, {readonly text: string; readonly origin: Error}>();
	/** True while `query` takes a client. */
	#isQuerying = false;

	constructor(host: ClientHost, register: (client: ContextClient) => void) {
		const {host: address, port, user, database} = host.connection;
		class PoolClient extends ContextClient {
			constructor() {
				super(host);
				register(this);
			}
		}

		// Clients cost nothing, and a timer for idle ones would keep the process alive.
		super({host: address, port, user, database, idleTimeoutMillis: 0, Client: PoolClient as unknown as NonNullable<pg.PoolConfig['Client']>});
		// An idle client that is lost is told by the next statement, not by ending the process.
		this.on('error', () => {});
	}

	/** In all forms that pg has. */
	override query(...given: any[]): any {
		this.#isQuerying = true;
		try {
			const result: unknown = super.query(...given as Parameters<pg.Pool['query']>);
			return result instanceof Promise ? this.#follow(traced(result), given[0]) : result;
		} finally {
			this.#isQuerying = false;
		}
	}

	/** Queries that nobody has waited for. Their errors are told with them. */
	get unanswered(): readonly Leak[] {
		for (const query of this.#unanswered.keys()) {
			query.catch(() => {});
		}

		return [...this.#unanswered.values()].map(({text, origin}) => ({what: `an unfinished query: \`${shorten(text)}\``, stack: userFrames(origin)}));
	}

	#follow(query: Promise<unknown>, given: string | {readonly text?: string}): Promise<unknown> {
		const forget = (): void => void this.#unanswered.delete(query);
		this.#unanswered.set(query, {text: typeof given === 'string' ? given : given.text ?? '', origin: captureOrigin()});
		query.then(forget, forget);
		return query;
	}

	override connect(): Promise<pg.PoolClient>;
	override connect(callback: Callback): void;
	override connect(callback?: Callback): Promise<pg.PoolClient> | void {
		const taken = {takenAt: captureOrigin(), isTakenForQuery: this.#isQuerying};
		if (!callback) {
			return super.connect().then(client => {
				Object.assign(client, taken);
				return client;
			});
		}

		// A callback that had to wait is called by whoever releases a client, and belongs to the one who asked all the same.
		super.connect(AsyncResource.bind((error: Error | undefined, client: pg.PoolClient | undefined, done: Done) => {
			if (client) {
				Object.assign(client, taken);
			}

			callback(error, client, done);
		}));
	}
}

/** The pool of a context, with what its context needs of it. */
export interface OpenPool {
	readonly pool: pg.Pool;
	/**
	 * Clients that were taken and not released, except for one whose transaction is open, which its turn tells, and queries that have
	 * no answer yet.
	 * @param known what the gate has told of already
	 */
	leaks(known: readonly Leak[]): readonly Leak[];
	/** Lets go of the test's connection. */
	dispose(): void;
}

/** Makes a pool on the connection of a test. Nothing happens before its first use. */
export function createPool(gate: Gate, connection: Client): OpenPool {
	const taken = new Set<ContextClient>();
	const clients = new Set<ContextClient>();
	let sender: ContextClient | undefined;
	const onNotice = (notice: Notice): void => sender?.forward(notice);
	const onError = (cause: Error): void => {
		const error = connectionLost('a query of the pool', cause);
		for (const client of clients) {
			client.lose(error);
		}

		clients.clear();
	};
	const register = (client: ContextClient): void => {
		if (clients.size === 0) {
			connection.on('notice', onNotice as never);
			connection.on('error', onError);
		}

		clients.add(client);
	};
	const pool = new ContextPool({
		gate, connection,
		onSend(client) {
			sender = client;
		},
	}, register);
	pool.on('acquire', client => void taken.add(client as unknown as ContextClient));
	pool.on('release', (_error, client) => void taken.delete(client as unknown as ContextClient));
	return {
		pool,
		leaks: known => leaksOf(pool, taken, known),
		dispose() {
			connection.removeListener('notice', onNotice as never);
			connection.removeListener('error', onError);
		},
	};
}

function leaksOf(pool: ContextPool, taken: ReadonlySet<ContextClient>, known: readonly Leak[]): readonly Leak[] {
	const queries = pool.unanswered.filter(({what}) => known.every(leak => leak.what !== what));
	const areQueriesTold = queries.length > 0 || known.length > 0;
	const clients = [...taken].filter(({isInTransaction, isTakenForQuery}) => !isInTransaction && !(isTakenForQuery && areQueriesTold));
	return [...queries, ...clients.map(({takenAt}) => ({what: 'a client of `pool` that was not released', stack: takenAt ? userFrames(takenAt) : ''}))];
}
