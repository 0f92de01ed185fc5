import pLimit, {type LimitFunction} from 'p-limit';
import type {HarnessConfig} from '../config/options.ts';
import {openKeeper, type KeeperClient} from '../keeper/client.ts';
import type {LaneDatabase, Lease} from '../keeper/protocol.ts';
import {combinationId, combinationOf, type Combination, type SchemaLayer} from '../template/combination.ts';
import {CacheStatistics} from './cache-statistics.ts';
import {CloneSupply} from './clone/clone-supply.ts';
import {Holder} from './holder.ts';
import {Lane} from './lane.ts';
import {RowSecurityNotice, type Standing} from './row-security.ts';

/** The lanes of one combination: how many tests of it may run at once, and which of them are free. */
interface LaneSet {
	readonly limit: LimitFunction;
	readonly free: Lane[];
}

/** What a worker holds while it runs a test file: a connection to the keeper, a server of its own, and lanes on it. */
export class Session {
	readonly keeper: KeeperClient;
	readonly lease: Lease;
	readonly holder: Holder;
	readonly cache: CacheStatistics;
	readonly standing: Standing;
	readonly clones: CloneSupply;
	readonly #lanes = new Map<string, LaneSet>();
	readonly #laneCount: number;
	#layers: readonly SchemaLayer[] = [];

	private constructor(config: HarnessConfig, parts: {keeper: KeeperClient; lease: Lease; holder: Holder}) {
		this.keeper = parts.keeper;
		this.lease = parts.lease;
		this.holder = parts.holder;
		this.cache = new CacheStatistics();
		this.standing = {role: config.role, notice: new RowSecurityNotice()};
		this.#laneCount = config.lanes;
		this.clones = this.#createSupply(config.lanes);
	}

	/** Waits for a server. */
	static async open(config: HarnessConfig, file: string, progress?: (step: string) => void): Promise<Session> {
		const holder = new Holder();
		const keeper = await openKeeper(config, 'worker', progress);
		holder.add(keeper);
		try {
			const lease = await holder.during(async () => keeper.api.acquire(file));
			return new Session(config, {keeper, lease, holder});
		} catch (error) {
			keeper.close();
			throw error;
		}
	}

	/** What tests get beyond the schema from now on. */
	addLayer(layer: SchemaLayer): void {
		this.#layers = [...this.#layers.filter(({name}) => name !== layer.name), layer];
	}

	removeLayer(name: string): void {
		this.#layers = this.#layers.filter(layer => layer.name !== name);
	}

	/** A clone of the schema that this worker may write to; the keeper drops it after the lease. */
	async cloneDatabase(): Promise<string> {
		const {name} = await this.requestClone(this.combination([]), 0);
		return name;
	}

	/** A database that nobody has had before, while further ones are expected. */
	async requestClone(combination: Combination, expected: number): Promise<LaneDatabase> {
		return this.#request(combination, async lease => this.keeper.api.clone({lease, combination, expected}));
	}

	/** The combination of packs and of the layers that were added so far. */
	combination(packs: readonly string[]): Combination {
		return combinationOf(packs, this.#layers);
	}

	/** Runs something with a lane for itself; when all are in use, it waits for its turn. */
	async withLane<T>(combination: Combination, use: (lane: Lane) => Promise<T>): Promise<T> {
		const {limit, free} = this.#laneSet(combination);
		return limit(async () => {
			const lane = free.pop()!;
			try {
				return await use(lane);
			} finally {
				free.push(lane);
			}
		});
	}

	/** Gives everything back. */
	async close(): Promise<void> {
		for (const {free} of this.#lanes.values()) {
			await Promise.all(free.map(async lane => lane.discardConnection({isBusy: false})));
		}

		await this.clones.close();
		await this.holder.during(async () => this.keeper.api.release(this.lease.id)).catch(() => {});
		this.keeper.close();
	}

	/** Asks the keeper for a database, and counts what that cost. */
	async requestDatabase(combination: Combination, lane: number): Promise<LaneDatabase> {
		return this.#request(combination, async lease => this.keeper.api.lane({lease, combination, lane}));
	}

	async #request(combination: Combination, ask: (lease: number) => Promise<LaneDatabase>): Promise<LaneDatabase> {
		const startedAt = performance.now();
		const database = await this.holder.during(async () => ask(this.lease.id));
		this.cache.count(combination, database, performance.now() - startedAt);
		return database;
	}

	#createSupply(lanes: number): CloneSupply {
		const {api} = this.keeper;
		const {id: lease, address} = this.lease;
		return new CloneSupply({
			address, lanes, holder: this.holder,
			request: async (combination, expected) => this.requestClone(combination, expected),
			expect: async (combination, expected) => api.expectClones({lease, combination, expected}),
			retire: async database => api.retire(lease, database),
			keep: async database => this.holder.during(async () => api.keep(lease, database)),
		});
	}

	#laneSet(combination: Combination): LaneSet {
		const id = combinationId(combination);
		const known = this.#lanes.get(id);
		if (known) {
			return known;
		}

		const free = Array.from({length: this.#laneCount}, (_, index) => this.#createLane(combination, index)).toReversed();
		const set = {limit: pLimit(this.#laneCount), free};
		this.#lanes.set(id, set);
		return set;
	}

	#createLane(combination: Combination, index: number): Lane {
		return new Lane({
			address: this.lease.address,
			holder: this.holder,
			standing: this.standing,
			request: async () => this.requestDatabase(combination, index),
			taint: async database => this.holder.during(async () => this.keeper.api.taint(this.lease.id, database)),
		});
	}
}
