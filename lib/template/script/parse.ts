import {loadModule} from 'libpg-query';
import {brokenSqlError, inlineCommandError, missingRowsEndError, nulError, textBeforeRowsError, unendedTokenError} from './read-errors.ts';
import type {Script} from './script.ts';
import {StatementReader, type ReadStatement} from './statement-reader.ts';
import type {ScriptStep} from './step.ts';
import {StepList} from './steps.ts';
import {isPsqlLine, nextLine, nextStop, readCopyData} from './stops.ts';
import {findEnd, findOpenToken} from './open-token.ts';
import {readTokens, type Token} from './tokens.ts';

/**
 * Takes a script apart into its statements, the rows of its `COPY ... FROM stdin`, and what only psql understands. It
 * reads what `psql -f` and `pg_dump` read and write. Costs about 0.5 s per MB of SQL, next to nothing for rows of COPY.
 *
 * @throws {ERR_TEMPLATE_SQL} when a string, a comment or the rows of a COPY never end, or a psql command follows SQL.
 */
export async function parseScript(text: string, file = 'script'): Promise<ScriptStep[]> {
	await loadModule();
	return new ScriptParser({file, text: withoutMark(text)}).parse();
}

/** Takes away the byte order mark that some editors put in front of a text. */
export function withoutMark(text: string): string {
	return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/**
 * The text is read in pieces, each up to the next place where SQL may stop: a line of psql, or the rows of a COPY. If
 * that place turns out to lie inside a string or a comment, the next piece begins at that token and reaches further.
 */
class ScriptParser {
	readonly #script: Script;
	readonly #list: StepList;
	readonly #reader = new StatementReader();
	/** All in front of this has been read. */
	#at = 0;
	/** The next piece ends behind this. It is `#at`, or further on while a token is open at `#at`. */
	#from = 0;
	/** The COPY whose rows begin on the next line. */
	#copy: ReadStatement | undefined;

	constructor(script: Script) {
		this.#script = script;
		this.#list = new StepList(script.text);
	}

	parse(): ScriptStep[] {
		const {text} = this.#script;
		if (text.includes('\0')) {
			throw nulError(this.#script);
		}

		while (this.#at < text.length) {
			this.#readPart(text);
		}

		this.#add(this.#reader.finish());
		return this.#list.steps;
	}

	#readPart(text: string): void {
		if (this.#copy) {
			this.#readRows(this.#copy);
		} else if (isPsqlLine(text, this.#at)) {
			this.#readPsqlLine(text);
		} else {
			this.#readPiece(text, this.#reader.takesRows ? nextLine(text, this.#from) : nextStop(text, this.#from));
		}
	}

	#readRows(copy: ReadStatement): void {
		const rows = readCopyData(this.#script.text, this.#at);
		if (!rows) {
			throw missingRowsEndError(this.#script, copy.start);
		}

		this.#list.addCopy(copy, rows);
		this.#copy = undefined;
		this.#moveTo(rows.end);
	}

	#readPsqlLine(text: string): void {
		const start = text.indexOf('\\', this.#at);
		if (this.#reader.openStart !== undefined) {
			throw inlineCommandError(this.#script, start);
		}

		this.#moveTo(nextLine(text, start));
		this.#list.addPsqlLine(start, this.#at);
	}

	#readPiece(text: string, stop: number): void {
		const tokens = readTokens(text.slice(this.#at, stop));
		if (!tokens) {
			this.#readToOpenToken(text, stop);
			return;
		}

		const kept = keptString(text, {stop, start: this.#at}, tokens);
		this.#feed(kept ? tokens.slice(0, -1) : tokens);
		this.#moveTo(kept ? this.#at + kept.start : stop, stop);
	}

	/** The stop lies inside a token: reads up to that token, and makes the next piece begin there and reach behind its end. */
	#readToOpenToken(text: string, stop: number): void {
		const piece = text.slice(this.#at, stop);
		const open = findOpenToken(piece);
		if (!open) {
			throw brokenSqlError(this.#script, this.#reader.openStart ?? this.#at, stop);
		}

		this.#feed(readTokens(piece.slice(0, open.start)) ?? []);
		const start = this.#at + open.start;
		const end = stop === text.length ? undefined : findEnd(text, {...open, start}, stop);
		if (end === undefined) {
			throw unendedTokenError(this.#script, {...open, start}, this.#reader.openStart);
		}

		this.#moveTo(start, end);
	}

	#feed(tokens: readonly Token[]): void {
		const offset = this.#at;
		for (const token of tokens) {
			const [start, end] = [offset + token.start, offset + token.end];
			if (token.word === '\\') {
				throw inlineCommandError(this.#script, start);
			}

			if (this.#copy) {
				throw textBeforeRowsError(this.#script, start);
			}

			this.#add(this.#reader.feed({start, end, word: token.word}));
		}
	}

	#add(statement: ReadStatement | undefined): void {
		if (statement?.takesRows) {
			this.#copy = statement;
		} else if (statement) {
			this.#list.addStatement(statement);
		}
	}

	#moveTo(at: number, from = at): void {
		this.#at = at;
		this.#from = from;
	}
}

/** The string that a piece ends with, as it may go on in the next piece: `'a'`, a line end and `'b'` are one string. */
function keptString(text: string, {stop, start}: {stop: number; start: number}, tokens: readonly Token[]): Token | undefined {
	const last = tokens.at(-1);
	const mayGoOn = last && stop < text.length && text[start + last.end - 1] === '\'';
	return mayGoOn ? last : undefined;
}
