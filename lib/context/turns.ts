import {AsyncLocalStorage} from 'node:async_hooks';
import type {ContextError} from '../errors.ts';
import {deadlock} from './errors.ts';

/** How long a query waits for a transaction that does nothing, before the wait is taken for a deadlock. */
const idleMs = 900;
const checkEveryMs = 100;

/** Somebody's turn at the one connection. */
export interface Turn {
	/** Where it was asked for. */
	readonly origin: Error;
	/** Where the next statement was asked for, if that is known to be elsewhere. */
	sentFrom?: Error;
	/** The last statement that was sent in it. */
	statement: string | undefined;
	/** When it last did something, by performance.now(); a running statement counts as now. */
	lastActiveAt: number;
	/** True while a statement runs. */
	isBusy: boolean;
	/** True for a transaction with a callback, whose users can be told from others. */
	hasScope: boolean;
	/** True while a cursor or a COPY has the connection for itself, also when it waits for its reader. */
	isLent?: boolean;
}

/** The transactions in whose callbacks the code that runs now was called, the innermost first. */
interface Scope {
	readonly turn: Turn;
	readonly outer: Scope | undefined;
}

const scopes = new AsyncLocalStorage<Scope>();

/**
 * Marks everything that the calling async function does from now on as done inside of a transaction. Kysely calls the driver's
 * `beginTransaction` from the function that then calls the callback, so exactly the callback is marked.
 */
export function enterScope(turn: Turn): void {
	turn.hasScope = true;
	scopes.enterWith({turn, outer: scopes.getStore()});
}

function encloses(turn: Turn): boolean {
	for (let scope = scopes.getStore(); scope; scope = scope.outer) {
		if (scope.turn === turn) {
			return true;
		}
	}

	return false;
}

interface Waiting {
	readonly turn: Turn;
	readonly grant: (turn: Turn) => void;
	readonly refuse: (error: Error) => void;
}

/** Lets one after the other use the connection, in the order in which they asked. */
export class Turns {
	readonly #inClone: string;
	#current: Turn | undefined;
	readonly #waiting: Waiting[] = [];
	#watch: NodeJS.Timeout | undefined;

	/** @param inClone the sentence with which errors point to clones */
	constructor(inClone: string) {
		this.#inClone = inClone;
	}

	get current(): Turn | undefined {
		return this.#current;
	}

	get waiting(): readonly Turn[] {
		return this.#waiting.map(({turn}) => turn);
	}

	/** @throws {ERR_CONTEXT_DEADLOCK} at once when the one who asks is part of what it would wait for */
	take(origin: Error): Turn | Promise<Turn> {
		const turn: Turn = {origin, statement: undefined, lastActiveAt: performance.now(), isBusy: false, hasScope: false};
		if (!this.#current) {
			this.#current = turn;
			return turn;
		}

		if (encloses(this.#current)) {
			throw deadlock(this.#current.statement, this.#inClone);
		}

		return this.#wait(turn);
	}

	end(turn: Turn): void {
		if (this.#current === turn) {
			const next = this.#waiting.shift();
			this.#current = next?.turn;
			next?.grant(next.turn);
			this.#stopWatching();
		}
	}

	/** Refuses all who wait. */
	close(error: ContextError): void {
		for (const {refuse} of this.#waiting.splice(0)) {
			refuse(error);
		}

		this.#stopWatching();
	}

	async #wait(turn: Turn): Promise<Turn> {
		return new Promise((grant, refuse) => {
			this.#waiting.push({turn, grant, refuse});
			this.#watch ??= setInterval(() => {
				this.#refuseStuck();
			}, checkEveryMs);
		});
	}

	/**
	 * A transaction without a callback does not show who uses it. If it does nothing while others wait for it, the one who would
	 * end it is most likely among them.
	 */
	#refuseStuck(): void {
		const current = this.#current;
		const isStuck = current && !current.hasScope && !current.isBusy && performance.now() - current.lastActiveAt > idleMs;
		if (isStuck) {
			this.#waiting.shift()?.refuse(deadlock(current.statement, this.#inClone));
			this.#stopWatching();
		}
	}

	#stopWatching(): void {
		if (this.#waiting.length === 0) {
			clearInterval(this.#watch);
			this.#watch = undefined;
		}
	}
}
