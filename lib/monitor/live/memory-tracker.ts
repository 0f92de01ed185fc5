import {shorten} from '../../context/errors.ts';
import type {SentStatement, StatementEnd, StatementObserver} from '../../context/observer.ts';
import {findGarbageCollector, type GarbageCollector, type GarbageWay} from './garbage.ts';
import {highest, inMegabytes, readMemory, type MemoryUse} from './memory-use.ts';
import {Shown} from './shown.ts';

/** How often memory is looked at, beside each answer of the database. */
const everyMs = 20;
const keptAnswers = 3;

/** An answer of the database that had many rows. */
export interface LargeAnswer {
	/** The statement. */
	readonly text: string;
	/** How many rows it returned. */
	readonly rows: number;
}

/** Something that was tracked, and is still there. */
export interface HeldObject {
	/** The name under which it was tracked. */
	readonly name: string;
	/** What it is, such as `Array of 10,000`. */
	readonly what: string;
}

/** The memory around a test. */
export interface MemoryReport {
	/** When the test began. */
	readonly before: MemoryUse;
	/** The most that was seen meanwhile. */
	readonly peak: MemoryUse;
	/** When the report was made. */
	readonly after: MemoryUse;
	/** What heap and buffers have grown by, in bytes; less than 0 when they have shrunk. */
	readonly grownBytes: number;
	/** What was tracked and is still held by something. */
	readonly held: readonly HeldObject[];
	/** The largest answers of statements, the largest first. */
	readonly largestAnswers: readonly LargeAnswer[];
	/** In which way garbage could be collected before memory was read. */
	readonly garbage: GarbageWay;
}

/** Follows the memory of a test: before it, at its peak, after it, and what of it is held by something that outlives it. */
export class MemoryTracker extends Shown implements StatementObserver {
	readonly #garbage: GarbageCollector = findGarbageCollector();
	readonly #tracked: Array<{readonly name: string; readonly what: string; readonly ref: WeakRef<object>}> = [];
	#answers: LargeAnswer[] = [];
	#before = readMemory();
	#peak = this.#before;
	#timer: NodeJS.Timeout | undefined;

	constructor() {
		super();
		this.show('before', 'peak', 'garbage');
	}

	/** Begins: what is garbage by now is nobody's. */
	async begin(): Promise<void> {
		await this.#garbage.collect();
		this.#before = readMemory();
		this.#peak = this.#before;
		this.#timer = setInterval(() => {
			this.sample();
		}, everyMs).unref();
	}

	/** Looks at the memory now; it becomes the peak if it is the highest so far. */
	sample(): MemoryUse {
		const now = readMemory();
		this.#peak = highest(this.#peak, now);
		return now;
	}

	/** What was in use when the test began. */
	get before(): MemoryUse {
		return this.#before;
	}

	/** The highest that was seen so far. */
	get peak(): MemoryUse {
		this.sample();
		return this.#peak;
	}

	/** How garbage is collected here. */
	get garbage(): GarbageWay {
		return this.#garbage.way;
	}

	/** Remembers an object without holding it, and returns it: if it is still there after the test, it is named as a suspect. */
	track<T extends object>(name: string, object: T): T {
		this.#tracked.push({name, what: describe(object), ref: new WeakRef(object)});
		return object;
	}

	/** Collects garbage; returns how many bytes that has freed. */
	async collect(): Promise<number> {
		const {heapBytes, bufferBytes} = this.sample();
		await this.#garbage.collect();
		const after = this.sample();
		return heapBytes + bufferBytes - after.heapBytes - after.bufferBytes;
	}

	sent({text, isContinued = false}: SentStatement): StatementEnd {
		return ({rows}) => {
			this.sample();
			if (!isContinued) {
				this.#answers = [...this.#answers, {text, rows}].toSorted((one, other) => other.rows - one.rows).slice(0, keptAnswers);
			}
		};
	}

	/** Looks no more. */
	stop(): void {
		clearInterval(this.#timer);
	}

	/** Ends: collects garbage, and says what is left. */
	async end(): Promise<MemoryReport> {
		this.stop();
		this.sample();
		await this.#garbage.collect();
		const {heapBytes, bufferBytes} = this.#before;
		const after = readMemory();
		return {
			before: this.#before, peak: this.#peak, after,
			grownBytes: after.heapBytes - heapBytes + after.bufferBytes - bufferBytes,
			held: this.#tracked.filter(({ref}) => ref.deref() !== undefined).map(({name, what}) => ({name, what})),
			largestAnswers: this.#answers,
			garbage: this.garbage,
		};
	}
}

function describe(object: object): string {
	const name = object.constructor?.name || 'object';
	if (ArrayBuffer.isView(object) || object instanceof ArrayBuffer) {
		return `${name} of ${inMegabytes(object.byteLength)}`;
	}

	const size = Array.isArray(object) ? object.length : object instanceof Map || object instanceof Set ? object.size : undefined;
	return size === undefined ? name : `${name} of ${size.toLocaleString('en')}`;
}

/** Memory before, at its peak and after, on one line. */
export function describeMemory({before, peak, after, garbage}: MemoryReport): string {
	const three = (label: string, key: keyof MemoryUse): string => `${label} ${[before, peak, after].map(use => inMegabytes(use[key])).join(' -> ')}`;
	const how = garbage === 'none' ? 'garbage cannot be collected here, so it counts' : `garbage collected by ${garbage}`;
	return `Memory before, at its peak, after: ${three('heap', 'heapBytes')}, external ${three('', 'externalBytes').trim()}, resident ${three('', 'rssBytes').trim()} (${how}).`;
}

/** What may hold the memory that is left, one suspect a line. */
export function describeSuspects({before, after, held, largestAnswers}: MemoryReport): string {
	return [
		`  heap ${signed(after.heapBytes - before.heapBytes)}, buffers ${signed(after.bufferBytes - before.bufferBytes)}`,
		...held.map(({name, what}) => `  '${name}' is still held: ${what}`),
		...largestAnswers.filter(({rows}) => rows > 1).map(({text, rows}) => `  ${rows.toLocaleString('en')} rows came from ${shorten(text)}`),
	].join('\n');
}

function signed(bytes: number): string {
	return `${bytes < 0 ? '-' : '+'}${inMegabytes(Math.abs(bytes))}`;
}
