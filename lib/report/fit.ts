import {createRequire} from 'node:module';

/** One column each: Latin letters and the punctuation between them. What else there is, a library has to measure. */
const isPlain = /^[\u0020-\u007E\u00A1-\u00AC\u00AE-\u024F\u2010-\u2027\u203A]*$/;

/** Loading it, and its first call, cost more than all the rest of a summary, so few pay for that. */
function library<T>(name: string): T {
	return (createRequire(import.meta.url)(name) as {readonly default: T}).default;
}

/** How many columns of a terminal a text takes. */
export function widthOf(text: string): number {
	return isPlain.test(text) ? text.length : library<(text: string) => number>('string-width')(text);
}

/** Cuts a text to a number of columns; `…` stands for what it has lost, at its end or its start. */
export function fit(text: string, columns: number, position: 'start' | 'end' = 'end'): string {
	if (!isPlain.test(text)) {
		return library<(text: string, columns: number, options: object) => string>('cli-truncate')(text, Math.max(columns, 1), {position});
	}

	if (text.length <= columns) {
		return text;
	}

	const kept = Math.max(columns - 1, 0);
	return position === 'start' ? `…${text.slice(text.length - kept)}` : `${text.slice(0, kept)}…`;
}
