import path from 'node:path';
import type {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {text} from 'node:stream/consumers';
import {extract} from 'tar-stream';
import type {ContainerRuntimeClient} from 'testcontainers';
import {SnapshotError} from '../../errors.ts';
import {notOurs} from '../snapshot-errors.ts';
import {assertOurs, takeOver} from './arrival.ts';
import {isNotFound} from './errors.ts';
import {inspectImage, type Image} from './image.ts';
import {findSnapshot, removeNameless} from './snapshot-image.ts';

/** The files of an image's archive in which names for images may stand; each has some hundred bytes. */
const indexes: ReadonlySet<string> = new Set(['manifest.json', 'repositories', 'index.json']);
const indexLimit = 1_000_000;

/** Reads a snapshot's image as a tar. It is asked for by its id, so that no name comes along. */
export async function packImage(engine: ContainerRuntimeClient, name: string): Promise<Readable> {
	const image = await findSnapshot(engine, name);
	return await engine.container.dockerode.getImage(image?.id ?? name).get() as Readable;
}

async function readIndexes(contents: Readable, signal: AbortSignal | undefined): Promise<Map<string, unknown>> {
	const found = new Map<string, unknown>();
	const entries = extract();
	const reading = pipeline(contents, entries as unknown as NodeJS.WritableStream, signal === undefined ? {} : {signal});
	// It may fail while an entry is still being dealt with; the end of the process that would be is not ours.
	reading.catch(() => {});
	try {
		for await (const source of entries) {
			const {name, size} = source.header;
			// Engines unpack it all, and then read: `./x/../manifest.json`, or one behind a link to a folder, is in the place of the first.
			const plain = path.posix.basename(path.posix.normalize(name));
			if (!indexes.has(plain)) {
				source.resume();
				continue;
			}

			if (size > indexLimit || found.has(plain)) {
				throw notOurs(`its ${plain} is there twice, or too large`);
			}

			found.set(plain, JSON.parse(await text(source)));
		}

		await reading;
		return found;
	} catch (error) {
		await reading.catch(() => {});
		signal?.throwIfAborted();
		throw error instanceof SnapshotError ? error : notOurs((error as Error).message, error);
	}
}

interface Index {
	readonly manifests?: ReadonlyArray<{readonly annotations?: Readonly<Record<string, string>>}>;
}

/** An engine gives every name that it finds in an archive to an image in it: a snapshot could take the place of `postgres:17`. */
function assertNameless(found: ReadonlyMap<string, unknown>): void {
	const manifests = (found.get('manifest.json') ?? []) as ReadonlyArray<{readonly RepoTags?: readonly string[] | null}>;
	const {manifests: parts = []} = (found.get('index.json') ?? {}) as Index;
	const names = [
		...manifests.flatMap(({RepoTags}) => RepoTags ?? []),
		...Object.keys(Object(found.get('repositories'))),
		...parts.flatMap(({annotations = {}}) => Object.keys(annotations).filter(key => /name/i.test(key)).map(key => annotations[key]!)),
	];
	if (names.length > 0) {
		throw notOurs(`it holds names for images (${names.join(', ')})`);
	}

	if (manifests.length !== 1 && parts.length !== 1) {
		throw notOurs('it does not hold one image');
	}
}

/** Has the engine load an archive that names nothing; returns the id of the image. */
async function load({container: {dockerode}}: ContainerRuntimeClient, contents: Readable, signal: AbortSignal | undefined): Promise<string> {
	const answer = await dockerode.loadImage(contents, {quiet: true, ...(signal && {abortSignal: signal})});
	const said = await text(answer);
	const [id] = /sha256:[\da-f]{64}/.exec(said) ?? [];
	return id ?? Promise.reject(notOurs(`the engine says: ${said.trim().slice(0, 300)}`));
}

/** What to make a snapshot of. */
export interface ImageArrival {
	readonly name: string;
	readonly base: Image;
	readonly open: () => Readable;
	readonly signal?: AbortSignal | undefined;
}

/**
 * Makes a snapshot of what {@link packImage} gave, if it is one of that name. What is refused is removed.
 * @throws {ERR_SNAPSHOT_DAMAGED}, {ERR_SNAPSHOT_MISMATCH}
 */
export async function unpackImage(engine: ContainerRuntimeClient, {name, base, open, signal}: ImageArrival): Promise<void> {
	assertNameless(await readIndexes(open(), signal));
	try {
		const id = await load(engine, open(), signal);
		const image = await inspectImage(engine, id);
		if (!image) {
			throw notOurs('the engine does not have what it has loaded');
		}

		await refuseOrTake(engine, image, {name, base});
	} catch (error) {
		await removeNameless(engine);
		signal?.throwIfAborted();
		throw error;
	}
}

async function refuseOrTake(engine: ContainerRuntimeClient, image: Image, {name, base}: Pick<ImageArrival, 'name' | 'base'>): Promise<void> {
	try {
		assertOurs({image, base, source: 'the archive', isWanted: found => found === name});
	} catch (error) {
		// One that bears a name was here before, and stays.
		await engine.container.dockerode.getImage(image.id).remove().catch((failure: unknown) => {
			if (!isNotFound(failure) && (failure as {statusCode?: number}).statusCode !== 409) {
				throw failure;
			}
		});
		throw error;
	}

	await takeOver(engine, image, name);
}
