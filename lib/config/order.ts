import {createHash} from 'node:crypto';

/** Compares two names by a number that depends on the seed: for each seed another order, and always the same one. */
export function bySeed(seed: number): (one: string, other: string) => number {
	const key = (name: string): string => createHash('sha1').update(`${seed} ${name}`).digest('hex');
	return (one, other) => key(one) < key(other) ? -1 : 1;
}
