import type {LaneDatabase} from '../keeper/protocol.ts';
import type {Combination} from '../template/combination.ts';

/** What the cache did for one schema, or one combination of seed packs. */
export interface SchemaStatistics {
	/** How often a database was there or could be cloned. */
	readonly hits: number;
	/** How often its template had to be built first. */
	readonly misses: number;
	/** The size of its template. */
	readonly bytes: number;
	/** What this worker waited for its databases, in ms. */
	readonly milliseconds: number;
	/** What building its template took when it was built, in ms: what each hit saves. */
	readonly buildMilliseconds: number;
}

/** What the schema cache did for this worker; every figure is measured. */
export interface CacheReport {
	/** Always true: databases are made from templates. */
	readonly enabled: boolean;
	/** The same as `enabled`, under the name of the Python original. */
	readonly cacheEnabled: boolean;
	/** How many requests for a database found its template. */
	readonly hits: number;
	/** How many requests had a template built. */
	readonly misses: number;
	/** Hits among all requests, from 0 to 1; 0 when there were none. */
	readonly hitRate: number;
	/** The size of the templates that were asked for, in bytes. */
	readonly bytes: number;
	/** How long the requests took, all together, in ms. */
	readonly milliseconds: number;
	/** What building would have taken each time that it was not needed, in ms: hits, each times what its template took when it was built. */
	readonly savedMilliseconds: number;
	/** By name: `schema` for the schema alone, pack names joined by `+`, names of cached schemas. */
	readonly bySchema: Readonly<Record<string, SchemaStatistics>>;
}

const none: SchemaStatistics = {hits: 0, misses: 0, bytes: 0, milliseconds: 0, buildMilliseconds: 0};

function nameOf({packs, layers}: Combination): string {
	const parts = [...packs, ...layers.map(({name}) => name)];
	return parts.length === 0 ? 'schema' : parts.join('+');
}

/** Counts how a worker came by its databases. */
export class CacheStatistics {
	readonly #bySchema = new Map<string, SchemaStatistics>();

	count(combination: Combination, {source, record}: LaneDatabase, milliseconds: number): void {
		const name = nameOf(combination);
		const before = this.#bySchema.get(name) ?? none;
		this.#bySchema.set(name, {
			hits: before.hits + (source === 'built' ? 0 : 1),
			misses: before.misses + (source === 'built' ? 1 : 0),
			bytes: record.sizeBytes,
			milliseconds: before.milliseconds + milliseconds,
			buildMilliseconds: record.buildMs,
		});
	}

	report(): CacheReport {
		const all = [...this.#bySchema.values()];
		const sum = (pick: (one: SchemaStatistics) => number): number => all.reduce((total, one) => total + pick(one), 0);
		const hits = sum(one => one.hits);
		const misses = sum(one => one.misses);
		return {
			enabled: true, cacheEnabled: true, hits, misses,
			hitRate: hits + misses === 0 ? 0 : hits / (hits + misses),
			bytes: sum(one => one.bytes), milliseconds: sum(one => one.milliseconds),
			savedMilliseconds: sum(one => one.hits * one.buildMilliseconds), bySchema: Object.fromEntries(this.#bySchema),
		};
	}
}
