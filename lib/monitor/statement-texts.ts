import type {RootOperationNode} from 'kysely';
import type {StatementText} from './records.ts';
import {tablesOf} from './tables.ts';

/** The statements of a test file, each text once. */
export class StatementTexts {
	readonly #indices = new Map<string, number>();
	readonly #tables: Array<readonly string[] | undefined> = [];

	/** The index of a text; a new one if it was not seen before. */
	indexOf(text: string, tree: RootOperationNode | undefined): number {
		const known = this.#indices.get(text);
		if (known !== undefined) {
			this.#tables[known] ??= tree && tablesOf(tree);
			return known;
		}

		const index = this.#indices.size;
		this.#indices.set(text, index);
		// At once: the tree holds the values of the statement, which may be large.
		this.#tables.push(tree && tablesOf(tree));
		return index;
	}

	/** All of them, by index. */
	list(): StatementText[] {
		return [...this.#indices.keys()].map((text, index) => {
			const tables = this.#tables[index];
			return tables ? {text, tables} : {text};
		});
	}
}
