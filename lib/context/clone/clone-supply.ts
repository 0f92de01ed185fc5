import pLimit, {type LimitFunction} from 'p-limit';
import type {KeepRequest, KeptDatabase, LaneDatabase} from '../../keeper/protocol.ts';
import type {ServerAddress} from '../../server/server.ts';
import {takenRole} from '../../postgres/roles.ts';
import {combinationId, type Combination} from '../../template/combination.ts';
import type {Holder} from '../holder.ts';
import {roleRefused} from '../errors.ts';
import {isServerGone} from '../server-gone.ts';
import {templateWaitMs} from '../template-wait.ts';
import type {Standing} from '../row-security.ts';
import {ClonePool} from './clone-pool.ts';
import type {ServerRoles} from './clone-roles.ts';

/** How many clones are open at once in one worker; further tests queue. Each may use ten connections of the server's hundred. */
const openClones = 4;
/** How many clones a worker has at hand, with a connection, before a test asks. */
const clonesAtHand = 2;
const connectionsPerClone = 10;

/** A clone with its first connection. */
export interface PreparedClone {
	readonly database: LaneDatabase;
	/** Where its server is. */
	readonly address: ServerAddress;
	readonly pool: ClonePool;
}

/** A clone that a test takes. */
export interface TakenClone extends PreparedClone {
	/** How long the test waited for a template to be built, in ms: one that was made ahead had waited before. */
	readonly waitedMs: number;
}

/** What a supply asks of the keeper, and where the clones lie. */
export interface CloneSupplyOptions {
	/** Where they lie now: a lost server is replaced by another. */
	readonly address: () => ServerAddress;
	/** Sees to it that there is another server, after the one with this address has gone. */
	readonly renew: (lost: ServerAddress) => Promise<void>;
	readonly holder: Holder;
	readonly lanes: number;
	readonly standing: Standing;
	/** The roles of the servers; nothing where others use it, too. */
	readonly roles: ServerRoles | undefined;
	readonly request: (combination: Combination, expected: number) => Promise<LaneDatabase>;
	readonly expect: (combination: Combination, expected: number) => Promise<void>;
	readonly retire: (database: string) => Promise<void>;
	readonly keep: (request: KeepRequest) => Promise<KeptDatabase>;
}

/** The clones of one worker: made ahead for as many tests as are declared; those that `--match` leaves out are counted, too. */
export class CloneSupply {
	readonly options: CloneSupplyOptions;
	readonly #limit: LimitFunction;
	/** How many tests of each combination are still to come. */
	readonly #expected = new Map<string, number>();
	readonly #prepared = new Map<string, Set<Promise<PreparedClone>>>();

	constructor(options: CloneSupplyOptions) {
		this.options = options;
		this.#limit = pLimit(Math.max(options.lanes, openClones));
	}

	/** Announces tests before they run. */
	expect(combination: Combination, count: number): void {
		const id = combinationId(combination);
		this.#expected.set(id, (this.#expected.get(id) ?? 0) + count);
		void this.options.expect(combination, count).catch(() => {});
	}

	/** True while a test has a clone. */
	get isInUse(): boolean {
		return this.#limit.activeCount > 0;
	}

	/** A test that was announced takes no clone after all: its time was over before it had a place. */
	skip(combination: Combination): void {
		const id = combinationId(combination);
		this.#expected.set(id, Math.max(0, (this.#expected.get(id) ?? 0) - 1));
	}

	/** Runs something while a place for a clone is taken. */
	async withPlace<T>(use: () => Promise<T>): Promise<T> {
		return this.#limit(use);
	}

	/**
	 * A clone that nobody has had, at hand or made now, on another server if this one has gone.
	 * @param role as whom to connect; null for the harness's own user
	 */
	async take(combination: Combination, role: string | null = this.options.standing.role ?? null): Promise<TakenClone> {
		const startedAt = performance.now();
		const clone = await this.#takeAnywhere(combination, role);
		return {...clone, waitedMs: templateWaitMs(clone.database, performance.now() - startedAt)};
	}

	async #takeAnywhere(combination: Combination, role: string | null): Promise<PreparedClone> {
		const {address, holder, renew} = this.options;
		return holder.during(async () => {
			const before = address();
			try {
				return await this.#connectAs(await this.#take(combination), role);
			} catch (error) {
				if (!isServerGone(error)) {
					throw error;
				}

				await renew(before);
				return this.#connectAs(await this.#prepare(combination, 0), role);
			}
		});
	}

	async #take(combination: Combination): Promise<PreparedClone> {
		const id = combinationId(combination);
		const prepared = this.#prepared.get(id) ?? new Set();
		this.#prepared.set(id, prepared);
		this.skip(combination);
		const [atHand] = prepared;
		const clone = atHand ?? this.#prepare(combination, 0);
		prepared.delete(clone);
		this.#prepareMore(combination, prepared);
		return this.#assertAlive(await clone, combination);
	}

	/** What was at hand may have lost its server meanwhile. */
	async #assertAlive(clone: PreparedClone, combination: Combination): Promise<PreparedClone> {
		if (clone.address !== this.options.address()) {
			clone.pool.close();
			return this.#prepare(combination, 0);
		}

		if (clone.pool.idle.length === 0) {
			await clone.pool.warm();
		}

		return clone;
	}

	/** Closes what nobody has taken. */
	async close(): Promise<void> {
		const prepared = [...this.#prepared.values()].flatMap(set => [...set]);
		this.#prepared.clear();
		for (const outcome of await Promise.allSettled(prepared)) {
			if (outcome.status === 'fulfilled') {
				outcome.value.pool.close();
			}
		}
	}

	#prepareMore(combination: Combination, prepared: Set<Promise<PreparedClone>>): void {
		const expected = this.#expected.get(combinationId(combination)) ?? 0;
		while (prepared.size < Math.min(clonesAtHand, expected)) {
			const clone = this.#prepare(combination, prepared.size + 1);
			prepared.add(clone);
			// One that failed is not kept for a test: that asks again, and gets the error of then.
			clone.catch(() => {
				prepared.delete(clone);
			});
		}
	}

	/** @param ahead how many of those that are expected are being prepared already */
	async #prepare(combination: Combination, ahead: number): Promise<PreparedClone> {
		const {request, standing: {role}} = this.options;
		const expected = (this.#expected.get(combinationId(combination)) ?? 0) - ahead;
		const database = await request(combination, Math.max(0, expected));
		return this.#open(database, role ?? null);
	}

	/** What was made ahead is connected as most tests want it. */
	async #connectAs(clone: PreparedClone, role: string | null): Promise<PreparedClone> {
		if ((clone.pool.role?.name ?? null) === role) {
			return clone;
		}

		clone.pool.close();
		return this.#open(clone.database, role);
	}

	async #open(database: LaneDatabase, name: string | null): Promise<PreparedClone> {
		const {retire, roles} = this.options;
		const address = this.options.address();
		const role = name === null ? undefined : takenRole(name, database.record);
		const pool = new ClonePool({address, database: database.name, applicationName: 'dataflow-tdd test', max: connectionsPerClone, role});
		try {
			await pool.warm();
			await roles?.remember(address, pool, database.record.roles);
		} catch (error) {
			pool.close();
			void retire(database.name).catch(() => {});
			throw role && isRefusal(error) ? roleRefused(role, error) : error;
		}

		return {database, address, pool};
	}
}

/** SQLSTATEs 22023 and 42501: there is no such role, or it may not be taken on. */
function isRefusal(error: unknown): error is Error {
	const {code} = error as {code?: string};
	return code === '22023' || code === '42501';
}
