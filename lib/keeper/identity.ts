import {createHash} from 'node:crypto';
import {readFileSync, readdirSync, statSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {cacheSubfolder, runtimeFolder} from '../config/folders.ts';
import type {HarnessConfig} from '../config/options.ts';
import {packageStamp} from '../server/embedded/npm-package.ts';

/** What tells one keeper from another. */
export interface KeeperIdentity {
	/** 16 hex digits over user, project, configuration and installed version. */
	readonly id: string;
	/** Of the package, such as `0.1.0`. */
	readonly version: string;
	/** The socket or named pipe on which it listens. */
	readonly socket: string;
	readonly logFile: string;
}

const packageFile = path.join(import.meta.dirname, '..', '..', 'package.json');

/** The version of the installed package. */
export function packageVersion(): string {
	return (JSON.parse(readFileSync(packageFile, 'utf8')) as {version: string}).version;
}

/** Changes when the package is installed or built anew, also without a new version. */
function installationStamp(): string {
	const {mtimeMs, ino} = statSync(path.join(import.meta.dirname, `main${path.extname(import.meta.filename)}`));
	return `${mtimeMs} ${ino}`;
}

/** Variables on which it depends what servers a keeper can have, and where. */
export const engineVariables: readonly string[] = ['DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_TLS_VERIFY', 'DOCKER_CERT_PATH', 'TESTCONTAINERS_HOST_OVERRIDE', 'DATAFLOW_TDD_CACHE', 'DATAFLOW_TDD_DATA'];

const measuring: ReadonlySet<string> = new Set<keyof HarnessConfig>([
	'shuffle', 'monitor', 'budgetMs', 'maxQueries', 'repeatedStatements', 'allowedRepeats', 'slowMs', 'historyFile', 'report', 'onUnavailable',
]);

/** Of a configuration, what servers and templates depend on: keepers that differ in it are different keepers. */
export function serverPart(config: HarnessConfig): Readonly<Record<string, unknown>> {
	return Object.fromEntries(Object.entries(config).filter(([option]) => !measuring.has(option)));
}

/** Binaries that are installed or updated while a keeper lingers are for the next one. Containers and existing servers have their own. */
function binariesStamp({server, binaries, projectDir}: HarnessConfig): string {
	return binaries === undefined && (server === 'auto' || server === 'embedded') ? packageStamp(projectDir) : '';
}

/** Where keepers listen: the id is what tells them apart. */
const pipePrefix = '\\\\.\\pipe\\dataflow-tdd-';

/** The sockets of all keepers of this user, also of those that were killed. */
export function listSockets(): Array<{readonly id: string; readonly socket: string}> {
	const isWindows = process.platform === 'win32';
	const folder = isWindows ? '\\\\.\\pipe\\' : runtimeFolder();
	const pattern = isWindows ? /^dataflow-tdd-([\da-f]{16})$/ : /^([\da-f]{16})\.sock$/;
	return readdirSync(folder).flatMap(name => {
		const id = pattern.exec(name)?.[1];
		return id === undefined ? [] : [{id, socket: path.join(folder, name)}];
	});
}

/** Names the keeper of a configuration. One of another version or configuration has another name, so it is never talked to. */
export function identifyKeeper(config: HarnessConfig): KeeperIdentity {
	const version = packageVersion();
	// The order of tests, and what is measured of them, is no concern of a server's.
	const parts = [process.getuid?.() ?? 0, version, installationStamp(), serverPart(config), engineVariables.map(name => process.env[name]), binariesStamp(config)];
	const id = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
	const socket = process.platform === 'win32' ? `${pipePrefix}${id}` : path.join(runtimeFolder(), `${id}.sock`);
	return {id, version, socket, logFile: path.join(cacheSubfolder('logs'), `${id}.log`)};
}
