import {AsyncLocalStorage} from 'node:async_hooks';
import type {RootOperationNode} from 'kysely';

/** A statement of a test, as it is sent. The harness's own, and those that only control a transaction, are not told. */
export interface SentStatement {
	/** As Kysely compiled it, or as the user wrote it. */
	readonly text: string;
	/** Its parameters. */
	readonly values?: readonly unknown[] | undefined;
	/** Kysely's tree, where Kysely built it. */
	readonly query?: RootOperationNode | undefined;
	/** Where the user's code sent it; its stack is made when it is read. */
	readonly origin: Error;
	/** True for a further part of a statement that was told before: the next rows of a stream. */
	readonly isContinued?: boolean;
	/** Stands for the transaction that it is sent in; undefined for one of its own. */
	readonly transaction?: object | undefined;
}

/** BEGIN, COMMIT or the like that has failed, and with it its transaction. */
export interface FailedControl {
	/** The transaction it was sent in. */
	readonly transaction: object | undefined;
	/** What PostgreSQL said. */
	readonly error: unknown;
}

/** How a statement went. */
export interface StatementOutcome {
	/** Rows returned or changed. */
	readonly rows: number;
	/** What PostgreSQL said, where it failed. */
	readonly error?: unknown;
}

/** Takes the outcome of one statement, once. */
export type StatementEnd = (outcome: StatementOutcome) => void;

/** Who is told of statements: the recorder of a test, or a stretch of code that counts its own. */
export interface StatementObserver {
	/** Called right before a statement is sent; what it returns is called with the answer. */
	sent(statement: SentStatement): StatementEnd;
	/** Called when what only controls a transaction has failed: a COMMIT may be what PostgreSQL refuses. */
	failed?(failure: FailedControl): void;
}

/** The stretches of code that observe what they send, the innermost first. */
interface Scope {
	readonly observer: StatementObserver;
	readonly outer: Scope | undefined;
}

/** An error made by `captureOrigin`, which remembers from which stretch of code something was asked for. */
interface ScopedOrigin extends Error {
	scope?: Scope;
}

const scopes = new AsyncLocalStorage<Scope>();

/** Runs something, and tells an observer of the statements that it sends, and of no others. Stretches may nest and run side by side. */
export function observing<T>(observer: StatementObserver, action: () => T): T {
	return scopes.run({observer, outer: scopes.getStore()}, action);
}

/** Has an origin remember the stretch of code that it was made in: what waits for a connection is sent from elsewhere. */
export function withScope<Origin extends Error>(origin: Origin): Origin {
	const scope = scopes.getStore();
	if (scope) {
		(origin as ScopedOrigin).scope = scope;
	}

	return origin;
}

/** True if the code that runs now belongs to the stretch of code that an origin was made in. */
export function isInScopeOf(origin: Error): boolean {
	return (origin as ScopedOrigin).scope === scopes.getStore();
}

/** BEGIN, COMMIT, savepoints and the like, alone in their text. */
const control = /^\s*(?:begin|start\s+transaction|commit|end|rollback|abort|savepoint|release|set\s+transaction)\b[^;]*;?\s*$/i;

/** True for a text that controls a transaction and does nothing else: it does not count as a statement, whoever sends it. */
function isControl(text: string): boolean {
	return control.test(text);
}

/** Tells everyone who observes a statement; returns what to call with its outcome, nothing when nobody does. */
export function tellSent(own: StatementObserver | undefined, statement: SentStatement): StatementEnd | undefined {
	const first = (statement.origin as ScopedOrigin).scope;
	if (isControl(statement.text)) {
		return own?.failed && tellFailure(own, statement.transaction);
	}

	if (!own && !first) {
		return undefined;
	}

	const end = own?.sent(statement);
	if (!first) {
		return end;
	}

	const ends = end ? [end] : [];
	for (let scope: Scope | undefined = first; scope; scope = scope.outer) {
		ends.push(scope.observer.sent(statement));
	}

	return outcome => {
		for (const tell of ends) {
			tell(outcome);
		}
	};
}

function tellFailure(own: StatementObserver, transaction: object | undefined): StatementEnd {
	return ({error}) => {
		if (error !== undefined) {
			own.failed?.({transaction, error});
		}
	};
}
