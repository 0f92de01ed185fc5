import {getHeapStatistics} from 'node:v8';
import type {FailedControl, SentStatement, StatementEnd, StatementObserver} from '../context/observer.ts';
import type {StatementUse, TestMemory} from './records.ts';
import {Retries} from './retries.ts';
import {round} from './round.ts';
import type {StatementTexts} from './statement-texts.ts';

/** Of one text, the places of so many calls are kept: each is an error that holds frames. */
const keptOrigins = 20;

/** What a test did with one statement, as it is collected. */
export interface CollectedStatement {
	/** Its place among the texts of the file. */
	readonly index: number;
	readonly text: string;
	/** True if Kysely built it, so that its values are parameters; SQL that the user wrote is not, in Kysely's `sql` neither. */
	readonly isBuilt: boolean;
	count: number;
	totalMs: number;
	maxMs: number;
	/** What the latest call has taken so far, in ms. */
	latestMs: number;
	/** The values of the first call. */
	firstValues: readonly unknown[] | undefined;
	/** The values of the slowest call. */
	slowestValues: readonly unknown[] | undefined;
	rows: number;
	errors: number;
	/** Where the first calls were made, without those that were retried. */
	origins: Error[];
	/** How many of the calls were part of a transaction that failed in a way after which it is tried again. */
	retried: number;
}

/** Collects what one test does with its database. It is told by the context, and costs a few microseconds a statement. */
export class Recorder implements StatementObserver {
	readonly #texts: StatementTexts;
	readonly #statements = new Map<string, CollectedStatement>();
	readonly #heapBefore = heap();
	#heapPeak = 0;
	#running = 0;
	#busySince = 0;
	#databaseMs = 0;
	readonly #retries = new Retries();
	#isClosed = false;

	constructor(texts: StatementTexts) {
		this.#texts = texts;
	}

	sent(statement: SentStatement): StatementEnd {
		if (this.#isClosed) {
			return () => {};
		}

		const startedAt = performance.now();
		const collected = this.#collect(statement);
		if (this.#running++ === 0) {
			this.#busySince = startedAt;
		}

		return ({rows, error}) => {
			if (this.#isClosed) {
				return;
			}

			const now = performance.now();
			if (--this.#running === 0) {
				this.#databaseMs += now - this.#busySince;
			}

			this.#heapPeak = Math.max(this.#heapPeak, heap());
			this.#add(collected, {statement, rows, ms: now - startedAt});
			if (error !== undefined) {
				collected.errors++;
				this.#retries.fail(error, {transaction: statement.transaction, call: {collected, origin: statement.origin}});
			}
		};
	}

	failed({error, transaction}: FailedControl): void {
		if (!this.#isClosed) {
			this.#retries.fail(error, {transaction});
		}
	}

	/** Takes no more: what is still under way counts up to now. */
	close(): void {
		this.#isClosed = true;
		this.#databaseMs = this.databaseMs;
		this.#running = 0;
	}

	/** The statements, in the order of their first use. */
	get statements(): readonly CollectedStatement[] {
		return [...this.#statements.values()];
	}

	/** While at least one statement was under way, up to now, in ms. */
	get databaseMs(): number {
		return this.#databaseMs + (this.#running > 0 ? performance.now() - this.#busySince : 0);
	}

	get statementCount(): number {
		return this.statements.reduce((sum, {count}) => sum + count, 0);
	}

	get rowCount(): number {
		return this.statements.reduce((sum, {rows}) => sum + rows, 0);
	}

	/** How many transactions failed in a way after which they are tried again. */
	get retries(): number {
		return this.#retries.count;
	}

	get memory(): TestMemory {
		const {used_heap_size: heapAfter, external_memory: externalAfter} = getHeapStatistics();
		return {heapBefore: this.#heapBefore, heapPeak: Math.max(this.#heapPeak, this.#heapBefore, heapAfter), heapAfter, externalAfter};
	}

	/** As it is written down. */
	get uses(): StatementUse[] {
		return this.statements.map(({index: statement, count, totalMs, maxMs, rows, errors}) => ({statement, count, totalMs: round(totalMs), maxMs: round(maxMs), rows, errors}));
	}

	/** Lets go of the values and places that it holds, once nobody wants to know them any more. */
	letGo(): void {
		for (const statement of this.#statements.values()) {
			Object.assign(statement, {firstValues: undefined, slowestValues: undefined, origins: []});
		}
	}

	#collect({text, query, values, origin, transaction, isContinued = false}: SentStatement): CollectedStatement {
		let collected = this.#statements.get(text);
		if (!collected) {
			const index = this.#texts.indexOf(text, query);
			const isBuilt = query !== undefined && query.kind !== 'RawNode';
			collected = {index, text, isBuilt, count: 0, totalMs: 0, maxMs: 0, latestMs: 0, firstValues: values, slowestValues: undefined, rows: 0, errors: 0, origins: [], retried: 0};
			this.#statements.set(text, collected);
		}

		if (!isContinued) {
			collected.count++;
			if (collected.origins.length < keptOrigins) {
				collected.origins.push(origin);
			}

			this.#retries.add(transaction, {collected, origin});
		}

		return collected;
	}

	#add(collected: CollectedStatement, {statement, rows, ms}: {statement: SentStatement; rows: number; ms: number}): void {
		collected.rows += rows;
		collected.totalMs += ms;
		// The parts of a stream are one call.
		collected.latestMs = statement.isContinued ? collected.latestMs + ms : ms;
		if (collected.latestMs > collected.maxMs) {
			collected.maxMs = collected.latestMs;
			// What comes after the beginning of a stream brings no values.
			collected.slowestValues = statement.isContinued ? collected.slowestValues ?? collected.firstValues : statement.values;
		}
	}
}

/** The memory in use on this isolate's heap: the figure that is cheap to ask for. */
function heap(): number {
	return getHeapStatistics().used_heap_size;
}
