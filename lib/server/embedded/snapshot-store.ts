import {mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {Readable} from 'node:stream';
import {isDeepStrictEqual} from 'node:util';
import {cacheSubfolder} from '../../config/folders.ts';
import {partName} from '../../config/parts.ts';
import {ServerError} from '../../errors.ts';
import type {Snapshot} from '../server.ts';
import {notOurs} from '../snapshot-errors.ts';
import {giveAllTo, giveTo, type Account} from './account.ts';
import {packFolder, unpackInto} from './cluster-archive.ts';
import {measureContents, type Contents} from './contents.ts';
import {exists, folderSize, isSnapshotInUse, keepCluster} from './data-folder.ts';

interface Record {
	readonly password: string;
	readonly sizeBytes: number;
	/** The folders of the databases that refuse connections. */
	readonly frozen?: readonly string[];
	/** What was saved: a snapshot that holds less, or more, is damaged. */
	readonly contents?: Contents;
}

/** Of a record that cannot be read. */
const nothing: Contents = {files: 0, bytes: 0};

/** The error for a snapshot that is not what was saved, or not there. */
export function damagedSnapshot(name: string, cause: unknown): ServerError {
	return new ServerError('ERR_SERVER_SNAPSHOT', {
		what: `The snapshot ${name} cannot be read from ${path.join(cacheSubfolder('snapshots'), name)}.`,
		why: 'It was pruned or damaged since it was chosen.',
		fix: 'Run again: it is built anew.',
		cause,
	});
}

/** Reads the record of a snapshot that comes from somewhere else: parts of it become arguments and passwords. */
async function readRecord(folder: string): Promise<Record> {
	try {
		const record = JSON.parse(await readFile(path.join(folder, 'record.json'), 'utf8')) as Record;
		const isRight = /^[\w-]{1,200}$/.test(record.password) && (record.frozen ?? []).every(oid => /^\d{1,10}$/.test(oid));
		return isRight ? record : await Promise.reject(new Error('it is not as one is written'));
	} catch (error) {
		throw notOurs(`its record cannot be read: ${(error as Error).message}`, error);
	}
}

/** Saved clusters: one folder each, with the cluster in `data` and a record beside it, renamed into place last. */
export class SnapshotStore {
	readonly #account: Account | undefined;
	/** Those that were found to be whole. */
	readonly #whole = new Set<string>();

	constructor(account: Account | undefined) {
		this.#account = account;
	}

	dataFolder(name: string): string {
		return path.join(this.#folder(name), 'data');
	}

	/**
	 * True if a snapshot is there, with every file and every byte that were saved. To look takes some ten milliseconds, so it is done once
	 * for each.
	 */
	async has(name: string): Promise<boolean> {
		const files = [this.#recordFile(name), path.join(this.dataFolder(name), 'PG_VERSION'), path.join(this.dataFolder(name), 'global', 'pg_control')];
		const found = await Promise.all(files.map(async file => exists(file)));
		return found.every(Boolean) && (this.#whole.has(name) || this.#isWhole(name));
	}

	/**
	 * Looks anew at a snapshot from which no server starts.
	 * @throws {ERR_SERVER_SNAPSHOT} for one that is damaged; from then on it counts as absent
	 */
	async assertWhole(name: string, cause: unknown): Promise<void> {
		this.#whole.delete(name);
		if (!await this.has(name)) {
			throw damagedSnapshot(name, cause);
		}
	}

	async #isWhole(name: string): Promise<boolean> {
		const {contents} = await this.#read(name).catch(() => ({contents: nothing}));
		const isWhole = contents === undefined || isDeepStrictEqual(measureContents(this.dataFolder(name)), contents);
		if (isWhole) {
			this.#whole.add(name);
		}

		return isWhole;
	}

	async #read(name: string): Promise<Record> {
		return JSON.parse(await readFile(this.#recordFile(name), 'utf8')) as Record;
	}

	/** What a start from the snapshot needs to know; marks it as used. */
	async use(name: string): Promise<Required<Pick<Record, 'password' | 'frozen'>>> {
		try {
			const record = await this.#read(name);
			await utimes(this.#recordFile(name), new Date(), new Date());
			return {password: record.password, frozen: record.frozen ?? []};
		} catch (error) {
			throw damagedSnapshot(name, error);
		}
	}

	/** Copies a cluster in and gives it its name. A snapshot of that name that is whole already wins. */
	async add(name: string, data: string, {password, frozen}: Required<Pick<Record, 'password' | 'frozen'>>): Promise<void> {
		const part = partName(this.#folder(name));
		await mkdir(part, {recursive: true, mode: 0o700});
		await giveTo(this.#account, part);
		await keepCluster(data, path.join(part, 'data'), this.#account);
		const record: Record = {password, frozen, sizeBytes: await folderSize(part), contents: measureContents(path.join(part, 'data'))};
		await writeFile(path.join(part, 'record.json'), JSON.stringify(record), {mode: 0o600});
		await this.#place(part, name).catch(() => {});
		await rm(part, {recursive: true, force: true});
	}

	/** Gives a snapshot its name. One that is whole already stays: servers of others may run from it by now. */
	async #place(part: string, name: string): Promise<void> {
		try {
			await rename(part, this.#folder(name));
		} catch {
			if (await this.has(name)) {
				return;
			}

			await this.#takeAway(name);
			await rename(part, this.#folder(name));
		}

		this.#whole.delete(name);
	}

	/** Reads a snapshot as a tar: its record and its cluster. */
	pack(name: string): Readable {
		return packFolder(this.#folder(name));
	}

	/**
	 * Makes a snapshot of what {@link pack} gave. It lies under a private name until it is whole, and is nobody's but ours until then. One
	 * that was made meanwhile stays.
	 * @throws {ERR_SNAPSHOT_DAMAGED}
	 */
	async unpack(name: string, contents: Readable, signal?: AbortSignal): Promise<void> {
		const part = partName(this.#folder(name));
		try {
			await rm(part, {recursive: true, force: true});
			await mkdir(part, {mode: 0o700});
			await unpackInto(part, contents, signal);
			await this.#adopt(part);
			await this.#place(part, name);
		} finally {
			await rm(part, {recursive: true, force: true});
		}
	}

	/** What came in has to be what its record says, and becomes the property of the user that PostgreSQL runs as. */
	async #adopt(part: string): Promise<void> {
		const data = path.join(part, 'data');
		const {password, frozen, contents} = await readRecord(part);
		const isWhole = await exists(path.join(data, 'PG_VERSION')) && isDeepStrictEqual(measureContents(data), contents);
		if (!isWhole) {
			throw notOurs('it holds less, or more, than was saved');
		}

		const record: Record = {password, frozen: frozen ?? [], sizeBytes: await folderSize(part), ...(contents && {contents})};
		await writeFile(path.join(part, 'record.json'), JSON.stringify(record), {mode: 0o600});
		await giveAllTo(this.#account, data);
		await giveTo(this.#account, part);
	}

	async list(): Promise<Snapshot[]> {
		const names = await readdir(this.#root());
		const snapshots = await Promise.all(names.filter(name => !name.includes('.')).map(async name => this.#describe(name)));
		return snapshots.filter(snapshot => snapshot !== undefined);
	}

	/** Removes a snapshot, unless a server runs from it: then it stays until the next time. */
	async remove(name: string): Promise<void> {
		if (await isSnapshotInUse(name)) {
			return;
		}

		await this.#takeAway(name);
	}

	/** Renamed first: a half-removed snapshot must not bear its name. */
	async #takeAway(name: string): Promise<void> {
		const doomed = partName(this.#folder(name), 'removed');
		await rename(this.#folder(name), doomed).catch(() => {});
		await rm(doomed, {recursive: true, force: true});
	}

	async #describe(name: string): Promise<Snapshot | undefined> {
		try {
			// A use touches the record, and nothing touches the folder once it has its name.
			const [{mtime: createdAt}, {mtime: lastUsedAt}] = await Promise.all([stat(this.#folder(name)), stat(this.#recordFile(name))]);
			const {sizeBytes} = await this.#read(name);
			return {name, createdAt, lastUsedAt, sizeBytes};
		} catch {
			return undefined;
		}
	}

	#root(): string {
		return cacheSubfolder('snapshots');
	}

	#folder(name: string): string {
		return path.join(this.#root(), name);
	}

	#recordFile(name: string): string {
		return path.join(this.#folder(name), 'record.json');
	}
}
