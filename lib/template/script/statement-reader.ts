import type {Token} from './tokens.ts';

/** A statement as it lies in the script. */
export interface ReadStatement {
	readonly start: number;
	readonly end: number;
	/** Its leading keywords: `INSERT`, `CREATE TABLE`. */
	readonly command: string;
	/** Rows follow it: `COPY ... FROM stdin`. */
	readonly takesRows: boolean;
	/** It is about a database as a whole: `CREATE DATABASE`, `GRANT ... ON DATABASE`. */
	readonly isAboutDatabase: boolean;
}

type Mutable<T> = {-readonly [K in keyof T]: T[K]};

/** A statement of which the end has not been seen yet. */
interface OpenStatement extends Mutable<ReadStatement> {
	first: string;
	previous: string;
	parentheses: number;
	/** How deep in `BEGIN ATOMIC`, each CASE counting as well, because it has an END too. */
	atomic: number;
}

/** Which word stands before DATABASE when a statement is about a database as a whole. */
const beforeDatabase: Readonly<Record<string, readonly string[]>> = {
	CREATE: ['CREATE'],
	DROP: ['DROP'],
	ALTER: ['ALTER', 'IN'],
	GRANT: ['ON'],
	REVOKE: ['ON'],
	COMMENT: ['ON'],
	SECURITY: ['ON'],
};

/**
 * Puts tokens together to statements, by the rules of psql: a semicolon ends one, unless it stands in parentheses or in
 * the body of a function in the SQL standard's form.
 *
 * @see https://github.com/postgres/postgres/blob/REL_18_STABLE/src/fe_utils/psqlscan.l
 */
export class StatementReader {
	#open: OpenStatement | undefined;

	/** The start of the statement whose end has not been seen, if there is one. */
	get openStart(): number | undefined {
		return this.#open?.start;
	}

	/** The open statement is a `COPY ... FROM stdin`: rows follow the line on which it ends. */
	get takesRows(): boolean {
		return this.#open?.takesRows ?? false;
	}

	/** Takes the next token, and gives the statement that it ends. */
	feed(token: Token): ReadStatement | undefined {
		if (!this.#open && token.word === ';') {
			return undefined;
		}

		const open = this.#open ??= begin(token);
		open.end = token.end;
		if (token.word === ';' && open.parentheses === 0 && open.atomic === 0) {
			return this.finish();
		}

		follow(open, token.word);
		return undefined;
	}

	/** Ends the open statement where the text ends. */
	finish(): ReadStatement | undefined {
		const open = this.#open;
		this.#open = undefined;
		return open;
	}
}

function begin({start, end, word}: Token): OpenStatement {
	return {
		start, end, command: word, takesRows: false, isAboutDatabase: false, first: word, previous: '', parentheses: 0, atomic: 0,
	};
}

function follow(open: OpenStatement, word: string): void {
	open.parentheses = Math.max(0, open.parentheses + (word === '(' ? 1 : 0) - (word === ')' ? 1 : 0));
	if (open.parentheses === 0) {
		followAtomic(open, word);
		open.takesRows ||= open.first === 'COPY' && open.previous === 'FROM' && (word === 'STDIN' || word === 'STDOUT');
		open.isAboutDatabase ||= word === 'DATABASE' && (beforeDatabase[open.first]?.includes(open.previous) ?? false);
	}

	nameCommand(open, word);
	open.previous = word;
}

/** `x AS end` is a column's name, not an END. */
function followAtomic(open: OpenStatement, word: string): void {
	if (open.atomic === 0) {
		open.atomic = open.first === 'CREATE' && open.previous === 'BEGIN' && word === 'ATOMIC' ? 1 : 0;
	} else if (word === 'CASE' && open.previous !== 'AS') {
		open.atomic += 1;
	} else if (word === 'END' && open.previous !== 'AS') {
		open.atomic -= 1;
	}
}

/** CREATE, ALTER and DROP are named together with the word that follows. */
function nameCommand(open: OpenStatement, word: string): void {
	const isHalf = open.command === open.first && /^(?:CREATE|ALTER|DROP)$/.test(open.first) && open.previous !== '';
	if (isHalf && word !== 'OR' && word !== 'REPLACE') {
		open.command += ` ${word}`.trimEnd();
	}
}
