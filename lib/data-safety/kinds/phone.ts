import {getCountryCallingCode, parsePhoneNumberFromString, type CountryCode} from 'libphonenumber-js/max';
import type {Literal} from '../literals/literal.ts';
import {counting, digitsOf, sharedStart, writeInto, type Candidate, type Kind, type Sighting} from './kind.ts';
import {authorities, isReserved, phoneRanges, type PhoneRange} from './phone-ranges.ts';

/** With its country code, which nothing else is written like. */
const international = /(?<![\p{L}\p{N}_.+-])\+\d(?:[ .()\u00A0-]{0,3}\d){6,14}(?![\p{L}\p{N}_])/gu;

/** As North Americans write it: in parentheses, or with hyphens or dots; with blanks only where nothing else is in the string. */
const american = /(?<![\p{L}\p{N}_.+/-])(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}[.-])\d{3}[.-]\d{4}(?![\p{L}\p{N}_-]|\.\d)|^(?:1 )?\d{3} \d{3} \d{4}$/gu;

/** With a trunk prefix and blanks, as most others write it. */
const national = /(?<![\p{L}\p{N}_.+/-])\(?0\d{1,4}\)?(?: \d{2,8}){1,4}(?![\p{L}\p{N}_-]|\.\d)/gu;

/** A number that is one. */
interface Parsed {
	readonly text: string;
	readonly code: string;
	/** Without code and trunk prefix. */
	readonly digits: string;
}

/** Telephone numbers that somebody may have. What is written without a country code is read as one of these countries'. */
export function phoneIn(countries: readonly string[]): Kind {
	const codes = countries.map(country => country.toUpperCase() as CountryCode);
	const inAmerica = codes.filter(country => getCountryCallingCode(country) === '1');
	const elsewhere = codes.filter(country => !inAmerica.includes(country));
	const forms = [[international, [undefined]], [american, inAmerica.slice(0, 1)], [national, elsewhere]] as const;

	return {
		kind: 'phone',
		* find({text}: Literal): Generator<Sighting> {
			for (const [pattern, among] of forms) {
				for (const {0: found, index: at} of text.matchAll(pattern)) {
					const parsed = parse(found, among);
					if (parsed) {
						yield {at, text: parsed.text, key: keyOf(parsed), ...(!isReserved(parsed.code, parsed.digits) && {breach: breachOf(parsed)})};
					}
				}
			}
		},
	};
}

/** Parses what was found; where it is none with all its groups, the last may be another number. */
function parse(found: string, among: ReadonlyArray<CountryCode | undefined>): Parsed | undefined {
	for (let text = found; text !== ''; text = text.slice(0, Math.max(0, text.lastIndexOf(' ')))) {
		for (const country of among) {
			const number = parsePhoneNumberFromString(text, country === undefined ? {extract: false} : {defaultCountry: country, extract: false});
			if (number && (number.isValid() || isReserved(number.countryCallingCode, number.nationalNumber))) {
				return {text, code: number.countryCallingCode, digits: number.nationalNumber};
			}
		}
	}

	return undefined;
}

function keyOf({code, digits}: Pick<Parsed, 'code' | 'digits'>): string {
	return `+${code}${digits}`;
}

function breachOf(parsed: Parsed) {
	const authority = authorities[parsed.code] ?? `no numbers of +${parsed.code} are known to be kept free, so the replacement is one that cannot be dialled`;
	return {why: `it may ring at somebody's; ${authority}`, candidates: () => candidates(parsed)};
}

function * candidates(parsed: Parsed): Generator<Candidate> {
	const free = parsed.code === '1' ? americanNumbers(parsed.digits) : reservedNumbers(parsed);
	for (const digits of free) {
		yield {key: keyOf({code: parsed.code, digits}), write: () => write(parsed, digits)};
	}

	// Nobody's number begins with that many zeros.
	for (const count of counting()) {
		const digits = String(count).padStart(parsed.digits.length, '0');
		yield {key: keyOf({code: parsed.code, digits}), write: () => write(parsed, digits)};
	}
}

/** Of the number's own area first. */
function * americanNumbers(digits: string): Generator<string> {
	for (const area of [digits.slice(0, 3), '202', '212', '312', '415', '617', '713', '808', '907', '303', '404', '503', '602', '702', '801', '919']) {
		for (const count of counting(100)) {
			yield `${area}55501${String(count).padStart(2, '0')}`;
		}
	}
}

/** Of the range that is most like the number first: a mobile's number stays one. */
function * reservedNumbers({code, digits}: Parsed): Generator<string> {
	const alike = ({first}: PhoneRange) => (first.length === digits.length ? first.length : 0) + sharedStart(first, digits);
	const ranges = phoneRanges.filter(range => range.code === code).toSorted((a, b) => alike(b) - alike(a));
	for (const {first, count} of ranges) {
		for (const number of counting(count)) {
			yield String(Number(first) + number);
		}
	}
}

/** Writes a number in the shape of another, or plainly where it has another length. */
function write({text, code, digits: shape}: Parsed, digits: string): string {
	const written = digitsOf(text);
	if (digits.length === shape.length && written.endsWith(shape)) {
		return writeInto(text, written.slice(0, -shape.length) + digits);
	}

	return text.startsWith('+') ? `+${code} ${digits}` : `0${digits}`;
}
