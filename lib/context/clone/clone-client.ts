import pg from 'pg';
import type {LockWatch} from '../lock-watch.ts';
import {tellSent, type StatementEnd, type StatementObserver} from '../observer.ts';
import {captureOrigin, traceToUser} from '../origin.ts';
import {followSubmitted, isSubmittable} from './submitted.ts';

interface Activity {
	/** The last statement that was sent since it was taken from its pool. */
	statement: string | undefined;
	/** How many statements have no answer yet. */
	pending: number;
	/** True if it was asked to listen. */
	hasListened: boolean;
}

const begins = /^\s*(?:begin|start\s+transaction)\b/i;
const ends = /^\s*(?:commit|end|abort|rollback(?!\s+(?:work\s+|transaction\s+)?to\b))\b/i;

/** A connection of a clone context: it remembers what it was used for, and its errors show the line that sent the statement. */
export class CloneClient extends pg.Client {
	readonly activity: Activity = {statement: undefined, pending: 0, hasListened: false};
	/** Set as soon as the connection is there. */
	watch: LockWatch | undefined;
	/** Who is told of its statements: the recorder of the test that has it. */
	observer: StatementObserver | undefined;
	/** Stands for the transaction that it is in, as far as the texts that were sent show; it is known before the answers are. */
	#transaction: object | undefined;
	/** Where it was taken from its pool. */
	takenAt: Error | undefined;

	// Callbacks, query objects and cursors are all taken by the one method of pg; here it only looks on.
	override query(...given: any[]): any {
		const [query] = given as [string | {text?: string; cursor?: {text?: string}} | undefined];
		const text = typeof query === 'string' ? query : query?.text ?? query?.cursor?.text;
		this.activity.statement = text ?? this.activity.statement;
		this.activity.hasListened ||= /\blisten\b/i.test(text ?? '');
		const end = once(text === undefined ? undefined : this.#tell(text, given));
		const callback = callbackOf(given);
		if (end && isSubmittable(query)) {
			followSubmitted(query, end);
		}

		if (text !== undefined && callback) {
			replaceCallback(given, counted(this.activity, told(end, this.watch ? watched(this.watch, text, callback) : callback)));
		}

		const answer: unknown = super.query(...given as [string]);
		return answer instanceof Promise ? follow(this, text ?? '', toldOf(end, answer)) : answer;
	}

	/** Tells who observes the test; a query object brings its values, other forms have them in the second place. */
	#tell(text: string, [query, values]: any[]): StatementEnd | undefined {
		// A client that was taken for one query only, by a pool or by Kysely, may be past the user's frames when it sends it.
		const origin = Object.assign(captureOrigin(), {cause: this.takenAt});
		const transaction = this.#follow(text);
		return tellSent(this.observer, {text, values: Array.isArray(values) ? values : (query as {values?: unknown[]}).values, origin, transaction});
	}

	/** Returns the transaction that a text is sent in. */
	#follow(text: string): object | undefined {
		if (begins.test(text)) {
			this.#transaction = {};
		}

		const transaction = this.#transaction;
		if (ends.test(text)) {
			this.#transaction = undefined;
		}

		return transaction;
	}

	/** Sends a statement of the harness, which does not count as one of the test; its answer is nobody's. */
	sendQuietly(text: string): void {
		super.query(text, () => {});
	}
}

type Callback = (error: Error | null, result: unknown) => void;

/** A query may hear of its end in more than one way, and is told once. */
function once(end: StatementEnd | undefined): StatementEnd | undefined {
	let hasEnded = false;
	return end && (outcome => {
		if (!hasEnded) {
			hasEnded = true;
			end(outcome);
		}
	});
}

/** The callback of a query: given behind it, or its own. */
function callbackOf(given: readonly unknown[]): Callback | undefined {
	const own = (given[0] as {callback?: unknown} | undefined)?.callback;
	return [given.at(-1), own].find(callback => typeof callback === 'function') as Callback | undefined;
}

/** Puts another callback in the place of the one of a query; an object that describes a query is the user's, and stays as it is. */
function replaceCallback(given: unknown[], callback: Callback): void {
	const [query] = given as [{callback?: unknown}];
	if (typeof given.at(-1) === 'function') {
		given[given.length - 1] = callback;
	} else if (isSubmittable(query)) {
		Object.assign(query, {callback});
	} else {
		given[0] = Object.create(query, {callback: {value: callback, writable: true, enumerable: true, configurable: true}});
	}
}

/** Counts a statement as pending until its callback is called. */
function counted(activity: Activity, callback: Callback): Callback {
	activity.pending++;
	return (error, result) => {
		activity.pending--;
		callback(error, result);
	};
}

/** Rows returned or changed, of one result or of several. */
function rowsOf(answer: unknown): number {
	return [answer as {rowCount?: number | null} | undefined].flat().reduce((sum, result) => sum + (result?.rowCount ?? 0), 0);
}

/** Tells how a statement went, before its callback is called. */
function told(end: StatementEnd | undefined, callback: Callback): Callback {
	return end === undefined ? callback : (error, result) => {
		end(error ? {rows: 0, error} : {rows: rowsOf(result)});
		callback(error, result);
	};
}

/** The same for a promise, which is returned as it is. */
function toldOf<T>(end: StatementEnd | undefined, answer: Promise<T>): Promise<T> {
	if (end) {
		answer.then(result => {
			end({rows: rowsOf(result)});
		}, (error: unknown) => {
			end({rows: 0, error});
		});
	}

	return answer;
}

/** Lets a callback wait for what its error is to carry. */
function watched(watch: LockWatch, text: string, callback: Callback): Callback {
	const pending = watch.begin(text);
	return (error, result) => {
		if (error && pending.finding) {
			void watch.carry(error, pending).then(() => {
				callback(error, result);
			});
		} else {
			callback(error, result);
		}

		watch.end(pending);
	};
}

async function follow({activity, watch}: CloneClient, text: string, answer: Promise<unknown>): Promise<unknown> {
	activity.pending++;
	try {
		return await (watch ? watch.during(text, async () => answer) : answer);
	} catch (error) {
		traceToUser(error as Error, follow);
		keepStack(error as Error);
		throw error;
	} finally {
		activity.pending--;
	}
}

/** Kysely would add its own frames behind those of the user. */
function keepStack(error: Error): void {
	const {stack} = error;
	Object.defineProperty(error, 'stack', {configurable: true, get: () => stack, set() {}});
}
