import {offsetsOfBytes, scan} from './tokens.ts';

/** A string, quoted name, dollar quote or comment that began and did not end. */
export interface OpenToken {
	readonly start: number;
	/** What would end it. */
	readonly closer: string;
}

/** The deepest nesting of comments in which the end of a piece is still understood. */
const commentDepth = 8;

/**
 * Finds the token that is open at the end of a piece that {@link readTokens} cannot read. The right closer, and no other,
 * makes the piece readable, and then the open token is its last.
 */
export function findOpenToken(sql: string): OpenToken | undefined {
	const tags = new Set(sql.match(/\$(?:[A-Za-z_\u0080-\uFFFF][\w\u0080-\uFFFF]*)?\$/g));
	const comments = Array.from({length: commentDepth}, (_, index) => '*/'.repeat(index + 1));
	for (const closer of ['\'', '"', ...tags, ...comments]) {
		const start = lastTokenStart(sql, `\n${closer}`);
		if (start !== undefined) {
			return {start, closer};
		}
	}

	return undefined;
}

/** Where the last token begins when the piece is closed this way, if that token reaches over the end of the piece. */
function lastTokenStart(sql: string, closer: string): number | undefined {
	const closed = sql + closer;
	const last = scan(closed)?.at(-1);
	const start = last && offsetsOfBytes(closed)(last.start);
	return start !== undefined && start < sql.length && last!.end === Buffer.byteLength(closed) ? start : undefined;
}

/**
 * Finds where an open token ends further on in the text, behind `from`; nothing where it never ends. A string may go on
 * behind that place (`'it''s'` in parts, nested comments), it never ends before.
 */
export function findEnd(text: string, {start, closer}: OpenToken, from: number): number | undefined {
	if (closer !== '\'' && closer !== '"') {
		const mark = closer.startsWith('*') ? '*/' : closer;
		const index = text.indexOf(mark, Math.max(from, start + mark.length));
		return index === -1 ? undefined : index + mark.length;
	}

	const pattern = closer === '"' ? /"[^"]*(?:""[^"]*)*"/y : stringPattern(text, start);
	pattern.lastIndex = text.indexOf(closer, start);
	return pattern.test(text) ? Math.max(pattern.lastIndex, from) : undefined;
}

function stringPattern(text: string, start: number): RegExp {
	return /[eE]/.test(text[start]!) ? /'[^'\\]*(?:(?:''|\\[^])[^'\\]*)*'/y : /'[^']*(?:''[^']*)*'/y;
}
