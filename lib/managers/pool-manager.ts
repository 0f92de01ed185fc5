import pg from 'pg';
import {HarnessError} from '../errors.ts';
import {Acquisitions} from './acquisitions.ts';
import {getDatabaseManager} from './database-manager.ts';

/** How a pool is made. */
export interface PoolOptions {
	/** Names it, for statistics and for its end. */
	readonly poolId: string;
	/** Where it connects. Default: this worker's own database, see `getDatabaseManager`. */
	readonly connectionString?: string;
	/** How many connections stay open. Default 1. */
	readonly minSize?: number;
	/** How many connections there may be. Default 10. */
	readonly maxSize?: number;
	/** Opens `minSize` connections before it is handed over. Default false. */
	readonly preheat?: boolean;
}

/** A connection that a pool has lent. */
export interface PoolClient {
	/** Sends one statement with its `$1` parameters. */
	query(text: string, values?: readonly unknown[]): Promise<{rows: any[]; rowCount: number | null}>;
	/** Gives the connection back to its pool. */
	release(): void;
}

/** What is used of a pool of `pg`. */
export interface OptimizedPool {
	/** Sends one statement on whichever connection is free. */
	query(text: string, values?: readonly unknown[]): Promise<{rows: any[]; rowCount: number | null}>;
	/** Waits for a connection to have alone, until it is released. */
	connect(): Promise<PoolClient>;
	/** Waits for connections that are in use, and closes all. */
	end(): Promise<void>;
}

/** How a pool stands; every figure is counted or measured, and 0 for a pool that was never made. */
export interface PoolStatistics {
	/** The name under which the pool was made. */
	readonly poolId: string;
	/** Whether there is a pool of that name. */
	readonly exists: boolean;
	/** Connections that somebody has now. */
	readonly activeConnections: number;
	/** Connections that are open and free. */
	readonly idleConnections: number;
	/** Connections that are open. */
	readonly totalConnections: number;
	/** How many wait for a connection. */
	readonly waitingRequests: number;
	/** How many connections are kept open at least. */
	readonly minSize: number;
	/** How many connections there are at most. */
	readonly maxSize: number;
	/** How many connections were opened before the first was asked for. */
	readonly preheatedConnections: number;
	/** How often a connection was asked for. */
	readonly acquisitions: number;
	/** The mean time from asking for a connection to having it, in ms. */
	readonly averageAcquisitionMs: number;
	/** The longest time from asking for a connection to having it, in ms. */
	readonly maxAcquisitionMs: number;
	/** What half of them took at most, in ms; to within 1 %. */
	readonly medianAcquisitionMs: number;
	/** What 95 % of them took at most, in ms; to within 1 %. */
	readonly p95AcquisitionMs: number;
	/** How often none could be had, or an idle one was lost. */
	readonly errors: number;
}

interface Managed {
	readonly pool: pg.Pool;
	readonly options: Required<Omit<PoolOptions, 'connectionString' | 'preheat'>>;
	readonly acquisitions: Acquisitions;
	preheated: number;
	errors: number;
}

/** Pools by name, for code under test that wants one, shared by the tests of a file. */
export class PoolManager {
	readonly #pools = new Map<string, Managed>();

	/**
	 * Makes a pool; a pool of that name that is there already is returned.
	 * @throws {ERR_POOL_UNKNOWN} when there is neither a connection string nor an initialised database manager
	 */
	async createOptimizedPool({poolId, connectionString, minSize = 1, maxSize = 10, preheat = false}: PoolOptions): Promise<OptimizedPool> {
		const known = this.#pools.get(poolId);
		if (known) {
			return this.#door(known);
		}

		const url = connectionString ?? getDatabaseManager().connectionString ?? missingUrl(poolId);
		const pool = new pg.Pool({connectionString: url, min: minSize, max: maxSize, allowExitOnIdle: true});
		const managed: Managed = {pool, options: {poolId, minSize, maxSize}, acquisitions: new Acquisitions(), preheated: 0, errors: 0};
		pool.on('error', () => {
			managed.errors++;
		});
		this.#pools.set(poolId, managed);
		if (preheat) {
			await this.#preheat(managed).catch(async (error: unknown) => {
				await this.cleanupPool(poolId);
				throw error;
			});
		}

		return this.#door(managed);
	}

	/** Figures of one pool; of a name without a pool, zeros and `exists: false`. */
	getPoolStatistics(poolId: string): PoolStatistics {
		const managed = this.#pools.get(poolId);
		const {pool, options, preheated, acquisitions, errors} = managed ?? nothing(poolId);
		return {
			poolId, exists: managed !== undefined,
			activeConnections: pool.totalCount - pool.idleCount, idleConnections: pool.idleCount, totalConnections: pool.totalCount, waitingRequests: pool.waitingCount,
			minSize: options.minSize, maxSize: options.maxSize, preheatedConnections: preheated, ...acquisitions.report(), errors,
		};
	}

	/** The statistics of every pool that there is. */
	getAllStatistics(): PoolStatistics[] {
		return [...this.#pools.keys()].map(poolId => this.getPoolStatistics(poolId));
	}

	/** Ends a pool; one that is not there is no error. */
	async cleanupPool(poolId: string): Promise<void> {
		const managed = this.#pools.get(poolId);
		this.#pools.delete(poolId);
		await managed?.pool.end();
	}

	/** Ends all pools. */
	async cleanupAll(): Promise<void> {
		await Promise.all([...this.#pools.keys()].map(async poolId => this.cleanupPool(poolId)));
	}

	async #preheat(managed: Managed): Promise<void> {
		const outcomes = await Promise.allSettled(Array.from({length: managed.options.minSize}, async () => managed.pool.connect()));
		for (const outcome of outcomes) {
			if (outcome.status === 'fulfilled') {
				outcome.value.release();
				managed.preheated++;
			}
		}

		const failed = outcomes.find(outcome => outcome.status === 'rejected');
		if (failed) {
			throw failed.reason;
		}
	}

	#door(managed: Managed): OptimizedPool {
		const connect = async (): Promise<PoolClient> => {
			const startedAt = performance.now();
			const client = await managed.pool.connect().catch((error: unknown) => {
				managed.errors++;
				throw error;
			});
			managed.acquisitions.count(performance.now() - startedAt);
			return client;
		};

		return {
			connect,
			async query(text, values) {
				const client = await connect();
				try {
					return await client.query(text, values);
				} finally {
					client.release();
				}
			},
			end: async () => this.cleanupPool(managed.options.poolId),
		};
	}
}

function nothing(poolId: string) {
	return {pool: {totalCount: 0, idleCount: 0, waitingCount: 0}, options: {poolId, minSize: 0, maxSize: 0}, acquisitions: new Acquisitions(), preheated: 0, errors: 0};
}

function missingUrl(poolId: string): never {
	throw new HarnessError('ERR_POOL_UNKNOWN', {
		what: `The pool '${poolId}' has no database to connect to.`,
		why: 'No connectionString was given, and the database manager is not initialised.',
		fix: 'Call `await getDatabaseManager().initialize()` first, or give a connectionString.',
	});
}

const manager = new PoolManager();

/** The pools of this worker. */
export function getPoolManager(): PoolManager {
	return manager;
}
