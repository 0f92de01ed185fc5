import cardValidator from 'card-validator';
import {wordsOf, type Literal} from '../literals/literal.ts';
import {counting, digitsOf, maskAllBut, writeInto, type Breach, type Candidate, type Kind, type Sighting} from './kind.ts';
import {testCards} from './test-cards.ts';

/** In groups, as it is printed on a card. */
const grouped = /(?<![\p{L}\p{N}_.+-])(?:\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{1,3})?|\d{4}([ -])\d{6}\2\d{4,5})(?![\p{L}\p{N}_-]|\.\d)/gu;

/** Digits alone, as long as nothing else is in the string: numbers inside of texts are ids. */
const bare = /(?<=^|["'])\d{13,19}(?=$|["'])/g;

/** What holds a card's number says so. */
const cardWords = new Set(['card', 'cards', 'cc', 'ccn', 'credit', 'creditcard', 'cardnumber', 'pan']);

const documented = new Set(testCards);

/** Numbers that were made from a documented one, to have a wrong check digit. */
const documentedStarts = new Set(testCards.map(number => number.slice(0, 12)));

/** An issuer, and how sure it is that a number is of it. */
interface Issuer {
	readonly type: string;
	readonly niceType: string;
	/** The check digit is right. */
	readonly isIssuable: boolean;
}

/** Numbers of payment cards, with an issuer's prefix and length. Without the right check digit only where it is said that they are such. */
export const card: Kind = {kind: 'card', find};

function * find(literal: Literal): Generator<Sighting> {
	const isCalledCard = wordsOf(literal).some(word => cardWords.has(word));
	for (const [pattern, isBare] of [[grouped, false], [bare, true]] as const) {
		for (const {0: found, index: at} of literal.text.matchAll(pattern)) {
			const key = digitsOf(found);
			const issuer = issuerOf(key, isBare);
			if (issuer && (issuer.isIssuable || (isCalledCard && !documentedStarts.has(key.slice(0, 12))))) {
				yield {at, text: found, key, ...(!documented.has(key) && {breach: breachOf(found, issuer)})};
			}
		}
	}
}

/** Whose card a number can be. Bare digits have to be as long as cards are, or every tenth 64-bit id would be one. */
function issuerOf(digits: string, isBare = false): Issuer | undefined {
	const {isValid, card} = cardValidator.number(digits);
	if (!card?.lengths.includes(digits.length) || (isBare && (card.type === 'maestro' || (digits.length > 16 && card.type !== 'unionpay')))) {
		return undefined;
	}

	return {type: card.type, niceType: card.niceType, isIssuable: isValid};
}

function breachOf(found: string, {type, niceType, isIssuable}: Issuer): Breach {
	const parts = isIssuable ? 'the prefix, the length and the check digit' : 'the prefix and the length';
	return {
		why: `it has ${parts} of a card of ${niceType}; processors document numbers for tests, which nobody has (ISO/IEC 7812)`,
		masked: maskAllBut(4, found),
		candidates: () => candidates(found, type),
	};
}

/** Documented numbers of the same issuer, and when all of them are taken, numbers that begin as nobody's card does. */
function * candidates(shape: string, type: string): Generator<Candidate> {
	const {length} = digitsOf(shape);
	for (const number of testCards.filter(number => number.length === length && issuerOf(number)?.type === type)) {
		yield {key: number, write: () => writeInto(shape, number)};
	}

	for (const count of counting()) {
		const number = String(count).padStart(length, '0');
		yield {key: number, write: () => writeInto(shape, number)};
	}
}
