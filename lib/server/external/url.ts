import {hostOf, portOf} from '../../config/place.ts';
import {ServerError, redact} from '../../errors.ts';
import type {ServerAddress} from '../server.ts';

/**
 * Reads the URL of a server.
 * @throws {ERR_SERVER_URL} for a text that is none of a PostgreSQL
 */
export function parseServerUrl(text: string): URL {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (!url || !/^postgres(?:ql)?:$/.test(url.protocol)) {
		throw new ServerError('ERR_SERVER_URL', {
			what: `The URL of the server is '${redact(text)}', which is none of a PostgreSQL.`,
			why: 'A special character in the password may have to be percent-encoded.',
			fix: `Write it as postgres://user:password@host:5432/postgres, in the option 'server' or in DATAFLOW_TDD_SERVER.`,
		});
	}

	if (`${hostOf(url)}${portOf(url)}`.includes(',')) {
		throw new ServerError('ERR_SERVER_URL', {
			what: `The URL of the server names several hosts: ${url.searchParams.get('host') ?? url.host}.`,
			why: 'Databases are made on one server, and each connection has to come to that one.',
			fix: `Choose one, and write it as postgres://user:password@host:5432/postgres, in the option 'server' or in DATAFLOW_TDD_SERVER.`,
		});
	}

	return url;
}

/** Where a URL leads, and as whom. */
export function addressOf(url: URL): ServerAddress {
	return {
		host: url.searchParams.get('host') ?? (decodeURIComponent(url.hostname).replaceAll(/^\[|\]$/g, '') || 'localhost'),
		port: Number(portOf(url)),
		user: decodeURIComponent(url.username) || 'postgres',
		password: decodeURIComponent(url.password),
		database: decodeURIComponent(url.pathname.slice(1)) || 'postgres',
		ssl: /^(?:require|verify-ca|verify-full)$/.test(url.searchParams.get('sslmode') ?? ''),
	};
}

/** A URL without its password, to be shown. */
export function withoutPassword(url: URL): string {
	const shown = new URL(url);
	shown.password = '';
	shown.searchParams.delete('password');
	return shown.href;
}
