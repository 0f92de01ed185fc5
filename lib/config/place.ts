import os from 'node:os';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a URL, or what stands in the environment, leads: written in one way, so that two can be compared. */
export interface Place {
	/** In lower case; `localhost` for all names under which a machine knows itself, sockets among them. */
	readonly host: string;
	readonly port: string;
	readonly database: string;
}

/** The host that a URL leads to, in lower case and without the dot at its end; a folder where it is a socket. */
export function hostOf(url: URL): string {
	return plainHost(url.searchParams.get('host') ?? url.hostname);
}

/** The port that a URL names, or PostgreSQL's own. */
export function portOf(url: URL): string {
	return url.searchParams.get('port') ?? (url.port || '5432');
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

function plainHost(host: string): string {
	return decoded(host).toLowerCase().replaceAll(/^\[|\]$|\.$/g, '');
}

/** An address in the one way in which it can be written: `127.1` is 127.0.0.1, and so is ::ffff:7f00:1. */
function canonical(host: string): string {
	const url = `http://${host.includes(':') ? `[${host}]` : host}`;
	const name = URL.canParse(url) ? new URL(url).hostname.replaceAll(/^\[|\]$/g, '') : host;
	const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(name) ?? [];
	const bytes = [high, low].flatMap(part => [Number.parseInt(part ?? '', 16) >> 8, Number.parseInt(part ?? '', 16) & 255]);
	return high === undefined ? name : bytes.join('.');
}

/** The names under which this machine knows itself are one. */
function comparable(host: string): string {
	if (host.startsWith('/cloudsql/')) {
		return host;
	}

	const name = canonical(host);
	const isHere = host === '' || /^[/@]/.test(host) || /^(?:localhost|127\.\d+\.\d+\.\d+|::1?|0\.0\.0\.0)$/.test(name) || name === os.hostname().toLowerCase();
	return isHere ? 'localhost' : name;
}

/**
 * Where a URL leads.
 * @param defaultDatabase the database of a URL that names none
 */
export function placeOf(url: URL, defaultDatabase: string): Place {
	return {host: comparable(hostOf(url)), port: portOf(url), database: decoded(url.pathname.slice(1)) || defaultDatabase};
}

/** Variables in which applications keep the URL of their database. Others may well hold the one of a server for tests. */
const urlVariables = ['DATABASE_URL', 'DATABASE_URL_UNPOOLED', 'DIRECT_URL', 'POSTGRES_URL', 'POSTGRES_PRISMA_URL', 'POSTGRES_URL_NON_POOLING'];

/** Hosts may be a list, with or without ports of their own: each of them counts. */
function placesOf(hosts: string, ports: string, database: string): Place[] {
	const common = ports.split(',');
	return hosts.split(',').map((text, index) => {
		const [, bracketed, plain, port] = /^(?:\[(.*)\]|([^:]*|.*:.*:.*?))(?::(\d+))?$/.exec(decoded(text)) ?? [];
		return {host: comparable(plainHost(bracketed ?? plain ?? text)), port: port ?? ((common[index] ?? common[0]) || '5432'), database};
	});
}

/** By PGDATABASE it is said which database is the application's; PGHOST alone says no more than where it lies. */
function placesOfVariables({PGHOST = '', PGHOSTADDR, PGPORT = '', PGDATABASE}: Environment): Place[] {
	return PGDATABASE ? [PGHOST, ...PGHOSTADDR ? [PGHOSTADDR] : []].flatMap(hosts => placesOf(hosts, PGPORT, PGDATABASE)) : [];
}

/** `host=db port=5432 dbname=app`, as libpq takes it. */
function placesOfKeywords(text: string): Place[] {
	const pairs = [...text.matchAll(/(\w+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|(\S+))/g)].map(([, key, quoted, plain]) => [key!, quoted ?? plain ?? '']);
	const {host, hostaddr, port = '', dbname, user = ''} = Object.fromEntries(pairs) as Readonly<Record<string, string>>;
	return [host, hostaddr].flatMap(hosts => hosts === undefined ? [] : placesOf(hosts, port, dbname ?? user));
}

/** A password may hold what should have been encoded, so the last `@` is looked for as well: what a text may mean is all that counts. */
const connectionUrls = [/^(?<userinfo>[^/?@]*@)?(?<hosts>[^/?]*)(?:\/(?<database>[^?]*))?(?:\?(?<params>.*))?$/s, /^(?<userinfo>.*@)(?<hosts>[^/?@]*)(?:\/(?<database>[^?@]*))?(?:\?(?<params>[^@]*))?$/s];

function placesOfUrl(text: string): Place[] {
	return connectionUrls.flatMap(pattern => {
		const groups = pattern.exec(text)?.groups;
		const params = new URLSearchParams(groups?.params ?? '');
		const database = params.get('dbname') ?? (decoded(groups?.database ?? '') || decoded((groups?.userinfo ?? '').split(/[:@]/)[0]!));
		return groups ? placesOf(params.get('host') ?? groups.hosts ?? '', params.get('port') ?? '', database) : [];
	});
}

/** Where a connection string may lead, whichever form of those that clients take it has; nowhere where it is none of PostgreSQL. */
function placesOfText(text: string): Place[] {
	const plain = text.trim().replaceAll(/^["']|["']$/g, '');
	const [scheme] = /^(?:jdbc:)?post(?:gres|gresql|gis)(?:\+\w+)?:\/\//i.exec(plain) ?? [];
	return scheme === undefined ? placesOfKeywords(plain.includes('://') ? '' : plain) : placesOfUrl(plain.slice(scheme.length));
}

/** Where an application finds its own database, by the variables that say so. */
export function applicationPlaces(env: Environment): ReadonlyArray<readonly [variable: string, place: Place]> {
	const places = [...urlVariables.map(name => [name, placesOfText(env[name] ?? '')] as const), ['PGDATABASE', placesOfVariables(env)] as const];
	return places.flatMap(([name, found]) => found.map(place => [name, place] as const));
}

/** True if two lead to the same server. */
export function isSameServer(one: Place, other: Place): boolean {
	return one.host === other.host && one.port === other.port;
}
