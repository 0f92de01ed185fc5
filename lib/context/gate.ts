import type {IsolationLevel} from 'kysely';
import type {Submittable, WireResult} from '../postgres/wire.ts';
import {closed, shorten, type Leak} from './errors.ts';
import {captureOrigin, framesOf} from './origin.ts';
import type {Holder} from './holder.ts';
import type {LockWatch} from './lock-watch.ts';
import {tellSent, type SentStatement, type StatementObserver} from './observer.ts';
import type {Statement} from './statement.ts';
import type {TestTransaction} from './transaction.ts';
import {Turns, type Turn} from './turns.ts';

/** What a gate is made of. */
export interface GateParts {
	readonly transaction: TestTransaction;
	readonly isolationLevel: IsolationLevel;
	readonly holder: Holder;
	readonly watch: LockWatch;
	/** The sentence with which errors point to clones. */
	readonly inClone: string;
	/** Who is told of the test's statements. */
	readonly observer?: StatementObserver | undefined;
}

/** What everything that a test can send statements through goes through: one at a time, and only while the test runs. */
export class Gate {
	readonly transaction: TestTransaction;
	readonly isolationLevel: IsolationLevel;
	/** The sentence with which errors point to clones. */
	readonly inClone: string;
	readonly #holder: Holder;
	readonly #watch: LockWatch;
	readonly #observer: StatementObserver | undefined;
	readonly #turns: Turns;
	#isClosed = false;

	constructor(parts: GateParts) {
		this.inClone = parts.inClone;
		this.#turns = new Turns(parts.inClone);
		this.transaction = parts.transaction;
		this.isolationLevel = parts.isolationLevel;
		this.#holder = parts.holder;
		this.#watch = parts.watch;
		this.#observer = parts.observer;
	}

	/** Waits for the connection. */
	take(origin = captureOrigin()): Turn | Promise<Turn> {
		if (this.#isClosed) {
			throw closed('a query');
		}

		return this.#turns.take(origin);
	}

	end(turn: Turn): void {
		this.#turns.end(turn);
	}

	/** Runs a statement in a turn that was taken. */
	async run(turn: Turn, statement: Statement): Promise<WireResult> {
		const text = statement.label ?? statement.text;
		const {values = (statement.query as {values?: unknown[]} | undefined)?.values, tree: query, origin, isContinued = false} = statement;
		return this.#observed(turn, {text, values, query, origin, isContinued}, async () => this.during(turn, text, async () => this.transaction.run(statement)));
	}

	/** Runs a query that needs the connection for itself, in a turn that was taken. */
	async lend(turn: Turn, query: Submittable, text: string): Promise<void> {
		turn.isLent = true;
		const onPause = (): void => {
			turn.isBusy = false;
			turn.lastActiveAt = performance.now();
		};

		try {
			await this.#observed(turn, {text}, async () => this.during(turn, text, async () => this.transaction.lend(query, {text, onPause})));
		} finally {
			turn.isLent = false;
		}
	}

	async #observed<T extends WireResult | void>(turn: Turn, statement: Omit<SentStatement, 'origin'> & {origin?: Error | undefined}, action: () => Promise<T>): Promise<T> {
		const origin = statement.origin ?? turn.sentFrom ?? turn.origin;
		// Whoever holds a turn over several statements is in a transaction.
		const end = tellSent(this.#observer, {...statement, origin, transaction: turn});
		if (!end) {
			return action();
		}

		try {
			const result = await action();
			end({rows: result?.rowCount ?? 0});
			return result;
		} catch (error) {
			end({rows: 0, error});
			throw error;
		}
	}

	/** Does something on the connection in a turn that was taken; the process stays alive meanwhile. */
	async during<T>(turn: Turn, text: string, action: () => Promise<T>): Promise<T> {
		this.#assertOpen(text);
		turn.statement = text;
		turn.isBusy = true;
		this.#holder.hold();
		try {
			return await this.#watch.during(text, action);
		} finally {
			this.#holder.letGo();
			turn.isBusy = false;
			turn.lastActiveAt = performance.now();
		}
	}

	/** Runs one statement in a turn of its own. */
	async runAlone(text: string, values?: readonly unknown[]): Promise<WireResult> {
		this.#assertOpen(text);
		const turn = await this.take();
		try {
			return await this.run(turn, {text, values});
		} finally {
			this.end(turn);
		}
	}

	/** True while a statement runs on the server, or a query has the connection for itself. */
	get isBusy(): boolean {
		return (this.#turns.current?.isBusy ?? false) || this.isLent;
	}

	/** True while a query has the connection for itself: a cursor of the protocol, a COPY. */
	get isLent(): boolean {
		return this.#turns.current?.isLent ?? false;
	}

	/** Lets nobody in any more, and says what was still going on. */
	close(): readonly Leak[] {
		this.#isClosed = true;
		this.#watch.close();
		const current = this.#turns.current;
		const leaks = [...(current ? [current] : []), ...this.#turns.waiting].map(turn => this.#describe(turn));
		if (this.#turns.waiting.length > 0) {
			this.#turns.close(closed('a query that was waiting for its turn'));
		}

		return leaks;
	}

	#describe({isBusy, statement, origin}: Turn): Leak {
		const stack = framesOf(origin);
		if (statement === undefined) {
			return {what: 'a query that was waiting for its turn', stack};
		}

		const kind = isBusy ? 'an unfinished query' : 'an open transaction, connection or stream';
		return {what: `${kind}: \`${shorten(statement)}\``, stack};
	}

	#assertOpen(text: string): void {
		if (this.#isClosed) {
			throw closed(text);
		}
	}
}
