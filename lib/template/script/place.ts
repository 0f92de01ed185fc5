import type {Place} from './step.ts';

/** A {@link Place} together with its offset in the text. */
export interface TextPlace extends Place {
	readonly offset: number;
}

const textStart: TextPlace = {offset: 0, line: 1, column: 1};

/** Finds line and column of an offset. Walking a text from place to place, through `from`, costs no more than one walk. */
export function placeOf(text: string, offset: number, from = textStart): TextPlace {
	const part = text.slice(from.offset, offset);
	let {line, column} = from;
	let lineStart = 0;
	for (let end = part.indexOf('\n'); end !== -1; end = part.indexOf('\n', lineStart)) {
		lineStart = end + 1;
		line += 1;
		column = 1;
	}

	return {offset, line, column: column + countCharacters(part, lineStart)};
}

/** Counts characters as PostgreSQL does: one outside the basic plane is two units of a string, and one character. */
function countCharacters(text: string, start: number): number {
	let count = 0;
	for (let index = start; index < text.length; index += 1) {
		const unit = text.charCodeAt(index);
		count += unit >= 0xDC_00 && unit <= 0xDF_FF ? 0 : 1;
	}

	return count;
}

/** Gives the offset of the character with a number counted from 0. */
export function offsetOfCharacter(text: string, number: number): number {
	let offset = 0;
	for (let index = 0; index < number && offset < text.length; index += 1) {
		offset += text.codePointAt(offset)! > 0xFF_FF ? 2 : 1;
	}

	return offset;
}

/** How much of a source line an excerpt shows before and after the place in question. */
const excerptReach = 90;

/** Shows the line of an offset with a caret under the place; of a very long line the part around it. */
export function excerptOf(text: string, offset: number): string {
	const {line} = placeOf(text, offset);
	const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
	const lineEnd = text.indexOf('\n', offset);
	const before = text.slice(Math.max(lineStart, offset - excerptReach), offset);
	const after = text.slice(offset, Math.min(lineEnd === -1 ? text.length : lineEnd, offset + excerptReach)).trimEnd();
	const indent = before.replaceAll(/[\uDC00-\uDFFF]/g, '').replaceAll(/[^\t]/g, ' ');
	return `${line} | ${before}${after}\n${' '.repeat(String(line).length)} | ${indent}^`;
}
