import pLimit, {type LimitFunction} from 'p-limit';
import type {HarnessConfig} from '../config/options.ts';
import {openKeeper, type KeeperClient} from '../keeper/client.ts';
import type {LaneDatabase, Lease} from '../keeper/protocol.ts';
import {combinationId, combinationOf, type Combination, type SchemaLayer} from '../template/combination.ts';
import {CacheStatistics} from './cache-statistics.ts';
import {ServerRoles} from './clone/clone-roles.ts';
import {CloneSupply} from './clone/clone-supply.ts';
import {Holder} from './holder.ts';
import {Lane} from './lane.ts';
import {RowSecurityNotice, type Standing} from './row-security.ts';
import {isServerGone} from './server-gone.ts';

/** The lanes of one combination: how many tests of it may run at once, and which of them are free. */
interface LaneSet {
	readonly limit: LimitFunction;
	readonly free: Lane[];
}

async function inLane<T>({limit, free}: LaneSet, use: (lane: Lane) => Promise<T>): Promise<T> {
	return limit(async () => {
		const lane = free.pop()!;
		try {
			return await use(lane);
		} finally {
			free.push(lane);
		}
	});
}

/** What a session holds of a keeper. */
interface Held {
	readonly keeper: KeeperClient;
	readonly lease: Lease;
}

interface Acquisition {
	readonly file: string;
	readonly holder: Holder;
	readonly progress?: ((step: string) => void) | undefined;
}

async function acquire(config: HarnessConfig, {file, holder, progress}: Acquisition): Promise<Held> {
	const keeper = await openKeeper(config, 'worker', progress);
	holder.add(keeper);
	void keeper.closed.then(() => {
		holder.remove(keeper);
	});
	try {
		return {keeper, lease: await holder.during(async () => keeper.api.acquire(file))};
	} catch (error) {
		keeper.close();
		throw error;
	}
}

/** What a worker holds while it runs a test file: a connection to the keeper, a server of its own, and lanes on it. */
export class Session {
	readonly holder: Holder;
	readonly cache: CacheStatistics;
	readonly standing: Standing;
	readonly clones: CloneSupply;
	readonly #config: HarnessConfig;
	readonly #file: string;
	readonly #lanes = new Map<string, LaneSet>();
	#held: Held;
	#renewing: Promise<void> | undefined;
	#layers: readonly SchemaLayer[] = [];

	private constructor(config: HarnessConfig, parts: {file: string; held: Held; holder: Holder}) {
		this.#file = parts.file;
		this.#held = parts.held;
		this.holder = parts.holder;
		this.cache = new CacheStatistics();
		this.#config = config;
		this.standing = {role: config.role, notice: new RowSecurityNotice()};
		this.clones = this.#createSupply();
	}

	get config(): HarnessConfig {
		return this.#config;
	}

	/** The connection to the keeper; another one after the keeper was lost. */
	get keeper(): KeeperClient {
		return this.#held.keeper;
	}

	/** The right to a server; another one after the server was lost. */
	get lease(): Lease {
		return this.#held.lease;
	}

	/** Waits for a server. */
	static async open(config: HarnessConfig, file: string, progress?: (step: string) => void): Promise<Session> {
		const holder = new Holder();
		return new Session(config, {file, holder, held: await acquire(config, {file, holder, progress})});
	}

	/**
	 * Takes another server in the place of one that has gone, and another keeper if that has gone with it. Lanes find out by
	 * themselves. Whoever asks while it is under way waits for the same one; who asks about a server that was replaced already has it.
	 */
	async renew(lost: Lease['address']): Promise<void> {
		if (lost === this.lease.address) {
			this.#renewing ??= this.#renew().finally(() => {
				this.#renewing = undefined;
			});
		}

		await this.#renewing;
	}

	async #renew(): Promise<void> {
		const {keeper, lease} = this.#held;
		if (keeper.isOpen()) {
			try {
				this.#held = {keeper, lease: await this.holder.during(async () => keeper.api.renew(lease.id, this.#file))};
				return;
			} catch (error) {
				if (!isServerGone(error)) {
					throw error;
				}
			}
		}

		this.holder.remove(keeper);
		keeper.close();
		this.#held = await acquire(this.#config, {file: this.#file, holder: this.holder});
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
		return inLane(this.#laneSet(combinationId(combination), () => this.#createLanes(combination)), use);
	}

	/** The number of the lane that no test uses. */
	get spareLane(): number {
		return this.#config.lanes;
	}

	/** Runs something with the lane that no test uses: neither waits for the other. Whoever else wants this one waits. */
	async withSpareLane<T>(combination: Combination, use: (lane: Lane) => Promise<T>): Promise<T> {
		return inLane(this.#laneSet(`spare ${combinationId(combination)}`, () => [this.#createLane(combination, this.spareLane)]), use);
	}

	/** True while a context is open: what it holds cannot be as good as new. */
	get #isInUse(): boolean {
		return this.clones.isInUse || [...this.#lanes.values()].some(({limit}) => limit.activeCount > 0);
	}

	/** Gives everything back. With a context still open, the keeper trusts none of it. */
	async close(): Promise<void> {
		const isClean = !this.#isInUse;
		for (const {free} of this.#lanes.values()) {
			await Promise.all(free.map(async lane => lane.discardConnection({isBusy: false})));
		}

		await this.clones.close();
		if (isClean) {
			await this.holder.during(async () => this.keeper.api.release(this.lease.id)).catch(() => {});
		}

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

	#createSupply(): CloneSupply {
		return new CloneSupply({
			address: () => this.lease.address,
			renew: async lost => this.renew(lost),
			lanes: this.#config.lanes,
			holder: this.holder,
			standing: this.standing,
			// A server that is ours is leased by one worker at a time.
			roles: this.keeper.info.description.startsWith('external') ? undefined : new ServerRoles(),
			request: async (combination, expected) => this.requestClone(combination, expected),
			expect: async (combination, expected) => this.keeper.api.expectClones({lease: this.lease.id, combination, expected}),
			retire: async database => this.keeper.api.retire(this.lease.id, database),
			keep: async request => this.holder.during(async () => this.keeper.api.keep(this.lease.id, request)),
		});
	}

	#laneSet(id: string, create: () => Lane[]): LaneSet {
		const known = this.#lanes.get(id);
		if (known) {
			return known;
		}

		const free = create();
		const set = {limit: pLimit(free.length), free};
		this.#lanes.set(id, set);
		return set;
	}

	#createLanes(combination: Combination): Lane[] {
		return Array.from({length: this.#config.lanes}, (_, index) => this.#createLane(combination, index)).toReversed();
	}

	#createLane(combination: Combination, index: number): Lane {
		return new Lane({
			address: () => this.lease.address,
			renew: async lost => this.renew(lost),
			holder: this.holder,
			standing: this.standing,
			request: async () => this.requestDatabase(combination, index),
			taint: async database => this.holder.during(async () => this.keeper.api.taint(this.lease.id, database)),
		});
	}
}
