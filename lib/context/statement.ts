import type {RootOperationNode} from 'kysely';
import type {PgQuery} from '../postgres/wire.ts';

/** One statement of a test. */
export interface Statement {
	readonly text: string;
	readonly values?: readonly unknown[] | undefined;
	/** True if it surely changes nothing. Default false. */
	readonly onlyReads?: boolean;
	/** What the user would call it, where that is something else. */
	readonly label?: string;
	/** The same statement as a query of pg's, to be sent as it is. */
	readonly query?: PgQuery;
	/** Kysely's tree, where Kysely built it. */
	readonly tree?: RootOperationNode;
	/** Where it was asked for, if not where its turn was. */
	readonly origin?: Error | undefined;
	/** True for a further part of a statement: the next rows of a stream. */
	readonly isContinued?: boolean;
}
