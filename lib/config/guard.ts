import {GuardError} from '../errors.ts';
import {databasePrefix} from './names.ts';

/**
 * Asked before a database is dropped, replaced or written to by the harness.
 * @throws {ERR_GUARD_REFUSED} when the harness did not name it
 */
export function assertOwnDatabase(name: string): void {
	if (!name.startsWith(databasePrefix)) {
		throw new GuardError('ERR_GUARD_REFUSED', {
			what: `The harness was about to change the database ${name}.`,
			why: `It only ever touches databases whose name begins with ${databasePrefix}, which it made itself.`,
			fix: 'Please report this: it is a fault of the harness. Nothing was changed.',
		});
	}
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Hosts of managed databases: a server there is somebody's, hardly ever a throwaway one. */
const managedHosts = /\.(?:rds\.amazonaws\.com|neon\.tech|supabase\.(?:co|com)|postgres\.database\.azure\.com|aivencloud\.com|render\.com|ondigitalocean\.com|railway\.app)$/i;
const productionName = /(?:^|[-_.])(?:prod|production|live)(?:$|[-_.\d])/i;

/** Says what makes a server look like production; nothing when nothing does. */
function suspicion(url: URL, env: Environment): string | undefined {
	if (env.NODE_ENV === 'production') {
		return 'NODE_ENV is production';
	}

	if (managedHosts.test(url.hostname)) {
		return `${url.hostname} belongs to a managed database service`;
	}

	const name = [url.hostname, decodeURIComponent(url.pathname.slice(1)), decodeURIComponent(url.username)].find(part => productionName.test(part));
	if (name !== undefined) {
		return `'${name}' is a name for production`;
	}

	return env.DATABASE_URL !== undefined && isSameServer(url, env.DATABASE_URL) ? `DATABASE_URL, the application's own database, lies on it` : undefined;
}

/** The names under which this machine knows itself are one. */
function hostOf(hostname: string): string {
	return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname) ? 'localhost' : hostname;
}

function isSameServer(url: URL, other: string): boolean {
	try {
		const {hostname, port, pathname} = new URL(other);
		return hostOf(hostname) === hostOf(url.hostname) && (port || '5432') === (url.port || '5432') && pathname === url.pathname;
	} catch {
		return false;
	}
}

/**
 * Asked before the harness makes databases on a server that it did not start.
 * @throws {ERR_GUARD_REFUSED} when it looks like production
 */
export function assertTestServer(url: URL, env: Environment): void {
	const reason = suspicion(url, env);
	if (reason !== undefined) {
		throw new GuardError('ERR_GUARD_REFUSED', {
			what: `The harness will not make databases on ${url.host}: ${reason}.`,
			why: 'A server for tests is one that nobody would miss.',
			fix: `Give the option 'server' the URL of another one, or leave it out and a throwaway server is started.`,
		});
	}
}
