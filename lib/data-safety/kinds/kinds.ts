import {card} from './card.ts';
import {domain} from './domain.ts';
import {email} from './email.ts';
import {iban} from './iban.ts';
import {ipv4} from './ipv4.ts';
import {ipv6} from './ipv6.ts';
import type {Kind} from './kind.ts';
import {mac} from './mac.ts';
import {phoneIn} from './phone.ts';
import {ssn} from './ssn.ts';

/** All kinds. What stands first has the first word on a text: the digits of a card are no telephone number. */
export function allKinds(countries: readonly string[]): Kind[] {
	return [domain, email, iban, card, ssn, mac, ipv6, ipv4, phoneIn(countries)];
}
