import {wordsOf, type Literal} from '../literals/literal.ts';
import {counting, digitsOf, maskAllBut, writeInto, type Candidate, type Kind, type Sighting} from './kind.ts';

/** Nine digits as the Social Security Administration writes them; digits alone may be anything. */
const number = /(?<![\p{L}\p{N}_.+-])\d{3}-\d{2}-\d{4}(?![\p{L}\p{N}_-]|\.\d)/gu;

/** The same without hyphens, where the name of the value says what it is. */
const bare = /^\d{9}$/g;

/** Areas, groups and serial numbers that the SSA does not assign. */
const unassigned = /^(?:000|666|9)|^\d{3}00|0000$/;

/** Numbers that were printed as examples, and used by thousands until the SSA voided them. */
const voided = new Set(['078051120', '219099999']);

const why = 'the SSA may have assigned it; area 000, 666 or 900 to 999, group 00 and serial number 0000 are assigned to nobody';

/** Social security numbers of the United States. */
export const ssn: Kind = {kind: 'ssn', find};

function * find(literal: Literal): Generator<Sighting> {
	const {text} = literal;
	for (const {0: found, index: at} of [...text.matchAll(number), ...(isCalledSsn(literal) ? text.matchAll(bare) : [])]) {
		const key = digitsOf(found);
		const sighting = {at, text: found, key};
		yield unassigned.test(key) || voided.has(key) ? sighting : {...sighting, breach: {why, masked: maskAllBut(4, found), candidates: () => candidates(found)}};
	}
}

function isCalledSsn(literal: Literal): boolean {
	const words = wordsOf(literal);
	return words.includes('ssn') || (words.includes('social') && words.includes('security'));
}

function * candidates(shape: string): Generator<Candidate> {
	for (const count of counting()) {
		const key = String(count).padStart(9, '0');
		yield {key, write: () => writeInto(shape, key)};
	}
}
