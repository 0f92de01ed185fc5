/** Where something stands in a script: line and column start at 1, and a column counts characters, as PostgreSQL does. */
export interface Place {
	readonly line: number;
	readonly column: number;
}

/** One SQL statement, to be sent as it stands. */
export interface StatementStep extends Place {
	readonly kind: 'statement';
	/** From its first word to its semicolon; comments in front of it are left out. */
	readonly sql: string;
	/** Its leading keywords: `INSERT`, `CREATE TABLE`, `ALTER TYPE`. */
	readonly command: string;
}

/** A `COPY ... FROM stdin` and the rows that follow it in the script. */
export interface CopyStep extends Place {
	readonly kind: 'copy';
	readonly sql: string;
	/** The lines between the statement and the `\.` line, line ends included. */
	readonly data: string;
	/** The line on which the data begins. */
	readonly dataLine: number;
}

/** Something that is recognised and not run: a psql command, or a statement about a database as a whole. */
export interface MetaStep extends Place {
	readonly kind: 'meta';
	readonly text: string;
	/** Why it is not run. */
	readonly reason: string;
}

/** One step of a script, in the order of the script. */
export type ScriptStep = StatementStep | CopyStep | MetaStep;
