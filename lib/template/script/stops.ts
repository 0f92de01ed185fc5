/** Pieces are at most about this long, so that a large script never needs much memory at once. */
const pieceSize = 1 << 18;

/** Where a piece of SQL may have to end: before a line of psql, or with a line behind which rows of a COPY may follow. */
const stopPattern = /^[ \t]*\\|\bstd(?:in|out)\b/gim;

/** Gives the start of the line behind an offset, or the end of the text. */
export function nextLine(text: string, offset: number): number {
	const end = text.indexOf('\n', offset);
	return end === -1 ? text.length : end + 1;
}

/** Says whether the line that starts at an offset is one for psql, provided that the offset is not inside a token. */
export function isPsqlLine(text: string, lineStart: number): boolean {
	const pattern = /[ \t]*\\/y;
	pattern.lastIndex = lineStart;
	return pattern.test(text);
}

/** Finds the next place behind `from` where the text may stop being SQL. That it may stop at `from` is known already. */
export function nextStop(text: string, from: number): number {
	const limit = nextLine(text, from + pieceSize);
	for (const {0: found, index} of text.slice(from, limit).matchAll(stopPattern)) {
		const stop = found.endsWith('\\') ? from + index : nextLine(text, from + index);
		if (stop > from) {
			return stop;
		}
	}

	return limit;
}

/** The rows of a COPY. */
export interface CopyData {
	readonly data: string;
	readonly start: number;
	/** Where the script goes on. */
	readonly end: number;
}

/** Reads the rows that start with the line at an offset, up to the line `\.`; nothing where that line is missing. */
export function readCopyData(text: string, start: number): CopyData | undefined {
	const pattern = /\\\.\r?(?:\n|$)/y;
	for (let index = text.indexOf('\\.', start); index !== -1; index = text.indexOf('\\.', index + 1)) {
		pattern.lastIndex = index;
		if (text[index - 1] === '\n' && pattern.test(text)) {
			return {data: text.slice(start, index), start, end: pattern.lastIndex};
		}
	}

	return undefined;
}
