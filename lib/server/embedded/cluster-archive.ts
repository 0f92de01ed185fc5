import {createReadStream, createWriteStream, lstatSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {readdir} from 'node:fs/promises';
import {buffer} from 'node:stream/consumers';
import path from 'node:path';
import type {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {extract, pack, type Extract, type Header, type Pack} from 'tar-stream';
import {SnapshotError} from '../../errors.ts';
import {notOurs} from '../snapshot-errors.ts';

type Source = Extract extends AsyncIterable<infer Entry> ? Entry : never;

/** Files up to here, which are most of a cluster's, go through memory in one piece and without waiting: that is several times as fast. */
const readWhole = 1_000_000;
/** The same bytes for the same snapshot, whoever packs it. */
const mtime = new Date(0);

async function addFile(archive: Pack, file: string, {name, size}: {readonly name: string; readonly size: number}): Promise<void> {
	const header = {name, size, mode: 0o600, mtime, type: 'file'} as const;
	await (size > readWhole
		? pipeline(createReadStream(file), archive.entry(header) as unknown as NodeJS.WritableStream)
		: new Promise<void>((resolve, reject) => {
			archive.entry(header, readFileSync(file), error => {
				if (error) {
					reject(error);
				} else {
					resolve();
				}
			});
		}));
}

async function addAll(archive: Pack, root: string): Promise<void> {
	const entries = await readdir(root, {recursive: true, withFileTypes: true});
	const files = entries.map(entry => path.join(entry.parentPath, entry.name)).toSorted();
	for (const file of files) {
		const status = lstatSync(file);
		const name = path.relative(root, file).split(path.sep).join('/');
		if (status.isDirectory()) {
			archive.entry({name: `${name}/`, mode: 0o700, mtime, type: 'directory'}, '');
		} else if (status.isFile()) {
			await addFile(archive, file, {name, size: status.size});
		} else {
			throw notOurs(`${name} is neither a file nor a folder`);
		}
	}

	archive.finalize();
}

/** Reads a folder of plain files as a tar. What goes wrong ends the stream. */
export function packFolder(root: string): Readable {
	const archive = pack();
	addAll(archive, root).catch((error: unknown) => {
		archive.destroy(error as Error);
	});
	return archive as unknown as Readable;
}

/** A path inside of `root`; nothing for one that leads elsewhere, or nowhere. */
function placeIn(root: string, name: string): string | undefined {
	const parts = name.replace(/\/$/, '').split('/');
	const isPlain = parts.every(part => part !== '' && part !== '.' && part !== '..' && !/[\0\\:]/.test(part));
	return isPlain ? path.join(root, ...parts) : undefined;
}

async function addEntry(root: string, {name, type, size}: Header, source: Source): Promise<void> {
	const place = placeIn(root, name);
	if (place === undefined) {
		throw notOurs(`it holds the path ${JSON.stringify(name)}, which leads out of it`);
	}

	if (type === 'directory') {
		source.resume();
		mkdirSync(place, {mode: 0o700});
	} else if (type === 'file' && size <= readWhole) {
		// Never over a file that is there: a name may be given twice.
		writeFileSync(place, await buffer(source), {flag: 'wx', mode: 0o600});
	} else if (type === 'file') {
		await pipeline(source as unknown as Readable, createWriteStream(place, {flags: 'wx', mode: 0o600}));
	} else {
		throw notOurs(`${JSON.stringify(name)} is a ${type}, and a snapshot holds files and folders only`);
	}
}

/**
 * Writes a tar into an empty folder: files and folders only, none outside of it, with modes of its own.
 * @throws {ERR_SNAPSHOT_DAMAGED}
 */
export async function unpackInto(root: string, contents: Readable, signal?: AbortSignal): Promise<void> {
	const entries = extract();
	const reading = pipeline(contents, entries as unknown as NodeJS.WritableStream, signal === undefined ? {} : {signal});
	// It may fail while an entry is still being dealt with; the end of the process that would be is not ours.
	reading.catch(() => {});
	try {
		for await (const source of entries) {
			await addEntry(root, source.header, source);
		}

		await reading;
	} catch (error) {
		await reading.catch(() => {});
		signal?.throwIfAborted();
		throw error instanceof SnapshotError || isDisk(error) ? error : notOurs((error as Error).message, error);
	}
}

function isDisk(error: unknown): boolean {
	return ['ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'EMFILE'].includes((error as NodeJS.ErrnoException).code ?? '');
}
