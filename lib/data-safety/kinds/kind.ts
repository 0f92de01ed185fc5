import type {DataKind} from '../finding.ts';
import type {Literal} from '../literals/literal.ts';

/** A safe value, and how it is written in the place of another. */
export interface Candidate {
	readonly key: string;
	/** Called only for the one that is taken. */
	readonly write: () => string;
}

/** What makes a value one that could be somebody's. */
export interface Breach {
	/** With the standard, or the authority, that keeps other values free. */
	readonly why: string;
	/** The value as it may be shown, where that is not as it is written. */
	readonly masked?: string;
	/** Safe values in the order of preference, more than a project has use for. */
	readonly candidates: () => Iterable<Candidate>;
}

/** A value of a kind in a literal: one that could be somebody's, or one that is known to be safe. */
export interface Sighting {
	/** Where in the literal's text it begins. */
	readonly at: number;
	readonly text: string;
	/** The same for all ways of writing one value. */
	readonly key: string;
	readonly breach?: Breach;
}

/** Finds the values of one kind. What only looks like one, such as a version beside an address, it does not give at all. */
export interface Kind {
	readonly kind: DataKind;
	readonly find: (literal: Literal) => Iterable<Sighting>;
}

/** Numbers from 1 on. */
export function * counting(end = 1_000_000): Generator<number> {
	for (let number = 1; number < end; number += 1) {
		yield number;
	}
}

/** How many characters two texts begin with alike. */
export function sharedStart(a: string, b: string): number {
	let length = 0;
	while (length < a.length && a[length] === b[length]) {
		length += 1;
	}

	return length;
}

/** The digits of a text, without what stands between them. */
export function digitsOf(text: string): string {
	return text.replaceAll(/\D/g, '');
}

/** Writes characters in the places of those that a pattern finds in a text: digits in the shape of `212-555-0100`. */
export function writeInto(shape: string, characters: string, places = /\d/g): string {
	let index = 0;
	return shape.replaceAll(places, place => characters[index++] ?? place);
}

/** Shows the last characters that a pattern finds in a text, and `*` for those in front of them. */
export function maskAllBut(shown: number, text: string, places = /\d/g): string {
	let hidden = (text.match(places)?.length ?? 0) - shown;
	return text.replaceAll(places, place => hidden-- > 0 ? '*' : place);
}
