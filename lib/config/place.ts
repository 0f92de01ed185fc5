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

function plainHost(host: string): string {
	return host.toLowerCase().replaceAll(/^\[|\]$|\.$/g, '');
}

/** The names under which this machine knows itself are one. */
function comparable(host: string): string {
	const isHere = host === '' || /^(?:localhost|127\.\d+\.\d+\.\d+|::1|0\.0\.0\.0|[/@].*)$/.test(host);
	return isHere && !host.startsWith('/cloudsql/') ? 'localhost' : host;
}

/**
 * Where a URL leads.
 * @param defaultDatabase the database of a URL that names none
 */
export function placeOf(url: URL, defaultDatabase: string): Place {
	return {
		host: comparable(hostOf(url)),
		port: url.searchParams.get('port') ?? (url.port || '5432'),
		database: decodeURIComponent(url.pathname.slice(1)) || defaultDatabase,
	};
}

/** Variables in which applications keep the URL of their database. Others may well hold the one of a server for tests. */
const urlVariables = ['DATABASE_URL', 'DATABASE_URL_UNPOOLED', 'DIRECT_URL', 'POSTGRES_URL', 'POSTGRES_PRISMA_URL', 'POSTGRES_URL_NON_POOLING'];

/** By PGDATABASE it is said which database is the application's; PGHOST alone says no more than where it lies. */
function placeOfVariables({PGHOST = '', PGPORT, PGDATABASE}: Environment): Place | undefined {
	return PGDATABASE === undefined || PGDATABASE === '' ? undefined : {host: comparable(plainHost(PGHOST)), port: PGPORT || '5432', database: PGDATABASE};
}

function placeOfText(text: string | undefined): Place | undefined {
	try {
		const url = new URL(text ?? '');
		return /^post(?:gres|gresql|gis):$/.test(url.protocol) ? placeOf(url, decodeURIComponent(url.username)) : undefined;
	} catch {
		return undefined;
	}
}

/** Where an application finds its own database, by the variables that say so. */
export function applicationPlaces(env: Environment): ReadonlyArray<readonly [variable: string, place: Place]> {
	const places = [...urlVariables.map(name => [name, placeOfText(env[name])] as const), ['PGDATABASE', placeOfVariables(env)] as const];
	return places.flatMap(([name, place]) => place ? [[name, place] as const] : []);
}

/** True if two lead to the same server. */
export function isSameServer(one: Place, other: Place): boolean {
	return one.host === other.host && one.port === other.port;
}
