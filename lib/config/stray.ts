type Environment = Readonly<Record<string, string | undefined>>;

/** The variables by which code finds its database: `DATABASE_URL`, and those that every client of PostgreSQL reads. */
export const addressVariables = ['DATABASE_URL', 'PGHOST', 'PGPORT', 'PGUSER', 'PGDATABASE'] as const;

/**
 * Variables that win over those, or that let a client fail before it is told why: a service has an address of its own, a required
 * encryption is missed first, settings of a session that are for another server make it fail or go another way.
 * @see https://www.postgresql.org/docs/current/libpq-envars.html
 */
const misleading = ['PGHOSTADDR', 'PGPASSWORD', 'PGPASSFILE', 'PGSERVICE', 'PGSERVICEFILE', 'PGSSLMODE', 'PGREQUIRESSL', 'PGSSLNEGOTIATION', 'PGSSLROOTCERT', 'PGGSSENCMODE', 'PGREQUIREAUTH', 'PGCHANNELBINDING', 'PGTARGETSESSIONATTRS', 'PGREQUIREPEER', 'PGOPTIONS'];

/** Never resolves, by RFC 6761; a client that tries shows it. */
const nowhere = 'dataflow-tdd-refuses-stray-connections.invalid';

const scheme = /^(?:postgres(?:ql)?|postgis)(?:\+\w+)?(?=:\/\/)/i;

/** Where a process is to find its database. */
export interface Redirection {
	readonly set: Readonly<Record<string, string>>;
	/** Variables that must not be there. */
	readonly removed: readonly string[];
}

/** Variables of an environment that hold the URL of a PostgreSQL, whatever they are called; the harness's own are not among them. */
function urlVariables(env: Environment): string[] {
	return Object.keys(env).filter(name => !name.startsWith('DATAFLOW_TDD_') && scheme.test(env[name] ?? ''));
}

/**
 * Leads everything in an environment by which code finds a PostgreSQL to one address. URLs keep their scheme, by which some clients choose
 * a driver.
 * @param kept names of variables that stay as they are
 */
export function redirect(env: Environment, address: Readonly<Record<(typeof addressVariables)[number], string>>, kept: readonly string[] = []): Redirection {
	const leads = (name: string): boolean => !kept.includes(name);
	const urls = urlVariables(env).filter(name => leads(name)).map(name => [name, address.DATABASE_URL.replace(scheme, scheme.exec(env[name]!)![0])]);
	const addresses = Object.entries(address).filter(([name]) => leads(name));
	return {set: Object.fromEntries([...urls, ...addresses]) as Record<string, string>, removed: misleading.filter(name => env[name] !== undefined && leads(name))};
}

/** An environment without the variables that lead a client elsewhere than it was told, or keep it from connecting. */
export function withoutMisleading(env: Environment): Record<string, string | undefined> {
	return Object.fromEntries(Object.entries(env).filter(([name]) => !misleading.includes(name)));
}

/** An environment in which code that connects by itself reaches nothing, and gets an error that names the reason. */
export function leadNowhere(env: Environment): Record<string, string | undefined> {
	const {set, removed} = redirect(env, {DATABASE_URL: `postgres://${nowhere}/nowhere`, PGHOST: nowhere, PGPORT: '5432', PGUSER: 'nobody', PGDATABASE: 'nowhere'});
	return {...env, ...set, ...Object.fromEntries(removed.map(name => [name, undefined]))};
}

/** An environment in which a command finds the one database that it is for; by the PG* variables only where these lead nowhere else. */
export function leadTo(env: Environment, url: string): Record<string, string | undefined> {
	const {hostname, port, username, password, pathname} = new URL(url);
	const variables = {PGHOST: hostname.replaceAll(/^\[|\]$/g, ''), PGPORT: port || '5432', PGUSER: username, PGPASSWORD: password, PGDATABASE: pathname.slice(1)};
	const decoded = Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, decodeURIComponent(value)]));
	return {...env, ...(env.PGHOST === nowhere && decoded), DATABASE_URL: url};
}
