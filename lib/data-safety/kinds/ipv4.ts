import ipaddr from 'ipaddr.js';
import {wordsOf, type Literal} from '../literals/literal.ts';
import {counting, type Candidate, type Kind, type Sighting} from './kind.ts';

/** Four numbers with dots between them, and neither a fifth nor a word at either end. */
const quad = /(?<![\p{L}\p{N}_.+-])\d{1,3}(?:\.\d{1,3}){3}(?![\p{L}\p{N}_-]|\.\d)/gu;

/** Names of what holds addresses, and of what holds versions. */
const addressWords = new Set(['ip', 'ips', 'ipv4', 'addr', 'address', 'addresses', 'inet', 'host', 'hosts', 'client', 'remote', 'server', 'peer', 'gateway', 'proxy', 'cidr', 'subnet', 'network', 'dns', 'nameserver', 'forwarded']);
const versionWords = new Set(['version', 'versions', 'release', 'build', 'agent', 'tag', 'image', 'engine', 'driver']);
const versionBefore = /(?:\bv|\b(?:version|ver|release|build|revision|postgres(?:ql)?|node|chrome|update|section|chapter)\b\.?)[\s:=]*["']?$/i;

/** Servers that everybody knows by an address which could as well be a version. */
const wellKnown = new Set(['1.1.1.1', '1.0.0.1', '8.8.8.8', '8.8.4.4', '9.9.9.9']);

const why = 'it is a public address; RFC 5737 keeps 192.0.2.0/24, 198.51.100.0/24 and 203.0.113.0/24 for documentation';

/** Addresses of the public internet. Private ones, loopback, link-local, multicast and those for documentation are safe. */
export const ipv4: Kind = {kind: 'ipv4', find};

function * find(literal: Literal): Generator<Sighting> {
	for (const {0: found, index: at} of literal.text.matchAll(quad)) {
		if (ipaddr.IPv4.isValidFourPartDecimal(found) && isAddress(literal, found, at)) {
			const isPublic = ipaddr.IPv4.parse(found).range() === 'unicast';
			yield {at, text: found, key: found, ...(isPublic && {breach: {why, candidates: () => candidates(found)}})};
		}
	}
}

/** Tells an address from a version by what it is called, by what stands around it, and in the end by its numbers, which versions keep small. */
function isAddress(literal: Literal, found: string, at: number): boolean {
	const before = literal.text.slice(Math.max(0, at - 64), at);
	const words = wordsOf(literal);
	if (!mayPrecede(before) || versionBefore.test(before) || words.some(word => versionWords.has(word))) {
		return false;
	}

	const isUsed = /^[:/]\d/.test(literal.text.slice(at + found.length));
	return wellKnown.has(found) || isUsed || before.endsWith('://') || words.some(word => addressWords.has(word))
		|| found.split('.').some(octet => Number(octet) > 31);
}

/** A user agent's `Chrome/120.0.0.0`, a package's `name@1.2.3.4` and an image's `postgres:18.4.0.1` are versions. */
function mayPrecede(before: string): boolean {
	return !/[:/@]$/.test(before) || /:\/\/(?:[^\s/?#]*@)?$/.test(before);
}

function * candidates(shape: string): Generator<Candidate> {
	for (const text of shape.endsWith('.0') ? networks() : hosts()) {
		yield {key: text, write: () => text};
	}
}

/** When the documentation has no more, those of a private network follow: they are nobody's in public. */
function * hosts(): Generator<string> {
	for (const block of ['192.0.2', '198.51.100', '203.0.113']) {
		for (const last of counting(255)) {
			yield `${block}.${last}`;
		}
	}

	for (const count of counting(65_536)) {
		yield `10.0.${count >> 8}.${count & 255}`;
	}
}

function * networks(): Generator<string> {
	yield * ['192.0.2.0', '198.51.100.0', '203.0.113.0'];
	for (const count of counting(65_536)) {
		yield `10.${count >> 8}.${count & 255}.0`;
	}
}
