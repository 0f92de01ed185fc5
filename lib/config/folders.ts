import {chmodSync, lstatSync, mkdirSync, statSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {ConfigError} from '../errors.ts';

const isRoot = (): boolean => process.getuid?.() === 0;

/** As root, PostgreSQL runs as another user, who has to pass through to its files; what lies in them is closed to it all the same. */
const folderMode = (): number => isRoot() ? 0o711 : 0o700;

/**
 * The folder for what outlives a run: snapshots, logs, bundles. As root it lies where the user that PostgreSQL runs as can
 * reach it. DATAFLOW_TDD_CACHE moves it.
 */
export function cacheFolder(): string {
	const given = process.env.DATAFLOW_TDD_CACHE;
	const folder = given ?? (isRoot() ? '/var/cache/dataflow-tdd' : path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'dataflow-tdd'));
	const isNew = mkdirSync(folder, {recursive: true, mode: folderMode()}) !== undefined;
	if (isNew || given === undefined) {
		chmodSync(folder, folderMode());
	} else if (isRoot()) {
		openPassage(folder);
	}

	return folder;
}

/** A folder that somebody chose keeps its mode, but for what PostgreSQL's user needs to pass. */
function openPassage(folder: string): void {
	const {mode} = statSync(folder);
	if ((mode & 0o011) !== 0o011) {
		chmodSync(folder, (mode & 0o7777) | 0o011);
	}
}

/** The folder for sockets, open to nobody but the user whose it is. */
export function runtimeFolder(): string {
	const name = `dataflow-tdd-${process.getuid?.() ?? os.userInfo().username}`;
	const wished = path.join(process.env.XDG_RUNTIME_DIR ?? os.tmpdir(), name);
	// The path of a socket may have about a hundred characters.
	const folder = wished.length > 80 && process.platform !== 'win32' ? path.join('/tmp', name) : wished;
	ensureOwnFolder(folder);
	if (process.platform !== 'win32' && (lstatSync(folder).mode & 0o077) !== 0) {
		throw notPrivate(folder);
	}

	return folder;
}

/**
 * Makes a folder in a place where others may make some, too, and refuses one that somebody else has made there: whoever owns a folder
 * owns what lies in it. A link is never followed.
 * @param owners whose it may be, beside this process's user
 * @throws {ERR_CONFIG_INVALID}
 */
export function ensureOwnFolder(folder: string, owners: readonly number[] = []): void {
	mkdirSync(path.dirname(folder), {recursive: true});
	try {
		mkdirSync(folder, {mode: 0o700});
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
			throw error;
		}
	}

	if (process.platform !== 'win32' && !isOwnFolder(folder, owners)) {
		throw notPrivate(folder);
	}
}

/** True for a folder, not a link to one, of this process's user or one of `owners`. */
export function isOwnFolder(folder: string, owners: readonly number[] = []): boolean {
	const status = lstatSync(folder, {throwIfNoEntry: false});
	return status?.isDirectory() === true && [process.getuid?.(), ...owners].includes(status.uid);
}

function notPrivate(folder: string): ConfigError {
	const status = lstatSync(folder);
	return new ConfigError('ERR_CONFIG_INVALID', {
		what: `The ${status.isSymbolicLink() ? 'link' : 'folder'} ${folder} belongs to user ${status.uid} with mode ${(status.mode & 0o777).toString(8)}.`,
		why: 'Sockets or servers lie in it, so it has to be a folder of yours alone; another user or an older version may have made it.',
		fix: `Run: rm -r ${folder}`,
	});
}

/** Makes a folder below the cache folder and returns its path. */
export function cacheSubfolder(...names: string[]): string {
	const folder = path.join(cacheFolder(), ...names);
	mkdirSync(folder, {recursive: true, mode: folderMode()});
	chmodSync(folder, folderMode());
	return folder;
}
