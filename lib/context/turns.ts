import {AsyncLocalStorage} from 'node:async_hooks';
import {ContextError} from '../errors.ts';
import {deadlock} from './errors.ts';

/** How long a query waits for a transaction that does nothing, before the wait is taken for a deadlock. */
const idleMs = 900;
const checkEveryMs = 100;

/** Somebody's turn at the one connection. */
export interface Turn {
	/** Where it was asked for. */
	readonly origin: Error;
	/** True once it is a user's transaction, or a connection that was reserved. */
	isReserved: boolean;
	/** The last statement that was sent in it. */
	statement: string | undefined;
	/** When it last did something, by performance.now(); a running statement counts as now. */
	lastActiveAt: number;
	/** True while a statement runs. */
	isBusy: boolean;
	/** The callback in which it is used, where there is one. */
	scope: Scope | undefined;
	hasEnded: boolean;
}

/** The callback of a transaction: what is called in it is called by the transaction itself. */
interface Scope {
	readonly outer: Scope | undefined;
	turn: Turn | undefined;
}

const scopes = new AsyncLocalStorage<Scope>();

/** Runs something in a scope of its own, so that a query inside of it can be told from one beside it. */
export function inScope<T>(action: () => T): T {
	return scopes.run({outer: scopes.getStore(), turn: undefined}, action);
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
	#current: Turn | undefined;
	readonly #waiting: Waiting[] = [];
	#watch: NodeJS.Timeout | undefined;

	get current(): Turn | undefined {
		return this.#current;
	}

	get waiting(): readonly Turn[] {
		return this.#waiting.map(({turn}) => turn);
	}

	/** @throws {ERR_CONTEXT_DEADLOCK} at once when the one who asks is part of what it would wait for */
	take(origin: Error): Turn | Promise<Turn> {
		const turn: Turn = {origin, isReserved: false, statement: undefined, lastActiveAt: performance.now(), isBusy: false, scope: undefined, hasEnded: false};
		const scope = scopes.getStore();
		if (scope && !scope.turn) {
			scope.turn = turn;
			turn.scope = scope;
			turn.isReserved = true;
		}

		if (!this.#current) {
			this.#current = turn;
			return turn;
		}

		if (encloses(this.#current)) {
			throw deadlock(this.#current.statement);
		}

		return this.#wait(turn);
	}

	end(turn: Turn): void {
		turn.hasEnded = true;
		if (turn.scope?.turn === turn) {
			turn.scope.turn = undefined;
		}

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
	 * A transaction without a callback shows nobody who uses it. If it does nothing while others wait for it, the one who
	 * would end it is most likely among them.
	 */
	#refuseStuck(): void {
		const current = this.#current;
		const isStuck = current && !current.scope && current.isReserved && !current.isBusy && performance.now() - current.lastActiveAt > idleMs;
		if (isStuck) {
			this.#waiting.shift()?.refuse(deadlock(current.statement));
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
