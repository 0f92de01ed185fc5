import type {SourceComment} from '../source/parse.ts';

/** What a comment lets pass: some rules in its line and the next line of code, or in the whole file. */
interface Suppression {
	readonly rules: readonly string[];
	/** Nothing for the whole file. */
	readonly lines: readonly number[] | undefined;
}

/** Lets breaches pass that a comment names: `// dataflow-tdd-ignore no-mocked-database: the driver itself is under test`. */
export class Suppressions {
	readonly #all: readonly Suppression[];

	constructor(text: string, comments: readonly SourceComment[]) {
		const lines = text.split('\n');
		this.#all = comments.flatMap(comment => {
			const parts = /^[\s*]*dataflow-tdd-ignore(-file)?\s+([\w\s,-]+):\s*\S/.exec(comment.value);
			return parts ? [{rules: parts[2]!.split(/[\s,]+/), lines: parts[1] ? undefined : linesOf(comment, text, lines)}] : [];
		});
	}

	/** Tells whether a breach of a rule in a line is to pass. A comment without a reason lets nothing pass. */
	has(rule: string, line: number): boolean {
		return this.#all.some(({rules, lines}) => rules.includes(rule) && (lines?.includes(line) ?? true));
	}
}

/** The lines of a comment, and where it stands alone, the next line that is no comment. */
function linesOf({range: [start, end]}: SourceComment, text: string, lines: readonly string[]): number[] {
	const [first, last] = [start, end].map(offset => text.slice(0, offset).split('\n').length) as [number, number];
	const isAlone = text.slice(text.lastIndexOf('\n', start - 1) + 1, start).trim() === '';
	const next = lines.findIndex((line, index) => index >= last && !/^\s*(?:\/\/|\/\*|\*)/.test(line));
	return isAlone ? [first, last, next + 1] : [first, last];
}
