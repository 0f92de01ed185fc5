import type {ContainerRuntimeClient} from 'testcontainers';
import {getAuthConfig} from 'testcontainers/build/container-runtime/index.js';
import type {PullRequest, PushRequest} from '../server.ts';
import {registryError} from '../snapshot-errors.ts';
import {assertOurs, takeOver} from './arrival.ts';
import {isNotFound} from './errors.ts';
import {inspectImage, type Image} from './image.ts';
import {createPullMeter, type PullMeter} from './pull-meter.ts';
import {snapshotReference} from './snapshot-image.ts';

type Options = Pick<PushRequest, 'signal'>;

/** The login for a repository's registry, from Docker's configuration: its list, its credential helpers, or its store. */
async function authOf(engine: ContainerRuntimeClient, repository: string): Promise<object> {
	const host = repository.split('/')[0]!;
	const isHost = /[.:]|^localhost$/.test(host);
	const auth = await getAuthConfig(isHost ? host : engine.info.containerRuntime.indexServerAddress);
	return auth === undefined ? {} : {authconfig: auth};
}

/** Lets a push or pull come to its end; what the engine tells of errors comes in the stream. */
async function drain(stream: NodeJS.ReadableStream, meter: PullMeter, {signal}: Options): Promise<void> {
	for await (const chunk of stream) {
		signal?.throwIfAborted();
		meter.take(String(chunk));
	}

	meter.take('\n');
	signal?.throwIfAborted();
	if (meter.error) {
		throw new Error(meter.error);
	}
}

/** Removes a name that an image had for the time of a push or a pull; the image goes with its last name. */
async function removeName({container: {dockerode}}: ContainerRuntimeClient, reference: string): Promise<void> {
	try {
		await dockerode.getImage(reference).remove();
	} catch (error) {
		if (!isNotFound(error)) {
			throw error;
		}
	}
}

const abortable = ({signal}: Options): {abortSignal?: AbortSignal} => signal === undefined ? {} : {abortSignal: signal};

/** Sends a snapshot's image to a registry, which takes the layers that it lacks. */
export async function pushImage(engine: ContainerRuntimeClient, {name, repository, tag, progress, signal}: PushRequest): Promise<string> {
	const {dockerode} = engine.container;
	const reference = `${repository}:${tag}`;
	const meter = createPullMeter(reference, progress, 'pushing');
	try {
		await dockerode.getImage(snapshotReference(name)).tag({repo: repository, tag});
		const stream = await dockerode.getImage(repository).push({tag, ...await authOf(engine, repository), ...abortable({signal})});
		await drain(stream, meter, {signal});
		return meter.digest ?? '';
	} catch (error) {
		signal?.throwIfAborted();
		throw registryError({reference, doing: 'push', cause: error});
	} finally {
		await removeName(engine, reference);
	}
}

async function fetchImage(engine: ContainerRuntimeClient, reference: string, {repository, progress, signal}: PullRequest): Promise<string> {
	const meter = createPullMeter(reference, progress);
	try {
		const stream = await engine.container.dockerode.pull(reference, {...await authOf(engine, repository), ...abortable({signal})});
		await drain(stream, meter, {signal});
		return meter.digest ?? '';
	} catch (error) {
		signal?.throwIfAborted();
		throw registryError({reference, doing: 'pull', cause: error});
	}
}

/**
 * Fetches an image from a registry, and makes it a snapshot if it is one of this project. The engine holds what comes against the
 * digest that the registry has told, or that was asked for; its name there is taken from it again, whatever happens.
 */
export async function pullImage(engine: ContainerRuntimeClient, base: Image, request: PullRequest): Promise<{name: string; digest: string; sizeBytes: number}> {
	const {repository, tag, digest, isWanted} = request;
	const reference = digest === undefined ? `${repository}:${tag}` : `${repository}@${digest}`;
	const wasHere = await inspectImage(engine, reference) !== undefined;
	try {
		const arrived = await fetchImage(engine, reference, request);
		// By its digest: a name may mean another image by now.
		const image = await inspectImage(engine, arrived === '' ? reference : `${repository}@${arrived}`);
		const name = image && assertOurs({image, base, source: reference, isWanted});
		if (!name) {
			throw registryError({reference, doing: 'pull', cause: new Error('the engine does not have what it has pulled')});
		}

		await takeOver(engine, image, name);
		return {name, digest: arrived, sizeBytes: Math.max(0, image.sizeBytes - base.sizeBytes)};
	} finally {
		if (!wasHere) {
			await removeName(engine, reference);
		}
	}
}
