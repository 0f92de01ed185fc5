import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import {homedir, userInfo} from 'node:os';
import path from 'node:path';
import process from 'node:process';

/** Whether a Docker engine answers: where it does, or one line that says why none does. */
export type EngineFinding = {readonly found: true; readonly where: string} | {readonly found: false; readonly reason: string};

/** The environment variables, and on which machine the look-out stands. */
export interface FindEngineOptions {
	readonly env?: NodeJS.ProcessEnv;
	readonly home?: string;
	/** How long one engine may take to answer. Default 2,000 ms. */
	readonly timeoutMs?: number;
}

/** One place where an engine may listen. A socket that is merely usual is not worth a word where it is absent. */
interface Candidate {
	readonly name: string;
	readonly url: string;
	readonly tls?: Tls | undefined;
}

/** The folder of the certificates with which an engine is spoken to, if one is named. */
interface Tls {
	readonly folder: string | undefined;
}

const usualSocket = '/var/run/docker.sock';

function usualSockets(env: NodeJS.ProcessEnv, home: string): string[] {
	if (process.platform === 'win32') {
		return ['//./pipe/docker_engine'];
	}

	return [
		usualSocket,
		...(env['XDG_RUNTIME_DIR'] ? [path.join(env['XDG_RUNTIME_DIR'], 'docker.sock')] : []),
		path.join(home, '.docker', 'run', 'docker.sock'),
		path.join(home, '.docker', 'desktop', 'docker.sock'),
		`/run/user/${userInfo().uid}/docker.sock`,
	];
}

/** Reads lines of `~/.testcontainers.properties`. */
async function readProperties(home: string): Promise<(key: string) => string | undefined> {
	const text = await readFile(path.join(home, '.testcontainers.properties'), 'utf8').catch(() => '');
	return key => {
		const line = text.split(/\r?\n/).findLast(each => each.split(/[=:]/)[0]?.trim() === key);
		return line?.slice(line.search(/[=:]/) + 1).trim().replaceAll(String.raw`\:`, ':');
	};
}

/**
 * The places to ask, in the order in which testcontainers asks them. DOCKER_HOST is a command: where it is set, nothing
 * but `tc.host` comes before it and nothing after it, so nobody ends up on an engine other than the one they named.
 */
async function listCandidates(env: NodeJS.ProcessEnv, home: string): Promise<Candidate[]> {
	const read = await readProperties(home);
	const named = (key: string, url: string | undefined, tls?: Tls): Candidate[] => url ? [{name: `${key}=${url}`, url, tls}] : [];
	const isVerified = (env['DOCKER_TLS_VERIFY'] ?? read('docker.tls.verify')) === '1';
	const tls = isVerified ? {folder: env['DOCKER_CERT_PATH'] ?? read('docker.cert.path')} : undefined;
	const host = env['DOCKER_HOST'];
	return [
		...named('tc.host', read('tc.host')),
		...(host ? named('DOCKER_HOST', host, tls) : [
			...named('docker.host', read('docker.host'), tls),
			...usualSockets(env, home).map(socket => ({name: socket, url: `unix://${socket}`})),
		]),
	];
}

function connectTo(url: URL): {socketPath: string} | {host: string; port: number} {
	return url.hostname === ''
		? {socketPath: decodeURIComponent(url.pathname)}
		: {host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 2375)};
}

/** @returns the certificates, read as testcontainers reads them: without a folder, it does not encrypt at all */
async function readCertificates({folder}: Tls): Promise<https.RequestOptions> {
	if (folder === undefined) {
		throw new Error('DOCKER_TLS_VERIFY is 1, and DOCKER_CERT_PATH names no folder with ca.pem, cert.pem and key.pem');
	}

	const [ca, cert, key] = await Promise.all(['ca.pem', 'cert.pem', 'key.pem'].map(async name => readFile(path.resolve(folder, name), 'utf8').catch(({code}: NodeJS.ErrnoException) => {
		throw new Error(`its certificate ${path.join(folder, name)} cannot be read: ${code}`);
	})));
	return {ca, cert, key};
}

/** Asks `GET /_ping`, the cheapest question an engine has an answer to. */
async function ping(url: URL, tls: Tls | undefined, signal: AbortSignal): Promise<void> {
	const certificates = tls && url.hostname !== '' ? await readCertificates(tls) : undefined;
	const options = {...connectTo(url), path: '/_ping', agent: false, signal} as const;
	const status = await new Promise<number | undefined>((resolve, reject) => {
		const take = (response: http.IncomingMessage): void => {
			response.resume();
			resolve(response.statusCode);
		};

		(certificates ? https.get({...options, ...certificates}, take) : http.get(options, take)).on('error', reject);
	});
	if (status !== 200) {
		throw new Error(`answered with HTTP status ${status}`);
	}
}

async function ask({url: text, tls}: Candidate, timeoutMs: number): Promise<void> {
	const url = new URL(text);
	if (url.protocol === 'ssh:') {
		throw new Error('Testcontainers does not speak ssh; forward the engine\'s socket, as docs/servers.md shows');
	}

	await ping(url, tls, AbortSignal.timeout(timeoutMs));
}

function explain({name, url}: Candidate, error: unknown, timeoutMs: number): string {
	const {code, message} = error as NodeJS.ErrnoException;
	switch (code) {
		case 'ENOENT': {
			return name.includes('=') ? `${name} names a socket that is not there` : `no socket at ${name}`;
		}

		case 'EACCES':
		case 'EPERM': {
			return `permission denied at ${name}`;
		}

		case 'ECONNREFUSED': {
			return `${name} refused the connection`;
		}

		case 'ENOTFOUND':
		case 'EAI_AGAIN': {
			return `the host of ${name} is not known`;
		}

		case 'ABORT_ERR': {
			return `${name} did not answer within ${timeoutMs} ms`;
		}

		case 'ERR_INVALID_URL': {
			return `${name.replace(`=${url}`, '')} is not a URL: ${url}`;
		}

		default: {
			return `${name}: ${message || code}`;
		}
	}
}

/** What to say when several failed: the first that is more than an absent socket, else the first. */
function mostTelling(failures: ReadonlyArray<{candidate: Candidate; reason: string}>): string {
	const telling = failures.find(({candidate, reason}) => reason !== `no socket at ${candidate.name}`);
	return (telling ?? failures[0])?.reason ?? `no socket at ${usualSocket}`;
}

/**
 * Finds out whether a Docker engine answers, where testcontainers would look for one: `tc.host`, `DOCKER_HOST`,
 * `docker.host`, the usual sockets. Takes a few milliseconds, since it does without importing testcontainers. One over ssh is
 * never found, since testcontainers refuses those.
 */
export async function findEngine({env = process.env, home = homedir(), timeoutMs = 2000}: FindEngineOptions = {}): Promise<EngineFinding> {
	const failures: Array<{candidate: Candidate; reason: string}> = [];
	for (const candidate of await listCandidates(env, home)) {
		const isAbsent = candidate.url.startsWith('unix:/') && !existsSync(candidate.url.slice('unix://'.length));
		try {
			await (isAbsent ? Promise.reject(Object.assign(new Error('absent'), {code: 'ENOENT'})) : ask(candidate, timeoutMs));
			return {found: true, where: candidate.name};
		} catch (error) {
			failures.push({candidate, reason: explain(candidate, error, timeoutMs)});
		}
	}

	return {found: false, reason: mostTelling(failures)};
}
