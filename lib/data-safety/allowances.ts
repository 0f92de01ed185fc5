import {dataKinds, type DataKind} from './finding.ts';

/** The comment that lets values of some kinds stand: `dataflow-tdd-allow email, phone: those of our own support`. */
const comment = /\bdataflow-tdd-allow((?:[\s,]+[a-z\d]+)+)/;

/** A line that holds nothing but a comment speaks for the next one. */
const isComment = /^\s*(?:\/\/|--|\/\*|\*)/;

/** Says which values may stand although they could be somebody's. */
export class Allowances {
	readonly #patterns: readonly RegExp[];

	/** Takes patterns for whole values: texts, in which `*` stands for anything, or regular expressions. */
	constructor(patterns: ReadonlyArray<string | RegExp> = []) {
		this.#patterns = patterns.map(pattern => typeof pattern === 'string' ? fromText(pattern) : pattern);
	}

	/** Says whether a pattern fits a value. */
	hasValue(value: string): boolean {
		return this.#patterns.some(pattern => value.search(pattern) !== -1);
	}
}

/** Lines and the comments in them. Numbers of lines count from 1. */
export class CommentedLines {
	readonly #lines: readonly string[];

	constructor(source: string) {
		this.#lines = source.includes('dataflow-tdd-allow') ? source.split('\n') : [];
	}

	/** Says whether a comment in a line, or in a line of its own above, lets values of a kind stand. */
	allows(kind: DataKind, line: number): boolean {
		const [above = '', own = ''] = [this.#lines[line - 2], this.#lines[line - 1]];
		return kindsIn(own).includes(kind) || (isComment.test(above) && kindsIn(above).includes(kind));
	}
}

function kindsIn(line: string): DataKind[] {
	const words = comment.exec(line)?.[1]?.split(/[\s,]+/) ?? [];
	return dataKinds.filter(kind => words.includes(kind));
}

function fromText(pattern: string): RegExp {
	const parts = pattern.split('*').map(part => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`));
	return new RegExp(`^${parts.join('.*')}$`, 'i');
}
