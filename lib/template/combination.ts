import {hashText} from './file-hashes.ts';

/** Tables that tests add on top of the schema with `cacheSchema`. */
export interface SchemaLayer {
	readonly name: string;
	/** DDL by table name, applied in this order. */
	readonly tables: Readonly<Record<string, string>>;
}

/** What a test wants in its database beyond the schema: seed packs, and layers. */
export interface Combination {
	/** Pack names as asked for, sorted, without doubles. */
	readonly packs: readonly string[];
	readonly layers: readonly SchemaLayer[];
}

/** The schema alone. */
export const bareCombination: Combination = {packs: [], layers: []};

/** Brings a request into the one form in which it is compared. */
export function combinationOf(packs: readonly string[], layers: readonly SchemaLayer[] = []): Combination {
	return {packs: [...new Set(packs)].toSorted(), layers};
}

/** A short name for a combination, fit for database names: `schema`, or 16 hex digits. */
export function combinationId({packs, layers}: Combination): string {
	return packs.length === 0 && layers.length === 0 ? 'schema' : hashText(JSON.stringify([packs, layers])).slice(0, 16);
}
