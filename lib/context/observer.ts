import type {RootOperationNode} from 'kysely';

/** A statement of a test, as it is sent. The harness's own are not told. */
export interface SentStatement {
	/** As Kysely compiled it, or as the user wrote it. */
	readonly text: string;
	readonly values?: readonly unknown[] | undefined;
	/** Kysely's tree, where Kysely built it. */
	readonly query?: RootOperationNode | undefined;
	/** Where the user's code sent it; its stack is made when it is read. */
	readonly origin: Error;
}

/** How a statement went. */
export interface StatementOutcome {
	/** Rows returned or changed. */
	readonly rows: number;
	readonly error?: unknown;
}

/** Takes the outcome of one statement, once. */
export type StatementEnd = (outcome: StatementOutcome) => void;

/** What a context tells of the statements that go through it. */
export interface StatementObserver {
	/** Called right before a statement is sent; what it returns is called with the answer. */
	sent(statement: SentStatement): StatementEnd;
}
