import {isValidIBAN} from 'ibantools';
import type {Literal} from '../literals/literal.ts';
import {counting, maskAllBut, writeInto, type Candidate, type Kind, type Sighting} from './kind.ts';
import {exampleIbans} from './example-ibans.ts';

/** In one piece, or in groups of four with a blank between them. */
const number = /(?<![\p{L}\p{N}_.+-])[A-Z]{2}\d{2}(?:[A-Z\d]{11,30}|(?: [A-Z\d]{4}){2,7}(?: [A-Z\d]{1,4})?)(?![\p{L}\p{N}_-])/gu;

const why = 'it has the form of its country and the right check digits; the IBAN registry has an example for each country (ISO 13616)';

const documented = new Set(exampleIbans);

/** International bank account numbers with the right check digits. */
export const iban: Kind = {kind: 'iban', find};

function * find({text}: Literal): Generator<Sighting> {
	for (const {0: found, index: at} of text.matchAll(number)) {
		// A word in capitals behind the number may have been taken for its last group.
		const written = [found, found.slice(0, found.lastIndexOf(' '))].find(form => isValidIBAN(compact(form)));
		if (written !== undefined) {
			const key = compact(written);
			const breach = {why, masked: maskAllBut(4, written, /(?<!^.?)[A-Z\d]/g), candidates: () => candidates(written, key)};
			yield {at, text: written, key, ...(!documented.has(key) && {breach})};
		}
	}
}

function compact(text: string): string {
	return text.replaceAll(' ', '');
}

/** The registry's example, then numbers whose check digits are 00, which no number has. */
function * candidates(shape: string, key: string): Generator<Candidate> {
	const examples = exampleIbans.filter(example => example.startsWith(key.slice(0, 2)) && example.length === key.length);
	for (const example of examples) {
		yield {key: example, write: () => writeInto(shape, example, /[A-Z\d]/g)};
	}

	const account = (examples[0] ?? key).slice(4).replaceAll(/[A-Z]/g, 'X');
	const places = account.match(/\d/g)?.length ?? 0;
	for (const count of counting()) {
		const number = `${key.slice(0, 2)}00${writeInto(account, String(count).padStart(places, '0'))}`;
		yield {key: number, write: () => writeInto(shape, number, /[A-Z\d]/g)};
	}
}
