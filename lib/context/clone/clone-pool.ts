import {setTimeout as delay} from 'node:timers/promises';
import pg from 'pg';
import {connectClient, keepalive, processIdOf} from '../../postgres/client.ts';
import {add, trafficOf, type Traffic} from '../../postgres/traffic.ts';
import {roleOptions, type TakenRole} from '../../postgres/roles.ts';
import type {ServerAddress} from '../../server/server.ts';
import {shorten, type Leak} from '../errors.ts';
import {captureOrigin, userFrames} from '../origin.ts';
import {observerName} from '../lock-report.ts';
import {LockWatch} from '../lock-watch.ts';
import type {StatementObserver} from '../observer.ts';
import {CloneClient} from './clone-client.ts';

/** How long one waits between two attempts to connect to a server that has no connection left, in ms. */
const patienceMs = 20;

/** Where and as whom a pool connects. */
export interface ClonePoolOptions {
	readonly address: ServerAddress;
	readonly database: string;
	/** Shown in pg_stat_activity. */
	readonly applicationName: string;
	/** How many connections there may be at once. */
	readonly max: number;
	/** As whom; undefined for the harness's own user. */
	readonly role: TakenRole | undefined;
}

type Callback = (error: Error | undefined, client: pg.PoolClient | undefined, release: (error?: Error | boolean) => void) => void;

/** SQLSTATE 53300: the server has no connection left. */
function isFull(error: unknown): boolean {
	return (error as {code?: string}).code === '53300';
}

/** A pool of `pg` on a clone. It knows who holds its connections, and it waits where a server has none left. */
export class ClonePool extends pg.Pool {
	/** Who asked for the connections that are in use, and who waits for one. */
	readonly #borrowed = new Map<pg.PoolClient, Error>();
	readonly #waiting = new Set<Error>();
	readonly #all = new Set<pg.PoolClient>();
	#isClosed = false;
	/** As whom its connections begin; undefined for the harness's own user. */
	readonly role: TakenRole | undefined;
	/** Takes a line for the log of the test that has the pool. */
	tell: (text: string, isHanging: boolean) => void = () => {};
	/** Who is told of the statements of the test that has the pool. */
	observer: StatementObserver | undefined;
	/** Of connections that were closed, what went over the wire. */
	#before: Traffic = {bytesSent: 0, bytesReceived: 0};
	readonly #closedTraffic: Traffic = {bytesSent: 0, bytesReceived: 0};

