import {scanSync} from 'libpg-query';

/** A token of SQL, with the offsets of its text. Comments are not tokens. */
export interface Token {
	readonly start: number;
	readonly end: number;
	/** A keyword in capitals, or a single character such as `;`; empty for everything else. */
	readonly word: string;
}

/** A token as the scanner gives it, with offsets in bytes. */
export interface RawToken {
	readonly start: number;
	readonly end: number;
	readonly text: string;
	readonly tokenName: string;
	readonly keywordName: string;
}

/**
 * Reads the tokens of a piece of SQL with PostgreSQL's own scanner, or gives nothing where that cannot read it: in most
 * cases because a string, a quoted name, a dollar quote or a comment does not end within the piece.
 */
export function readTokens(sql: string): Token[] | undefined {
	const raw = scan(sql);
	if (!raw) {
		return undefined;
	}

	const toOffset = offsetsOfBytes(sql);
	return raw
		.filter(({tokenName}) => tokenName !== 'SQL_COMMENT' && tokenName !== 'C_COMMENT')
		.map(token => ({start: toOffset(token.start), end: toOffset(token.end), word: wordOf(token)}));
}

function wordOf({text, keywordName}: RawToken): string {
	if (keywordName !== 'NO_KEYWORD') {
		return text.toUpperCase();
	}

	return text.length === 1 ? text : '';
}

/** Gives PostgreSQL's own tokens, comments included, or nothing where its scanner fails; an empty text makes it fail, too. */
export function scan(sql: string): RawToken[] | undefined {
	try {
		return scanSync(withoutControlCharacters(sql)).tokens;
	} catch {
		return undefined;
	}
}

/** The scanner answers in JSON and forgets to escape control characters; what stands for them here has the same length. */
function withoutControlCharacters(sql: string): string {
	// oxlint-disable-next-line no-control-regex
	return sql.replaceAll(/[\v\f]/g, ' ').replaceAll(/[\u0001-\u0008\u000E-\u001F]/g, '\u007F');
}

/** The scanner counts bytes of UTF-8, strings count units of UTF-16. */
export function offsetsOfBytes(sql: string): (byte: number) => number {
	const size = Buffer.byteLength(sql);
	if (size === sql.length) {
		return byte => byte;
	}

	const offsets = new Uint32Array(size + 1);
	let byte = 0;
	for (let offset = 0; offset < sql.length; offset += 1) {
		offsets[byte] = offset;
		byte += utf8Size(sql.charCodeAt(offset));
	}

	offsets[size] = sql.length;
	return index => offsets[index]!;
}

/** Bytes for one unit: the two halves of a pair share four. */
function utf8Size(unit: number): number {
	if (unit < 0x80) {
		return 1;
	}

	const isHalf = unit >= 0xD8_00 && unit <= 0xDF_FF;
	return unit < 0x8_00 || isHalf ? 2 : 3;
}
