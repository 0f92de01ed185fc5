import type {MemoryTracker} from './memory-tracker.ts';

/** What Kysely's queries have: they can be read a few rows at a time. */
export interface Streamable<Row> {
	/** Gives the rows as they come, so many at a time. */
	stream(chunkSize?: number): AsyncIterableIterator<Row>;
}

const defaultBatch = 500;

/** Keeps the memory of a test low: results in batches, garbage when it is wanted. */
export class MemoryOptimizer {
	readonly #tracker: MemoryTracker;

	constructor(tracker: MemoryTracker) {
		this.#tracker = tracker;
	}

	/** Reads a query in batches of so many rows, 500 unless told; no more than one batch is in memory: `for await (const rows of optimizer.batches(query))`. */
	async * batches<Row>(query: Streamable<Row>, size = defaultBatch): AsyncIterableIterator<Row[]> {
		let rows: Row[] = [];
		for await (const row of query.stream(size)) {
			rows.push(row);
			if (rows.length === size) {
				yield rows;
				rows = [];
				this.#tracker.sample();
			}
		}

		if (rows.length > 0) {
			yield rows;
		}
	}

	/** Collects garbage; returns how many bytes that has freed. */
	async collectGarbage(): Promise<number> {
		return this.#tracker.collect();
	}
}
