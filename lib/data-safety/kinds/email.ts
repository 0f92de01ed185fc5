import type {Literal} from '../literals/literal.ts';
import {namesakes, registeredDomain, whyNot} from './domains.ts';
import type {Candidate, Kind, Sighting} from './kind.ts';

/** An address as it stands in a text. Its name is in ASCII or not; quoted names, which nobody has, are left out. */
const address = /(?<![\p{L}\p{N}._%+-])(?<name>[\p{L}\p{N}_][\p{L}\p{N}._%+-]{0,63})@(?<host>(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+\p{L}(?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}]))(?![\p{L}\p{N}_-])/gu;

/** E-mail addresses, by the domain that they belong to. */
export const email: Kind = {kind: 'email', find};

function * find({text}: Literal): Generator<Sighting> {
	if (!text.includes('@')) {
		return;
	}

	for (const {0: found, index: at, groups} of text.matchAll(address)) {
		const {name, host} = groups as {name: string; host: string};
		if (!isUserOfHost(text, {at, name, end: at + found.length})) {
			const domain = registeredDomain(host);
			const sighting = {at, text: found, key: found.toLowerCase()};
			yield domain === undefined ? sighting : {...sighting, breach: {why: whyNot(domain), candidates: () => candidates(name, domain)}};
		}
	}
}

/** `postgres://ada:secret@host` and `git@host:owner/project` have a user and a host, and are no addresses. */
function isUserOfHost(text: string, {at, name, end}: {at: number; name: string; end: number}): boolean {
	const isInUrl = /:\/\/[^\s/?#]*$/.test(text.slice(Math.max(0, at - 256), at));
	return isInUrl || (name === 'git' && /[:/]/.test(text[end] ?? ''));
}

function * candidates(name: string, domain: string): Generator<Candidate> {
	for (const host of ['example.com', 'example.org', 'example.net']) {
		yield candidate(name, host);
	}

	for (const host of namesakes(domain)) {
		yield candidate(name, host);
	}
}

function candidate(name: string, host: string): Candidate {
	return {key: `${name}@${host}`.toLowerCase(), write: () => `${name}@${host}`};
}
