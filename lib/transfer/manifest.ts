import type {ServerKind} from '../server/server.ts';
import {mismatchError} from '../server/snapshot-errors.ts';
import {archiveError, kindError} from './errors.ts';

/** Raised when archives are laid out in another way. */
export const archiveFormat = 1;

/** What the first entry of an archive says of the second. */
export interface Manifest {
	readonly format: number;
	readonly kind: ServerKind;
	/** The name of the snapshot. */
	readonly snapshot: string;
	readonly fingerprint: string;
	/** What servers start from: an image's digest, or a version of binaries, and the platform. */
	readonly identity: string;
	/** When the snapshot was saved, as ISO text. */
	readonly createdAt: string;
	/** Such as `dataflow-tdd 0.1.0`. */
	readonly writtenBy: string;
	readonly contents: {
		/** Of the compressed contents, as hex. */
		readonly sha256: string;
		readonly bytes: number;
		readonly unpackedBytes: number;
	};
}

/** What a snapshot has to be of, to be this project's. */
export interface Expected {
	readonly kind: ServerKind;
	readonly identity: string;
	readonly fingerprint: string;
}

/** True for the name that a snapshot of a fingerprint has. */
export function isNameOf(fingerprint: string, name: string): boolean {
	return name.startsWith(fingerprint.slice(0, 24)) && /^[\da-f]{24}-[\da-f]{8}$/.test(name);
}

function isManifest(value: unknown): value is Manifest {
	const {kind, snapshot, fingerprint, identity, createdAt, contents} = value as Partial<Manifest>;
	return [kind, identity, createdAt].every(text => typeof text === 'string')
		&& /^[\da-f]{40}$/.test(fingerprint ?? '') && isNameOf(fingerprint!, snapshot ?? '')
		&& /^[\da-f]{64}$/.test(contents?.sha256 ?? '') && Number.isSafeInteger(contents?.bytes) && Number.isSafeInteger(contents?.unpackedBytes);
}

/**
 * Reads the text of a manifest.
 * @throws {ERR_SNAPSHOT_ARCHIVE} when it is none, or of a newer format
 */
export function parseManifest(file: string, text: string): Manifest {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (error) {
		throw archiveError(file, 'its manifest is no JSON', error);
	}

	const {format} = Object(value) as Partial<Manifest>;
	if (typeof format === 'number' && format > archiveFormat) {
		throw archiveError(file, `its format is ${format}, and this release reads up to ${archiveFormat}`);
	}

	if (format !== archiveFormat || !isManifest(value)) {
		throw archiveError(file, 'its manifest is not complete');
	}

	return value;
}

/**
 * Refuses what is not of this project's sources and server.
 * @throws {ERR_SNAPSHOT_KIND} for one of another kind of server, which says nothing of its sources; {ERR_SNAPSHOT_MISMATCH}
 */
export function assertFits(source: string, {kind, identity, fingerprint}: Expected, expected: Expected): void {
	if (kind !== expected.kind) {
		throw kindError(`The snapshot in ${source} is of ${kind} servers, and tests run on ${expected.kind} ones here; nothing was taken over.`, `Import it where tests run on such servers (DATAFLOW_TDD_SERVER=${kind}), or export one from ${expected.kind} servers.`);
	}

	const parts = [['server', identity, expected.identity], ['fingerprint', fingerprint, expected.fingerprint]] as const;
	const other = parts.find(([, found, wanted]) => found !== wanted);
	if (other) {
		const [of, found, wanted] = other;
		throw mismatchError(source, {found, wanted, of});
	}
}