	constructor({address, database, applicationName, max, role}: ClonePoolOptions) {
		const {host, port, user, password, ssl} = address;
		super({
			host, port, user, password, database, max, ssl: ssl ? {rejectUnauthorized: false} : false,
			application_name: applicationName, options: [keepalive, ...(role ? [roleOptions(role)] : [])].join(' '), idleTimeoutMillis: 0, allowExitOnIdle: true, Client: CloneClient,
		});
		this.role = role;
		// A connection that ends while nobody uses it is no reason to end the process.
		this.on('error', () => {});
		this.on('connect', client => {
			this.#all.add(client);
			if (this.#isClosed) {
				hangUp(client);
				return;
			}

			this.#watchLocks(client as pg.PoolClient & CloneClient, {address, database});
		});
		this.on('remove', client => {
			this.#all.delete(client);
			add(this.#closedTraffic, trafficOf(client as never));
		});
		this.on('release', (_error, client) => this.#borrowed.delete(client));
	}

	override connect(): Promise<pg.PoolClient>;
	override connect(callback: Callback): void;
	override connect(callback?: Callback): Promise<pg.PoolClient> | void {
		const connecting = this.#borrow(captureOrigin());
		if (!callback) {
			return connecting;
		}

		connecting.then(client => {
			callback(undefined, client, client.release);
		}, (error: unknown) => {
			callback(error as Error, undefined, () => {});
		});
	}

	/** Opens one connection before anybody asks for it. */
	async warm(): Promise<void> {
		const client = await this.connect();
		try {
			await client.query('select 1');
			this.#before = this.#traffic();
		} finally {
			client.release();
		}
	}

	/** Gives all connections the name of a test: those that are open, in front of their next statement, and those to come. */
	rename(applicationName: string): void {
		Object.assign(this.options, {application_name: applicationName});
		for (const client of this.idle) {
			client.sendQuietly(`set application_name to ${client.escapeLiteral(applicationName)}`);
		}
	}

	/** The connections that nobody uses, to be asked about their sessions; none when the pool was ended, which closes them. */
	get idle(): ReadonlyArray<pg.PoolClient & CloneClient> {
		return this.ending ? [] : [...this.#all].filter(client => !this.#borrowed.has(client)) as never;
	}

	/** Tells nobody of statements from now on: what follows is the harness's own. */
	stopObserving(): void {
		this.observer = undefined;
		for (const client of this.#all) {
			Object.assign(client, {observer: undefined});
		}
	}

	/** What went over the wire since the first connection was there. */
	get traffic(): Traffic {
		const all = this.#traffic();
		return {bytesSent: all.bytesSent - this.#before.bytesSent, bytesReceived: all.bytesReceived - this.#before.bytesReceived};
	}

	#traffic(): Traffic {
		const sum = {...this.#closedTraffic};
		for (const client of this.#all) {
			add(sum, trafficOf(client as never));
		}

		return sum;
	}

	/** The process ids of all its backends. */
	get backends(): readonly number[] {
		return [...this.#all].map(client => processIdOf(client as never));
	}

	/** Who has not given a connection back, and who still waits for one. */
	get leaks(): readonly Leak[] {
		const held = [...this.#borrowed].map(([client, origin]) => ({what: describe(client as never), stack: userFrames(origin)}));
		return [...held, ...[...this.#waiting].map(origin => ({what: 'a query that was waiting for a connection', stack: userFrames(origin)}))];
	}

	/** Closes every connection, also those that are in use, and those still to come. Code under test may have ended the pool already. */
	close(): void {
		this.#isClosed = true;
		for (const client of this.#all) {
			(client as unknown as CloneClient).watch?.close();
			if (this.#borrowed.has(client)) {
				hangUp(client);
			}
		}

		if (!this.ending) {
			void this.end().catch(() => {});
		}
	}

	#watchLocks(client: pg.PoolClient & CloneClient, {address, database}: Pick<ClonePoolOptions, 'address' | 'database'>): void {
		client.watch = new LockWatch({
			processId: processIdOf(client as never),
			connect: async () => connectClient({...address, database, applicationName: observerName, timeoutMs: 2000}),
			tell: (text, isHanging) => {
				this.tell(text, isHanging);
			},
		});
	}

	async #borrow(origin: Error): Promise<pg.PoolClient> {
		this.#waiting.add(origin);
		try {
			const client = await this.#connectWhenThereIsRoom();
			this.#borrowed.set(client, origin);
			// What it was used for before, by the harness or by somebody else of the test, is not what this one does with it.
			(client as unknown as CloneClient).activity.statement = undefined;
			Object.assign(client, {observer: this.observer, takenAt: origin});
			return client;
		} finally {
			this.#waiting.delete(origin);
		}
	}

	/** Other tests give connections back: too many at once wait, as they would for a pool. */
	async #connectWhenThereIsRoom(): Promise<pg.PoolClient> {
		for (;;) {
			try {
				return await super.connect();
			} catch (error) {
				if (!isFull(error) || this.#isClosed) {
					throw error;
				}

				await delay(patienceMs);
			}
		}
	}
}

/** Without a farewell: the answer to what still runs is nobody's. */
function hangUp(client: pg.PoolClient): void {
	client.on('error', () => {});
	(client as unknown as {connection: {stream: {destroy(): void}}}).connection.stream.destroy();
}

function describe({activity: {statement, pending}}: CloneClient): string {
	if (statement === undefined && pending === 0) {
		return 'a connection that was not given back; no statement was sent on it';
	}

	const last = statement === undefined ? '' : `: \`${shorten(statement)}\``;
	return `${pending > 0 ? 'an unfinished query' : 'a connection that was not given back, or its transaction'}${last}`;
}
