import {AbortedTransactionError} from 'kysely';
import {HarnessError} from '../errors.ts';
import type {Client} from '../postgres/client.ts';
import {send, sendAlone, sendControl, sendTogether, type Pause, type Submittable, type WireResult} from '../postgres/wire.ts';
import {CommitHooks, type CommitHook, type SavepointVerb} from './commit-hooks.ts';
import {isAborted} from './database-error.ts';
import {explainInside, type ExplainedStatement, type Explanation} from './explain.ts';
import {Guards, checkConstraints, levelName} from './guards.ts';
import {lookInside, type Query} from './look.ts';
import {SessionEffects} from './session-effects.ts';
import type {Statement} from './statement.ts';
import {endTransaction, type TransactionEnd} from './transaction-end.ts';
import {beginText, explainBegin, type TransactionOptions} from './transaction-start.ts';
import {TransactionState} from './transaction-state.ts';

/**
 * The one transaction of a test. It can only be rolled back. Outside of user transactions a savepoint stands
 * ready to go back to, so that a failing statement takes only itself away; it is moved behind each statement, in the same packet.
 */
export class TestTransaction {
	readonly hooks = new CommitHooks();
	readonly effects = new SessionEffects();
	readonly #client: Client;
	readonly #options: TransactionOptions;
	/** The transaction's own time stamp, which no other transaction has: what shows that it is still the same. */
	#token: Promise<string> | undefined;
	/** True when a statement outside of user transactions has failed: then the next one goes back to the guard first. */
	#hasFailed = false;
	readonly #guards = new Guards();
	#depth = 0;
	readonly #state: TransactionState;

	constructor(client: Client, options: TransactionOptions) {
		this.#client = client;
		this.#options = options;
		this.#state = new TransactionState(options.inClone);
	}

	/** How many user transactions are open, one inside the other. */
	get depth(): number {
		return this.#depth;
	}

	/** True if something has ended the transaction, so that the database may hold what the test wrote. */
	get wasEnded(): boolean {
		return this.#state.endedBy !== undefined;
	}

	/**
	 * Runs one statement. The guard is moved behind it in the same packet: the server does that while the answer is on its way, and
	 * after a statement that only reads it need not be moved at all.
	 */
	async run({text, values, query, onlyReads = false}: Statement): Promise<WireResult> {
		this.#state.assertUsable(text);
		this.effects.see(text);
		const guards = this.#guards.count;
		try {
			const result = await sendTogether(this.#client, () => {
				this.#prepare();
				const answer = send(this.#client, query ?? text, values);
				if (this.#depth === 0 && !onlyReads) {
					this.#control(this.#guards.move(), text);
				}

				return answer;
			});
			this.#state.noticeEnd(result, text);
			return result;
		} catch (error) {
			// After a failure the server did not move the guard.
			this.#guards.count = guards;
			throw this.#explain(error as Error, {text, isOwn: false});
		}
	}

	/** Runs a query that needs the connection for itself. Its own errors reach the one who made it, not the one who waits for its end. */
	async lend(query: Submittable, {text, onPause}: {text: string; onPause: Pause}): Promise<void> {
		this.#state.assertUsable(text);
		this.#prepare();
		const {status, hasFailed} = await sendAlone(this.#client, query, onPause);
		if (status === 'I') {
			this.#state.markEnded(text);
		}

		this.#hasFailed ||= this.#depth === 0 && hasFailed;
		if (this.#depth === 0 && !hasFailed) {
			this.#control(this.#guards.move(), text);
		}
	}

	/** Opens a user transaction, as a savepoint. It does not wait: what goes wrong shows at the next statement. */
	begin(): void {
		this.#state.assertUsable('BEGIN');
		sendTogether(this.#client, () => {
			this.#prepare();
			this.#control(`savepoint ${levelName(this.#depth + 1)}`);
		});
		this.#depth++;
		this.hooks.begin();
	}

	/**
	 * Ends the innermost user transaction. The outermost one checks deferred constraints first, as a real COMMIT does; the
	 * check is made behind a savepoint, because its way of checking must not last.
	 * @returns the callbacks that are due now
	 */
	async commit(): Promise<CommitHook[]> {
		const isOutermost = this.#depth === 1;
		const release = `release savepoint ${levelName(this.#depth)}`;
		try {
			await this.#settle(isOutermost ? `${checkConstraints}; ${release}; ${this.#guards.renew()}` : release, 'COMMIT');
		} catch (error) {
			await this.rollback();
			throw isAborted(error) ? new AbortedTransactionError() : error;
		}

		this.#depth--;
		return this.hooks.commit();
	}

