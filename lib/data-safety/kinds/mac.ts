import {wordsOf, type Literal} from '../literals/literal.ts';
import {counting, writeInto, type Candidate, type Kind, type Sighting} from './kind.ts';

/** Six pairs of hexadecimal digits, all with the same mark between them. */
const pairs = /(?<![\p{L}\p{N}_:.-])[\da-f]{2}([:-])(?:[\da-f]{2}\1){4}[\da-f]{2}(?![\p{L}\p{N}_:-]|\.\d)/giu;

const hexDigit = /[\da-f]/gi;

const why = 'it is in the block of a vendor; RFC 9542 keeps 00-00-5E-00-53-00 to 00-00-5E-00-53-FF for documentation';

/** Addresses of network cards. Groups' addresses and those that networks give themselves are no card's. */
export const mac: Kind = {kind: 'mac', find};

function * find(literal: Literal): Generator<Sighting> {
	for (const {0: found, index: at} of literal.text.matchAll(pairs)) {
		// `10-20-30-40-50-60` may be a list of numbers.
		if (/[a-f:]/i.test(found) || wordsOf(literal).some(word => /^(?:mac|bssid|ether)/.test(word))) {
			const key = found.replaceAll(/[:-]/g, '').toLowerCase();
			yield {at, text: found, key, ...(isVendors(key) && {breach: {why, candidates: () => candidates(found)}})};
		}
	}
}

/** The two lowest bits of the first octet tell a group's address and one that is not from the IEEE. */
function isVendors(key: string): boolean {
	return (Number.parseInt(key.slice(0, 2), 16) & 3) === 0 && !/^(?:00005e0053..|0{12})$/.test(key);
}

function * candidates(shape: string): Generator<Candidate> {
	const isSmall = /[a-f]/.test(shape);
	for (const count of counting()) {
		// When the documentation has no more, those follow that are not from the IEEE.
		const digits = count < 256 ? `00005e0053${count.toString(16).padStart(2, '0')}` : `02${count.toString(16).padStart(10, '0')}`;
		yield {key: digits, write: () => writeInto(shape, isSmall ? digits : digits.toUpperCase(), hexDigit)};
	}
}
