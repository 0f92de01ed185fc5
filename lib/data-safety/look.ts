import type {DataKind} from './finding.ts';
import type {Kind, Sighting} from './kinds/kind.ts';
import type {Literal} from './literals/literal.ts';

/** A sighting in a file. */
export interface Sighted extends Sighting {
	readonly kind: DataKind;
	/** Where in the file it begins. */
	readonly offset: number;
	/** @see Literal.ruledBy */
	readonly ruledBy?: number;
}

/** Finds the values in the literals of a file, each by the first kind that takes it for its own, in the order of the file. */
export function sightingsOf(literals: readonly Literal[], kinds: readonly Kind[]): Sighted[] {
	// A template's text goes on behind the strings in what it inserts, so the order of literals is not that of their values.
	return literals.flatMap(literal => sightingsIn(literal, kinds)).toSorted((a, b) => a.offset - b.offset);
}

function sightingsIn(literal: Literal, kinds: readonly Kind[]): Sighted[] {
	const {offset, ruledBy} = literal;
	const sighted: Sighted[] = [];
	for (const {kind, find} of kinds) {
		for (const sighting of find(literal)) {
			if (!sighted.some(other => overlap(other, sighting))) {
				sighted.push({...sighting, kind, offset: offset + sighting.at, ...(ruledBy !== undefined && {ruledBy})});
			}
		}
	}

	return sighted;
}

function overlap(a: Sighting, b: Sighting): boolean {
	return a.at < b.at + b.text.length && b.at < a.at + a.text.length;
}
