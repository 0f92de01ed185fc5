import {chmodSync, lstatSync, mkdirSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {ConfigError} from '../errors.ts';

const isRoot = (): boolean => process.getuid?.() === 0;

/**
 * The folder for what outlives a run: snapshots, logs, bundles. As root it lies where the user that PostgreSQL runs as can
 * reach it. DATAFLOW_TDD_CACHE moves it.
 */
export function cacheFolder(): string {
	const folder = process.env.DATAFLOW_TDD_CACHE
		?? (isRoot() ? '/var/cache/dataflow-tdd' : path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'dataflow-tdd'));
	mkdirSync(folder, {recursive: true});
	if (isRoot()) {
		chmodSync(folder, 0o711);
	}

	return folder;
}

/** The folder for sockets, open to nobody but the user whose it is. */
export function runtimeFolder(): string {
	const name = `dataflow-tdd-${process.getuid?.() ?? os.userInfo().username}`;
	const wished = path.join(process.env.XDG_RUNTIME_DIR ?? os.tmpdir(), name);
	// The path of a socket may have about a hundred characters.
	const folder = wished.length > 80 && process.platform !== 'win32' ? path.join('/tmp', name) : wished;
	mkdirSync(folder, {recursive: true, mode: 0o700});
	assertPrivate(folder);
	return folder;
}

/** Refuses a folder that somebody else made or can enter: whoever owns the socket owns the databases. */
function assertPrivate(folder: string): void {
	if (process.platform === 'win32') {
		return;
	}

	const {uid, mode} = lstatSync(folder);
	if (uid !== process.getuid?.() || (mode & 0o077) !== 0) {
		throw new ConfigError('ERR_CONFIG_INVALID', {
			what: `The folder ${folder} belongs to user ${uid} with mode ${(mode & 0o777).toString(8)}.`,
			why: 'Sockets lie in it, so it has to be yours alone; another user or an older version may have made it.',
			fix: `Run: rm -r ${folder}`,
		});
	}
}

/** Makes a folder below the cache folder and returns its path. */
export function cacheSubfolder(...names: string[]): string {
	const folder = path.join(cacheFolder(), ...names);
	mkdirSync(folder, {recursive: true});
	if (isRoot()) {
		chmodSync(folder, 0o711);
	}

	return folder;
}
