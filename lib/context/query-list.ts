import {shorten} from './errors.ts';

const shownTexts = 10;

/** Statements for an error's text, one a line, the most frequent first: `3x select ...`. */
export function listQueries(texts: readonly string[]): string {
	const counts = new Map<string, number>();
	for (const text of texts) {
		counts.set(text, (counts.get(text) ?? 0) + 1);
	}

	return listCounts([...counts].map(([text, count]) => ({text, count})));
}

/** The same of statements that are counted already. */
export function listCounts(queries: ReadonlyArray<{readonly text: string; readonly count: number}>): string {
	const ordered = queries.toSorted((one, other) => other.count - one.count);
	const lines = ordered.slice(0, shownTexts).map(({text, count}) => `  ${count}x ${shorten(text)}`);
	const left = ordered.length - lines.length;
	return [...lines, ...left > 0 ? [`  ... and ${left} further ${left === 1 ? 'statement' : 'statements'}`] : []].join('\n');
}

/** `1 statement`, `2 statements`. */
export function countOfStatements(count: number): string {
	return `${count} ${count === 1 ? 'statement' : 'statements'}`;
}
