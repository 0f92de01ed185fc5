import type {RootOperationNode} from 'kysely';
import type {StatementText} from './records.ts';
import {tablesOf} from './tables.ts';

/** The statements of a test file, each text once. */
export class StatementTexts {
	readonly #indices = new Map<string, number>();
	readonly #trees: Array<RootOperationNode | undefined> = [];

	/** The index of a text; a new one if it was not seen before. */
	indexOf(text: string, tree: RootOperationNode | undefined): number {
		const known = this.#indices.get(text);
		if (known !== undefined) {
			this.#trees[known] ??= tree;
			return known;
		}

		const index = this.#indices.size;
		this.#indices.set(text, index);
		this.#trees.push(tree);
		return index;
	}

	/** All of them, by index. */
	list(): StatementText[] {
		return [...this.#indices.keys()].map((text, index) => {
			const tree = this.#trees[index];
			return tree ? {text, tables: tablesOf(tree)} : {text};
		});
	}
}
