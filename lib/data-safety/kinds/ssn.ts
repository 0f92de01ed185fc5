import type {Literal} from '../literals/literal.ts';
import {counting, digitsOf, maskAllBut, writeInto, type Candidate, type Kind, type Sighting} from './kind.ts';

/** Nine digits as the Social Security Administration writes them; digits alone may be anything. */
const number = /(?<![\p{L}\p{N}_.+-])\d{3}-\d{2}-\d{4}(?![\p{L}\p{N}_-]|\.\d)/gu;

/** Areas, groups and serial numbers that the SSA does not assign. */
const unassigned = /^(?:000|666|9)|^\d{3}00|0000$/;

const why = 'the SSA may have assigned it; area 000, 666 or 900 to 999, group 00 and serial number 0000 are assigned to nobody';

/** Social security numbers of the United States. */
export const ssn: Kind = {kind: 'ssn', find};

function * find({text}: Literal): Generator<Sighting> {
	for (const {0: found, index: at} of text.matchAll(number)) {
		const key = digitsOf(found);
		const sighting = {at, text: found, key};
		yield unassigned.test(key) ? sighting : {...sighting, breach: {why, masked: maskAllBut(4, found), candidates: () => candidates(found)}};
	}
}

function * candidates(shape: string): Generator<Candidate> {
	for (const count of counting()) {
		const key = String(count).padStart(9, '0');
		yield {key, write: () => writeInto(shape, key)};
	}
}
