import {mkdtemp, readFile, rm, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {cacheSubfolder} from '../../config/folders.ts';
import {ServerError} from '../../errors.ts';
import {giveTo, type Account} from './account.ts';
import type {Binaries} from './binaries.ts';
import {CommandError, run} from './run.ts';

/** The folder in which every running embedded server has a folder of its own. */
export async function serversFolder(account: Account | undefined): Promise<string> {
	const folder = cacheSubfolder('servers');
	await giveTo(account, folder);
	return folder;
}

/** Makes the folder of one server and writes down whose it is. */
export async function createServerFolder(owner: string, account: Account | undefined): Promise<string> {
	const folder = await mkdtemp(path.join(await serversFolder(account), 's-'));
	await writeFile(path.join(folder, 'owner'), owner);
	await giveTo(account, folder);
	return folder;
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
	const locale = binaries.major >= 17 ? ['--locale-provider=builtin', '--locale=C.UTF-8'] : ['--locale=C'];
	try {
		await runOrExplain(path.join(binaries.folder, 'initdb'), [
			'-D', data, '-U', 'postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8', ...locale,
			'--no-sync', '--no-instructions', '--wal-segsize=1', ...(binaries.major >= 18 ? ['--no-data-checksums'] : []),
		], account);
	} finally {
		await rm(passwordFile, {force: true});
	}
}

/** Copies a cluster's files; a file system that can share blocks between copies does. */
export async function copyCluster(from: string, to: string, account: Account | undefined): Promise<void> {
	const flags = process.platform === 'darwin' ? ['-Rpc'] : ['-a', '--reflink=auto'];
	await runOrExplain('cp', [...flags, from, to], account);
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
