/** From where to where, lines and columns from 1, columns in UTF-16 units. */
export interface Span {
	readonly line: number;
	readonly column: number;
	readonly endLine: number;
	readonly endColumn: number;
}

/** Finds lines and columns of offsets in a text. */
export class LineMap {
	readonly #starts: readonly number[];

	constructor(text: string) {
		this.#starts = [0, ...[...text.matchAll(/\n/g)].map(({index}) => index + 1)];
	}

	/** Where a piece of the text lies. */
	span([start, end]: readonly [number, number]): Span {
		const [from, to] = [this.#placeOf(start), this.#placeOf(end)];
		return {line: from.line, column: from.column, endLine: to.line, endColumn: to.column};
	}

	#placeOf(offset: number): {line: number; column: number} {
		const line = this.#starts.findLastIndex(start => start <= offset);
		return {line: line + 1, column: offset - this.#starts[line]! + 1};
	}
}
