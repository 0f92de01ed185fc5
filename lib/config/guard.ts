import {GuardError} from '../errors.ts';
import {managedService} from './managed-hosts.ts';
import {databasePrefix, markerDatabase} from './names.ts';
import type {HarnessConfig} from './options.ts';
import {applicationPlaces, hostOf, isSameServer, placeOf} from './place.ts';

/**
 * Asked before a database is dropped, replaced or written to by the harness.
 * @throws {ERR_GUARD_REFUSED} when the harness did not name it, and for the marker of a server
 */
export function assertOwnDatabase(name: string): void {
	if (!name.startsWith(databasePrefix) || name === markerDatabase) {
		throw new GuardError('ERR_GUARD_REFUSED', {
			what: `The harness was about to change the database ${name}.`,
			why: `It only ever touches databases whose name begins with ${databasePrefix}, which it made itself.`,
			fix: 'Please report this: it is a fault of the harness. Nothing was changed.',
		});
	}
}

type Environment = Readonly<Record<string, string | undefined>>;

const productionName = /(?:^|[-_.])(?:prod|production|live)(?:$|[-_.\d])/i;

/** True for names such as `shop_production`, `db.prod.internal` and `live`. */
export function isProductionName(name: string): boolean {
	return productionName.test(name);
}

function isProduction({NODE_ENV = ''}: Environment): boolean {
	return /^\s*prod(?:uction)?\s*$/i.test(NODE_ENV);
}

/**
 * Asked before the harness starts or uses any server, whatever kind it is of.
 * @throws {ERR_GUARD_REFUSED} where NODE_ENV is production
 */
export function assertNotProduction(env: Environment): void {
	if (isProduction(env)) {
		throw new GuardError('ERR_GUARD_REFUSED', {
			what: `The harness will not run: NODE_ENV is ${env.NODE_ENV!.trim()}.`,
			why: 'It makes and drops databases, and where code runs as production, the real ones may be in reach.',
			fix: 'Run tests with NODE_ENV=test, or without it: AVA sets it for them.',
		});
	}
}

/** Says what makes a server look like production; nothing when nothing does. */
function suspicion(url: URL, env: Environment): string | undefined {
	if (isProduction(env)) {
		return 'NODE_ENV is production';
	}

	const name = [hostOf(url), decodeURIComponent(url.pathname.slice(1)), decodeURIComponent(url.username)].find(part => isProductionName(part));
	if (name !== undefined) {
		return `'${name}' is a name for production`;
	}

	const place = placeOf(url, 'postgres');
	const [variable] = applicationPlaces(env).find(([, own]) => isSameServer(own, place) && own.database === place.database) ?? [];
	return variable === undefined ? undefined : `${variable} says that its database ${place.database} is the application's own`;
}

const another = `Give the option 'server' the URL of another one, or leave it out and a throwaway server is started.`;

function refused(host: string, reason: string, fix = another): GuardError {
	return new GuardError('ERR_GUARD_REFUSED', {what: `The harness will not make databases on ${host}: ${reason}.`, why: 'A server for tests is one that nobody would miss.', fix});
}

/** True if somebody has said that the server of a managed service is one for tests. */
export function isAllowed(url: URL, allowServers: readonly string[]): boolean {
	return allowServers.some(host => host.toLowerCase() === hostOf(url));
}

/** The error for the server of a managed service that nobody has allowed. */
export function refuseManaged(url: URL, reason: string): GuardError {
	const host = hostOf(url);
	return refused(host, reason, `${another} Where it is there for tests only, say so: allowServers: ['${host}'], or DATAFLOW_TDD_ALLOW_SERVERS=${host}.`);
}

/**
 * Asked before the harness makes databases on a server that it did not start.
 * @param allowServers hosts of managed services that are there for tests; nothing else is lifted by that
 * @throws {ERR_GUARD_REFUSED} when it looks like production
 */
export function assertTestServer(url: URL, env: Environment, allowServers: readonly string[] = []): void {
	const reason = suspicion(url, env);
	if (reason !== undefined) {
		throw refused(url.host || hostOf(url), reason);
	}

	const service = managedService(hostOf(url));
	if (service !== undefined && !isAllowed(url, allowServers)) {
		throw refuseManaged(url, `it belongs to a managed database service, ${service}`);
	}
}

/**
 * Asked by everyone who wants a server, before a keeper is asked for it.
 * @throws {ERR_GUARD_REFUSED} as {@link assertNotProduction} and {@link assertTestServer}
 */
export function assertMayRun({server, allowServers}: Pick<HarnessConfig, 'server' | 'allowServers'>, env: Environment): void {
	assertNotProduction(env);
	if (URL.canParse(server)) {
		assertTestServer(new URL(server), env, allowServers);
	}
}
