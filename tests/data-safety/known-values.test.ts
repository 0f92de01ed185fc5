import cardValidator from 'card-validator';
import {isValidIBAN} from 'ibantools';
import {parsePhoneNumberFromString} from 'libphonenumber-js/max';
import test from 'ava';
import {exampleIbans} from '#lib/data-safety/kinds/example-ibans.js';
import {phoneRanges} from '#lib/data-safety/kinds/phone-ranges.js';
import {testCards} from '#lib/data-safety/kinds/test-cards.js';

test('each card number for tests passes the checks of a real one, and is there once', t => {
	t.deepEqual(testCards.filter(number => !cardValidator.number(number).isValid), []);
	t.is(new Set(testCards).size, testCards.length);
});

test('each example of an account has the right check digits, and is there once', t => {
	t.deepEqual(exampleIbans.filter(iban => !isValidIBAN(iban)), []);
	t.is(new Set(exampleIbans).size, exampleIbans.length);
});

test('each range of telephone numbers has the length of its country\'s numbers', t => {
	const lengthOf = ({code, first}: {code: string; first: string}) => parsePhoneNumberFromString(`+${code}${first}`)?.isPossible();
	t.deepEqual(phoneRanges.filter(range => !lengthOf(range)), []);
});
