import {chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, statfs, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {cacheSubfolder, ensureOwnFolder, isOwnFolder} from '../../config/folders.ts';
import {ServerError} from '../../errors.ts';
import {giveTo, serverAccount, type Account} from './account.ts';
import type {Binaries} from './binaries.ts';
import {CommandError, run} from './run.ts';

/** Below this, memory is better left to others. */
const roomInMemory = 2_000_000_000;
const memoryFolder = '/dev/shm';

const inMemory = (memory: string): string => path.join(memory, `dataflow-tdd-${process.getuid?.() ?? 0}`);

/** Linux's file system in memory, if it has room: copying a cluster there takes a quarter of what it takes on a busy disk. */
async function memoryRoot(memory: string): Promise<string | undefined> {
	if (process.platform !== 'linux') {
		return undefined;
	}

	const {bavail, bsize} = await statfs(memory).catch(() => ({bavail: 0, bsize: 0}));
	return bavail * bsize >= roomInMemory ? inMemory(memory) : undefined;
}

/** Where the user wants servers to lie, if he has said so. */
const wishedFolder = (): string | undefined => process.env.DATAFLOW_TDD_DATA || undefined;

/**
 * The folder in which servers have a folder each: DATAFLOW_TDD_DATA, or in memory where there is room, else in the cache.
 * @param memory the file system in memory, where every user may make folders
 * @throws {ERR_CONFIG_INVALID} when somebody else has made ours there
 */
export async function serversFolder(account: Account | undefined, memory: string = memoryFolder): Promise<string> {
	const wished = wishedFolder();
	const root = wished === undefined ? await memoryRoot(memory) : undefined;
	const folder = wished ?? root ?? cacheSubfolder('servers');
	if (root === undefined) {
		await mkdir(folder, {recursive: true, mode: 0o700});
	} else {
		ensureOwnFolder(root, ownersBeside(account));
		await chmod(root, 0o700);
	}

	await giveTo(account, folder);
	return folder;
}

const ownersBeside = (account: Account | undefined): number[] => account ? [account.uid] : [];

/** All folders in which servers may have folders, whatever room there was when they were made. */
export async function serverFolders(memory: string = memoryFolder): Promise<string[]> {
	const wished = wishedFolder();
	// What lies in a folder that somebody else has made is nothing to read, end or remove.
	const isOwn = isOwnFolder(inMemory(memory), ownersBeside(serverAccount()));
	const roots = wished === undefined ? [cacheSubfolder('servers'), ...(isOwn ? [inMemory(memory)] : [])] : [wished];
	const folders = await Promise.all(roots.map(async root => (await readdir(root).catch(() => [])).map(name => path.join(root, name))));
	return folders.flat();
}

/** Makes the folder of one server and writes down whose it is and what it starts from. */
export async function createServerFolder({owner, snapshot = '', account}: {owner: string; snapshot?: string; account: Account | undefined}): Promise<string> {
	const folder = await mkdtemp(path.join(await serversFolder(account), 's-'));
	await writeFile(path.join(folder, 'snapshot'), snapshot);
	await writeFile(path.join(folder, 'owner'), owner);
	await giveTo(account, folder);
	return folder;
}

/** True if a server runs from a snapshot: it reads the template databases where they lie. */
export async function isSnapshotInUse(snapshot: string): Promise<boolean> {
	const used = await Promise.all((await serverFolders()).map(async folder => readFile(path.join(folder, 'snapshot'), 'utf8').catch(() => '')));
	return used.includes(snapshot);
}

/** Whose a server's folder is; an empty text while it is being made. */
export async function readOwner(folder: string): Promise<string> {
	return readFile(path.join(folder, 'owner'), 'utf8').catch(() => '');
}

/** Removes a server's folder, however much of it there is. */
export async function removeServerFolder(folder: string): Promise<void> {
	await rm(folder, {recursive: true, force: true, maxRetries: 3});
}

/** Makes an empty cluster with one superuser, `postgres`. */
export async function createCluster(data: string, {binaries, account, password}: {binaries: Binaries; account: Account | undefined; password: string}): Promise<void> {
	const passwordFile = path.join(path.dirname(data), 'pw');
	await writeFile(passwordFile, password, {mode: 0o600});
	await giveTo(account, passwordFile);
	// The password crosses a socket or the loopback interface only, and its proof by SCRAM costs each worker 6 ms of key derivation.
	const locale = binaries.major >= 17 ? ['--locale-provider=builtin', '--locale=C.UTF-8'] : ['--locale=C'];
	try {
		await runOrExplain(path.join(binaries.folder, 'initdb'), [
			'-D', data, '-U', 'postgres', `--pwfile=${passwordFile}`, '--auth=password', '--encoding=UTF8', ...locale,
			'--no-sync', '--no-instructions', '--wal-segsize=1', ...(binaries.major >= 18 ? ['--no-data-checksums'] : []),
		], account);
	} finally {
		await rm(passwordFile, {force: true});
	}
}

/**
 * Copies a cluster's files, except for the databases that refuse connections: nothing writes to them, so a link to them will do.
 * That makes a start independent of how many template databases a snapshot holds. $1 is the cluster, $2 the copy, $3 the names of
 * the frozen databases' folders.
 */
const copyScript = `set -e
cd "$1"; to=$2; frozen=" $3 "
mkdir -m 700 "$to" "$to/base"
set --
for entry in *; do [ "$entry" = base ] || set -- "$@" "$entry"; done
cp -Rp "$@" "$to/"
set --
for entry in base/*; do case $frozen in *" \${entry#base/} "*) ln -s "$PWD/$entry" "$to/$entry" ;; *) set -- "$@" "$entry" ;; esac; done
cp -Rp "$@" "$to/base/"`;

/** Copies a cluster for a server to run on. */
export async function copyCluster({from, to, frozen, account}: {from: string; to: string; frozen: readonly string[]; account: Account | undefined}): Promise<void> {
	await runOrExplain('/bin/sh', ['-c', copyScript, 'copy', from, to, frozen.join(' ')], account);
}

/** Puts a cluster that has ended where it will be kept, with copies in the place of links. */
const keepScript = `set -e
cp -Rp "$1" "$2"
for entry in "$2"/base/*; do
	if [ -L "$entry" ]; then target=$(readlink "$entry"); rm "$entry"; cp -Rp "$target" "$entry"; fi
done`;

/** Copies a cluster whole, for a snapshot. */
export async function keepCluster(from: string, to: string, account: Account | undefined): Promise<void> {
	await runOrExplain('/bin/sh', ['-c', keepScript, 'keep', from, to], account);
}

/** What a folder occupies, in bytes. */
export async function folderSize(folder: string): Promise<number> {
	const output = await run('du', ['-sk', folder]).catch(() => '0');
	return Number.parseInt(output, 10) * 1024;
}

async function runOrExplain(program: string, args: readonly string[], account: Account | undefined): Promise<void> {
	try {
		await run(program, args, account);
	} catch (error) {
		throw explain(error, program);
	}
}

function explain(error: unknown, program: string): ServerError {
	const output = error instanceof CommandError ? error.output : String(error);
	return /no space left|ENOSPC|disk quota/i.test(output)
		? diskFull(program, error)
		: new ServerError('ERR_SERVER_START', {
			what: `${path.basename(program)} failed while a server's files were made: ${output.trim().split('\n').at(-1) ?? ''}.`,
			why: 'The binaries may not fit this machine, or the cache folder may not be writable.',
			fix: 'Run `dataflow-tdd doctor`, or set DATAFLOW_TDD_CACHE to another folder.',
			cause: error,
		});
}

/** The error for a file system that has no room left. */
export function diskFull(doing: string, cause: unknown): ServerError {
	return new ServerError('ERR_SERVER_DISK', {
		what: `The disk that holds ${cacheSubfolder('servers')} is full (while ${path.basename(doing)} ran).`,
		why: 'Each server needs about 40 MB there, plus a copy of each of your template databases.',
		fix: 'Free some space with `dataflow-tdd prune`, or set DATAFLOW_TDD_CACHE to a folder on another disk.',
		cause,
	});
}

/** True if a path exists. */
export async function exists(file: string): Promise<boolean> {
	return stat(file).then(() => true, () => false);
}
