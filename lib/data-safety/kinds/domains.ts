import {parse} from 'tldts';
import {counting} from './kind.ts';

/**
 * The part of a host's name that somebody has registered: `acme.co.uk` of `mail.acme.co.uk`; nothing where nobody can have,
 * because its top-level domain does not exist or the IANA keeps it free.
 *
 * @see https://www.iana.org/assignments/special-use-domain-names/
 */
export function registeredDomain(host: string): string | undefined {
	const {domain, isIcann, isSpecialUse} = parse(host.toLowerCase(), {detectSpecialUse: true});
	return isIcann === true && isSpecialUse !== true ? domain ?? undefined : undefined;
}

/** What RFC 2606 and RFC 6761 keep, as a reason. */
export function whyNot(domain: string): string {
	return `${domain} is somebody's domain; RFC 2606 and RFC 6761 keep example.com, example.org, example.net, .example and .test free`;
}

/** Names below `.example` that remind of a domain: `acme.example`, `acme-2.example`. */
export function * namesakes(domain: string): Generator<string> {
	const name = parse(domain).domainWithoutSuffix ?? 'name';
	for (const number of counting()) {
		yield number === 1 ? `${name}.example` : `${name}-${number}.example`;
	}
}
