import {parse} from 'tldts';
import type {Literal} from '../literals/literal.ts';
import {namesakes, registeredDomain, whyNot} from './domains.ts';
import type {Candidate, Kind, Sighting} from './kind.ts';

/** A literal that is an address in the web, from its first character to its last; without a scheme where it begins with `www.`. */
const url = /^(?<start>(?:https?|wss?|s?ftps?):\/\/(?:[^\s/?#@]*@)?|(?=www\.))(?<host>[\p{L}\p{N}.-]+\.\p{L}[\p{L}\p{N}-]+)(?=[:/?#]|$)\S*$/iu;

/** Their addresses are names of formats, which nobody visits. */
const namesFormats = new Set(['w3.org', 'schema.org', 'json-schema.org', 'schemastore.org', 'purl.org', 'xmlns.com', 'xmlsoap.org', 'openxmlformats.org', 'opengis.net', 'iana.org', 'ietf.org']);

/** Hosts of web addresses that are the value of a row. In a call or a message they may be the address of a manual. */
export const domain: Kind = {kind: 'domain', find};

function * find({text, isValue, name}: Literal): Generator<Sighting> {
	const groups = isValue && !name?.startsWith('$') ? url.exec(text)?.groups : undefined;
	if (!groups) {
		return;
	}

	const {start, host} = groups as {start: string; host: string};
	const sighting = {at: start.length, text: host, key: host.toLowerCase()};
	const registered = registeredDomain(host);
	if (registered === undefined) {
		yield sighting;
	} else if (!namesFormats.has(registered)) {
		yield {...sighting, breach: {why: whyNot(registered), candidates: () => candidates(host, registered)}};
	}
}

function * candidates(host: string, registered: string): Generator<Candidate> {
	const {subdomain} = parse(host);
	for (const namesake of namesakes(registered)) {
		const text = subdomain ? `${subdomain}.${namesake}` : namesake;
		yield {key: text.toLowerCase(), write: () => text};
	}
}
