import ipaddr from 'ipaddr.js';
import type {Literal} from '../literals/literal.ts';
import {counting, type Candidate, type Kind, type Sighting} from './kind.ts';

/** Beginning as all public addresses do, between 2000:: and 3fff:: with four digits: `::` alone is a cast in SQL. */
const groups = /(?<![\p{L}\p{N}_:.])[23][\da-f]{3}:(?:[\da-f]{0,4}:){1,6}[\da-f]{0,4}(?![\p{L}\p{N}_:]|\.\d)/giu;

const why = 'it is a public address; RFC 3849 keeps 2001:db8::/32 and RFC 9637 3fff::/20 for documentation';

/** Addresses of the public internet, version 6. */
export const ipv6: Kind = {kind: 'ipv6', find};

function * find({text}: Literal): Generator<Sighting> {
	for (const {0: found, index: at} of text.matchAll(groups)) {
		if (ipaddr.IPv6.isValid(found)) {
			const address = ipaddr.IPv6.parse(found);
			const isPublic = address.range() === 'unicast';
			yield {at, text: found, key: address.toNormalizedString(), ...(isPublic && {breach: {why, candidates: () => candidates(address.parts.at(-1) === 0)}})};
		}
	}
}

/** A network stays one, however it is written. */
function * candidates(isNetwork: boolean): Generator<Candidate> {
	for (const count of counting(65_536)) {
		const group = count.toString(16);
		const text = isNetwork ? `2001:db8:${group}::` : `2001:db8::${group}`;
		yield {key: ipaddr.IPv6.parse(text).toNormalizedString(), write: () => text};
	}
}
