import {blank, type Literal} from './literal.ts';

/** How the rows of a COPY are written. */
interface CopyFormat {
	/** One field, with its quotes. */
	readonly field: RegExp;
	/** What in it does not stand for itself. */
	readonly escapes: RegExp;
	readonly columns: readonly string[];
	readonly separator: string;
}

/** The rows of a `COPY ... FROM stdin`. */
export interface CopyRows {
	readonly sql: string;
	readonly data: string;
	/** The line of the statement, and where its rows begin in the file. */
	readonly line: number;
	readonly dataStart: number;
}

/** Reads the fields of the rows that follow a COPY, each named for its column. Those that are empty are left out. */
export function readCopyLiterals({sql, data, line: ruledBy, dataStart}: CopyRows): Literal[] {
	const format = formatOf(sql);
	const literals: Literal[] = [];
	let lineStart = 0;
	for (const line of data.split('\n')) {
		for (const {text, at, column} of fieldsOf(line.replace(/\r$/, ''), format)) {
			const name = format.columns[column];
			literals.push({text, offset: dataStart + lineStart + at, isValue: true, ruledBy, ...(name !== undefined && {name})});
		}

		lineStart += line.length + 1;
	}

	return literals;
}

function formatOf(sql: string): CopyFormat {
	const columns = /\(([^)]*)\)\s*from\b/i.exec(sql)?.[1]?.split(',').map(column => column.trim().replaceAll('"', '')) ?? [];
	const options = /\bstdin\b([^]*)$/i.exec(sql)?.[1] ?? '';
	const isCsv = /\bcsv\b/i.test(options);
	const given = /\bdelimiter\s+(?:as\s+)?e?'(\\t|[^'])'/i.exec(options)?.[1];
	const separator = given === undefined ? (isCsv ? ',' : '\t') : given === String.raw`\t` ? '\t' : given;
	const plain = `[^${separator === '\t' ? String.raw`\t` : `\\${separator}`}]*`;
	return isCsv
		? {columns, separator, field: new RegExp(`"(?:[^"]|"")*"|${plain}`, 'y'), escapes: /""/g}
		: {columns, separator, field: new RegExp(plain, 'y'), escapes: /\\[^]/g};
}

function * fieldsOf(line: string, {field, escapes, separator}: CopyFormat): Generator<{text: string; at: number; column: number}> {
	let at = 0;
	for (let column = 0; at <= line.length; column += 1) {
		field.lastIndex = at;
		const found = field.exec(line)?.[0] ?? '';
		const isQuoted = found.length > 1 && found.startsWith('"') && found.endsWith('"');
		const text = isQuoted ? found.slice(1, -1) : found;
		if (text !== '') {
			yield {text: blank(text, escapes), at: at + (isQuoted ? 1 : 0), column};
		}

		// Whatever stands behind a quoted field belongs to it.
		const next = line.indexOf(separator, at + found.length);
		at = next === -1 ? line.length + 1 : next + 1;
	}
}
