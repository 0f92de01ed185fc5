import {createHash} from 'node:crypto';
import {createReadStream, createWriteStream} from 'node:fs';
import {rename, rm, stat} from 'node:fs/promises';
import path from 'node:path';
import {Transform, type Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {text} from 'node:stream/consumers';
import {createZstdCompress, createZstdDecompress} from 'node:zlib';
import {extract, pack} from 'tar-stream';
import {partName, sweepParts} from '../config/parts.ts';
import {SnapshotError} from '../errors.ts';
import {archiveError, damagedError} from './errors.ts';
import {parseManifest, type Manifest} from './manifest.ts';

const manifestName = 'manifest.json';
const contentsName = 'contents.tar.zst';
/** Each entry of a tar begins with a head of so many bytes. */
const headBytes = 512;
/** A manifest has some 500 bytes. */
const manifestLimit = 65_536;

/** What flows through it, counted and hashed. */
interface Meter {
	readonly stream: Transform;
	readonly bytes: () => number;
	readonly sha256: () => string;
}

function createMeter(onBytes: (bytes: number) => void = () => {}): Meter {
	const hash = createHash('sha256');
	let bytes = 0;
	const stream = new Transform({
		transform(chunk: Buffer, _encoding, done) {
			hash.update(chunk);
			bytes += chunk.length;
			onBytes(bytes);
			done(undefined, chunk);
		},
	});
	return {stream, bytes: () => bytes, sha256: () => hash.digest('hex')};
}

/** What to write, and where. */
export interface ArchiveRequest {
	readonly file: string;
	/** The snapshot as a tar, uncompressed. */
	readonly contents: Readable;
	readonly manifest: Omit<Manifest, 'contents'>;
	readonly onBytes?: (bytes: number) => void;
	readonly signal?: AbortSignal | undefined;
}

/**
 * Writes an archive: a tar of a manifest and the compressed contents, in this order, so that what does not fit is refused before it
 * is read. Both are written under private names first; the file bears its own name when it is whole and on disk.
 */
export async function writeArchive({file, contents, manifest, onBytes, signal}: ArchiveRequest): Promise<Manifest> {
	const part = partName(file);
	const packed = partName(`${file}.contents`);
	const options = signal === undefined ? {} : {signal};
	// What a writer that was killed has left beside it: nobody else looks there.
	sweepParts(path.dirname(file), `${path.basename(file)}.`);
	try {
		const unpacked = createMeter(onBytes);
		const compressed = createMeter();
		await pipeline(contents, unpacked.stream, createZstdCompress(), compressed.stream, createWriteStream(packed), options);
		const whole = {...manifest, contents: {sha256: compressed.sha256(), bytes: compressed.bytes(), unpackedBytes: unpacked.bytes()}};
		const archive = pack();
		archive.entry({name: manifestName, mode: 0o644}, `${JSON.stringify(whole, undefined, 2)}\n`);
		const writing = pipeline(archive as unknown as Readable, createWriteStream(part, {flush: true}), options);
		const reading = pipeline(createReadStream(packed), archive.entry({name: contentsName, mode: 0o644, size: whole.contents.bytes}) as unknown as NodeJS.WritableStream, options);
		await Promise.all([writing, reading.then(() => {
			archive.finalize();
		})]);
		await rename(part, file);
		return whole;
	} finally {
		await Promise.all([part, packed].map(async left => rm(left, {force: true})));
	}
}

/** An archive whose manifest was read. */
export interface Archive {
	readonly manifest: Manifest;
	/** Begins to read the contents, as the tar that was packed. */
	open(): Readable;
	/**
	 * Reads all of the contents and holds them against the manifest.
	 * @throws {ERR_SNAPSHOT_DAMAGED}
	 */
	verify(signal?: AbortSignal): Promise<void>;
}

interface Found {
	readonly manifest: Manifest;
	/** Where in the file the contents begin. */
	readonly start: number;
	readonly bytes: number;
}

/** Reads the two heads of an archive, and nothing of its contents. */
async function readHeads(file: string): Promise<Found> {
	const entries = extract();
	const input = createReadStream(file);
	input.on('error', error => {
		entries.destroy(error);
	});
	input.pipe(entries);
	let manifest: Manifest | undefined;
	try {
		for await (const source of entries) {
			const {header: {name, size}, offset} = source;
			if (manifest && name === contentsName) {
				return {manifest, start: offset + headBytes, bytes: size};
			}

			if (manifest || name !== manifestName || size > manifestLimit) {
				break;
			}

			manifest = parseManifest(file, await text(source));
		}
	} catch (error) {
		throw error instanceof SnapshotError ? error : archiveError(file, (error as Error).message, error);
	} finally {
		input.destroy();
	}

	throw archiveError(file, 'it does not begin with a manifest and contents');
}

/**
 * Not by `compose`, which now and then takes the end of what it reads for an abortion.
 * @param limit a few bytes may be packed that fill any disk: no more come out than the manifest says
 */
function decompress(input: Readable, limit: {readonly file: string; readonly bytes: number}): Readable {
	const output = createZstdDecompress();
	let bytes = 0;
	output.on('data', (chunk: Buffer) => {
		bytes += chunk.length;
		if (bytes > limit.bytes) {
			output.destroy(damagedError(limit.file, `it unpacks to more than the ${limit.bytes} bytes that it should hold`));
		}
	}).pause();
	input.once('error', error => {
		output.destroy(error);
	});
	output.once('close', () => {
		input.destroy();
	});
	return input.pipe(output);
}

/**
 * Reads what an archive says of itself.
 * @throws {ERR_SNAPSHOT_ARCHIVE} for another file, and for a newer format; {ERR_SNAPSHOT_DAMAGED} for one that was cut short
 */
export async function readArchive(file: string): Promise<Archive> {
	const {manifest, start, bytes} = await readHeads(file);
	const {size} = await stat(file);
	if (bytes !== manifest.contents.bytes || size < start + bytes) {
		throw damagedError(file, `it should hold ${manifest.contents.bytes} bytes of contents, and holds ${Math.min(bytes, Math.max(0, size - start))}`);
	}

	const read = (): Readable => createReadStream(file, {start, end: start + bytes - 1});
	return {
		manifest,
		open: () => decompress(read(), {file, bytes: manifest.contents.unpackedBytes}),
		async verify(signal) {
			const meter = createMeter();
			meter.stream.resume();
			await pipeline(read(), meter.stream, signal === undefined ? {} : {signal});
			const sha256 = meter.sha256();
			if (sha256 !== manifest.contents.sha256) {
				throw damagedError(file, `the SHA-256 of its contents is ${sha256}, and should be ${manifest.contents.sha256}`);
			}
		},
	};
}
