import type {ContainerRuntimeClient} from 'testcontainers';
import {mismatchError} from '../snapshot-errors.ts';
import {identityOf, type Image} from './image.ts';
import {labels, snapshotFormat} from './labels.ts';
import {repository} from './snapshot-image.ts';

/** What an image that came from elsewhere is held against. */
export interface Arrival {
	/** The image, as the engine sees it now. */
	readonly image: Image;
	/** The image of PostgreSQL that this project's snapshots are made from. */
	readonly base: Image;
	/** Where it came from, for people. */
	readonly source: string;
	/** True for the name of a snapshot that is wanted. */
	readonly isWanted: (name: string) => boolean;
}

const same = (one: readonly string[], other: readonly string[]): boolean => JSON.stringify(one) === JSON.stringify(other);

/**
 * Holds an image against what a snapshot of this project is: its labels, and what they cannot say falsely. It lies on the very layers of
 * the image of PostgreSQL, with as many above them as were saved, and starts the same program as the same user.
 * @returns the snapshot's name
 * @throws {ERR_SNAPSHOT_MISMATCH}
 */
export function assertOurs({image, base, source, isWanted}: Arrival): string {
	const {[labels.kind]: kind, [labels.format]: format, [labels.name]: name = '', [labels.base]: madeFrom, [labels.layers]: layers} = image.labels;
	const checks: ReadonlyArray<readonly [of: string, found: string | undefined, wanted: string]> = [
		['kind', kind, 'snapshot'],
		['format', format, snapshotFormat],
		['fingerprint', isWanted(name) ? 'right' : name, 'right'],
		['platform', image.platform, base.platform],
		['image of PostgreSQL', madeFrom, identityOf(base)],
		['number of saved layers', String(image.layers.length - base.layers.length), layers ?? 'unknown'],
		['lowest layers', same(image.layers.slice(0, base.layers.length), base.layers) ? 'right' : 'others', 'right'],
		['user', image.user, base.user],
		['entry point', JSON.stringify([image.entrypoint, image.command]), JSON.stringify([base.entrypoint, base.command])],
	];
	const [of, found, wanted] = checks.find(([, found, wanted]) => found !== wanted) ?? [];
	if (of !== undefined) {
		throw mismatchError(source, {of, found: found || 'unknown', wanted: wanted === 'right' ? 'another' : wanted!});
	}

	return name;
}

/** Gives an image the name of a snapshot: from then on servers start from it. */
export async function takeOver({container: {dockerode}}: ContainerRuntimeClient, {id}: Image, name: string): Promise<void> {
	await dockerode.getImage(id).tag({repo: repository, tag: name});
}
