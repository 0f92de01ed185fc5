import {readFileSync} from 'node:fs';
import path from 'node:path';

/** Where a test is written. */
export interface TestSource {
	/** From 1. */
	readonly line: number;
	/** Written as `test.failing`: AVA expects it to fail. */
	readonly isFailing: boolean;
}

/** Finds tests by their titles in the files of a project, each of which is read once. */
export class TestSources {
	readonly #projectDir: string;
	readonly #lines = new Map<string, readonly string[]>();

	constructor(projectDir: string) {
		this.#projectDir = projectDir;
	}

	/** Nothing where the title is not there as it is, or more than once. */
	find(file: string, title: string): TestSource | undefined {
		const literals = ['\'', '"', '`'].map(quote => `${quote}${title.replaceAll('\\', String.raw`\\`).replaceAll(quote, `\\${quote}`)}${quote}`);
		const found = this.#linesOf(file).flatMap((text, index) => {
			const at = Math.max(...literals.map(literal => text.indexOf(literal)));
			return at === -1 ? [] : [{line: index + 1, isFailing: /\.failing\b[^'"`]*$/.test(text.slice(0, at))}];
		});
		return found.length === 1 ? found[0] : undefined;
	}

	#linesOf(file: string): readonly string[] {
		const lines = this.#lines.get(file) ?? readLines(path.join(this.#projectDir, file));
		this.#lines.set(file, lines);
		return lines;
	}
}

function readLines(file: string): string[] {
	try {
		return readFileSync(file, 'utf8').split('\n');
	} catch {
		// The run may come from elsewhere.
		return [];
	}
}