	/** Undoes the innermost user transaction. */
	async rollback(): Promise<void> {
		if (this.#depth === 0) {
			return;
		}

		const level = levelName(this.#depth);
		this.#depth--;
		this.hooks.rollback();
		if (this.#state.isOpen) {
			await this.#settle(`rollback to savepoint ${level}; release savepoint ${level}${this.#depth === 0 ? `; ${this.#guards.renew()}` : ''}`, 'ROLLBACK');
		}
	}

	/** Sets, undoes or forgets a savepoint of the user inside of a user transaction. */
	async savepoint(verb: SavepointVerb, name: string): Promise<void> {
		await this.run({text: `${verb} ${this.#client.escapeIdentifier(name)}`});
		this.hooks.follow(verb, name);
	}

	/** Sets a savepoint below the ones that guard statements, so that it outlasts them. */
	async mark(name: string): Promise<void> {
		await this.#below(`savepoint ${name}`);
		this.hooks.follow('savepoint', name);
	}

	/** Goes back to a savepoint that {@link mark} has set. */
	async returnTo(name: string): Promise<void> {
		await this.#below(`rollback to savepoint ${name}`);
		this.hooks.follow('rollback to savepoint', name);
	}

	/** Forgets a savepoint that {@link mark} has set, and keeps what was done since. */
	async unmark(name: string): Promise<void> {
		await this.#below(`release savepoint ${name}`);
		this.hooks.follow('release savepoint', name);
	}

	/** Takes the guard away, does something in its place, and sets it again. */
	async #below(text: string): Promise<void> {
		this.#state.assertUsable(text);
		if (this.#depth > 0) {
			await this.#settle(text, text);
			return;
		}

		sendTogether(this.#client, () => {
			this.#prepare();
		});
		await this.#settle(this.#guards.renew(text), text);
	}

	/**
	 * Reads what the transaction sees. Only right before its end.
	 * @returns nothing when there is nothing to be seen, or no way to see it
	 */
	async look<T>(read: (query: Query) => Promise<T>): Promise<T | undefined> {
		if (!this.#token || !this.#state.isOpen) {
			return undefined;
		}

		return lookInside(this.#client, this.#goBack(), read);
	}

	/** Gets the plans of statements, as whoever the transaction now runs as. Only right before its end. */
	async explain(statements: readonly ExplainedStatement[]): Promise<ReadonlyArray<Explanation | undefined>> {
		if (!this.#token || !this.#state.isOpen) {
			return [];
		}

		return explainInside(this.#client, this.#goBack(), statements);
	}

	/**
	 * Checks what only the end of a transaction shows, rolls everything back and puts the session back, in one round trip.
	 * @param hasFailed true when the test has failed already: then its data may be half-made, and constraints are not checked
	 */
	async end({hasFailed}: {hasFailed: boolean}): Promise<TransactionEnd> {
		if (this.#state.isLost) {
			return {problem: undefined, isTainted: this.wasEnded, isBroken: true};
		}

		if (!this.#token) {
			return {problem: undefined, isTainted: false, isBroken: false};
		}

		return endTransaction(this.#client, {
			token: this.#token,
			goBack: this.#goBack(),
			hasFailed,
			securedTables: this.#options.securedTables,
			hasLocked: this.effects.hasLocked,
			control: text => {
				this.#control(text);
			},
			endedBy: () => this.#state.endedBy,
			inClone: this.#options.inClone,
		});
	}

	/** A failed transaction answers nothing else; a healthy one must keep its last statement to be checked. */
	#goBack(): string | undefined {
		if (this.#depth > 0) {
			return `rollback to savepoint ${levelName(1)}`;
		}

		return this.#hasFailed ? this.#guards.goBack : undefined;
	}

	/** Sends what has to come before a statement; its answer is waited for by nobody. */
	#prepare(): void {
		if (!this.#token) {
			this.#start();
		} else if (this.#depth === 0 && this.#hasFailed) {
			this.#control(this.#guards.goBack);
		}

		this.#hasFailed &&= this.#depth > 0;
	}

	#start(): void {
		this.#token = send(this.#client, beginText(this.#options)).then(({rows}) => String(rows[0]?.token), (error: Error) => {
			this.#state.noticeFailure(error);
			const failure = explainBegin(error, this.#options);
			this.#state.failBegin(failure);
			throw failure;
		});
		// Whatever is sent next says so.
		this.#token.catch(() => {});
	}

	/** Sends statements of our own; when they find our savepoints gone, the statement before them has ended the transaction. */
	#control(text: string, after = ''): void {
		sendControl(this.#client, text, error => {
			this.#state.noticeFailure(error, {isOwn: true, after});
		});
	}

	async #settle(text: string, verb: string): Promise<void> {
		try {
			await send(this.#client, text);
		} catch (error) {
			throw this.#explain(error as Error, {text: verb, isOwn: true});
		}
	}

	#explain(error: Error, {text, isOwn}: {text: string; isOwn: boolean}): Error {
		this.#hasFailed ||= this.#depth === 0 && !(error instanceof HarnessError);
		return this.#state.explain(error, {text, isOwn, from: this.run});
	}
}
