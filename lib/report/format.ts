import {stripVTControlCharacters} from 'node:util';

// The figures are apart because the HTML page writes them, too, and has no Node.
export {counted, formatCount, formatMs, formatShare} from './figures.ts';

/** A text on one line, without colours and other control characters: titles, statements and messages may hold anything. */
export function oneLine(text: string): string {
	return stripVTControlCharacters(text).replaceAll(/\s/g, ' ').replaceAll(/\p{Cc}/gu, '').replaceAll(/ +/g, ' ').trim();
}
