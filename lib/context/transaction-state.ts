import {HarnessError} from '../errors.ts';
import type {WireResult} from '../postgres/wire.ts';
import {endsSession, isFromServer, isGone} from './database-error.ts';
import {committed, connectionLost, explainStatement} from './errors.ts';
import {traceToUser} from './origin.ts';

/** A statement that has failed. */
interface FailedStatement {
	readonly text: string;
	/** True for statements of the harness. */
	readonly isOwn: boolean;
	/** The function of the harness that the user called: frames from there on are the user's. */
	readonly from: (...given: never[]) => unknown;
}

/** What has become of a test's transaction: it goes on, a statement has ended it, its connection is gone, or it never began. */
export class TransactionState {
	readonly #inClone: string;
	#endedBy: string | undefined;
	#lost: Error | undefined;
	#beginFailure: Error | undefined;

	/** @param inClone how the test would be written on a clone, for advice */
	constructor(inClone: string) {
		this.#inClone = inClone;
	}

	/** The statement that has ended the transaction, so that the database may hold what the test wrote; empty if not known. */
	get endedBy(): string | undefined {
		return this.#endedBy;
	}

	/** True if the connection has gone. */
	get isLost(): boolean {
		return this.#lost !== undefined;
	}

	/** True if statements still reach the transaction. */
	get isOpen(): boolean {
		return !this.#lost && this.#endedBy === undefined;
	}

	/** Keeps why the transaction could not be begun as asked for: whatever is sent then fails, for this reason. */
	failBegin(failure: Error): void {
		this.#beginFailure = failure;
	}

	/** After a statement that succeeded, no transaction or another one: this statement ended ours. */
	noticeEnd({status, command}: Pick<WireResult, 'status' | 'command'>, text: string): void {
		if (status === 'I' || command === 'COMMIT') {
			this.#endedBy ||= text;
			throw committed(this.#endedBy, this.#inClone);
		}
	}

	/** A query that had the connection for itself has left no transaction behind. */
	markEnded(text: string): void {
		this.#endedBy ||= text;
	}

	/**
	 * Notices what an error says of the transaction. When our savepoints are gone, the statement before has ended it.
	 * @param after the statement before, if known
	 */
	noticeFailure(error: unknown, {isOwn, after}: {isOwn: boolean; after: string} = {isOwn: true, after: ''}): void {
		if (isOwn && isGone(error) && !this.#beginFailure) {
			this.#endedBy ||= after;
		} else if (endsSession(error)) {
			this.#lost ??= error as Error;
		}
	}

	/** What to throw in place of an error of the server. */
	explain(error: Error, {text, isOwn, from}: FailedStatement): Error {
		if (error instanceof HarnessError) {
			return error;
		}

		this.noticeFailure(error, {isOwn, after: ''});
		// A procedure that commits is refused inside of a transaction, but what it does outside of one would stay.
		if (isFromServer(error) && error.code === '2D000') {
			this.#endedBy ??= text;
		}

		const reason = this.#reason(text, error);
		if (reason) {
			return reason;
		}

		traceToUser(error, from);
		return explainStatement(error, {statement: text, inClone: this.#inClone});
	}

	/** @throws why a statement cannot be run any more */
	assertUsable(text: string): void {
		const reason = this.#reason(text);
		if (reason) {
			throw reason;
		}
	}

	#reason(text: string, error?: Error): Error | undefined {
		if (this.#endedBy !== undefined) {
			return committed(this.#endedBy || undefined, this.#inClone);
		}

		return this.#lost ? connectionLost(text, error ?? this.#lost) : this.#beginFailure;
	}
}
