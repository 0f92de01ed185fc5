import type {ContainerRuntimeClient} from 'testcontainers';
import type {Snapshot} from '../server.ts';
import {isConflict, isNotFound, snapshotError} from './errors.ts';
import {identityOf, inspectImage, type Image} from './image.ts';
import {labels, snapshotFormat} from './labels.ts';
import type {StartedContainer} from './start-container.ts';

/** The repository whose tags are the snapshots of an engine. */
export const repository = 'dataflow-tdd-snapshot';

/** The name that a snapshot's image has. */
export function snapshotReference(name: string): string {
	return `${repository}:${name}`;
}

/** Looks at a snapshot's image; undefined if there is none. An image of that name that the harness did not make is none. */
export async function findSnapshot(engine: ContainerRuntimeClient, name: string): Promise<Image | undefined> {
	const image = await inspectImage(engine, snapshotReference(name));
	return image?.labels[labels.kind] === 'snapshot' ? image : undefined;
}

/** The entry point and command of the original image come back, so that a snapshot is an image like any other. */
function changes({image, address}: StartedContainer, name: string): string {
	const written: Readonly<Record<string, string | number>> = {
		[labels.kind]: 'snapshot', [labels.format]: snapshotFormat, [labels.name]: name, [labels.owner]: '',
		[labels.password]: address.password, [labels.baseBytes]: image.sizeBytes,
		[labels.base]: image.labels[labels.base] ?? identityOf(image), [labels.layers]: Number(image.labels[labels.layers] ?? 0) + 1,
	};
	return [
		`ENTRYPOINT ${JSON.stringify(image.entrypoint)}`,
		`CMD ${JSON.stringify(image.command)}`,
		`LABEL ${Object.entries(written).map(([label, value]) => `${label}=${JSON.stringify(String(value))}`).join(' ')}`,
	].join('\n');
}

async function assertDataInside({container}: StartedContainer['running'], folder: string | undefined): Promise<void> {
	try {
		const answer = await container.infoArchive({path: `${folder}/PG_VERSION`}) as NodeJS.ReadableStream;
		answer.resume();
	} catch (error) {
		throw snapshotError(
			`There is no data in ${folder} of the container.`,
			'The image keeps its data elsewhere and does not heed PGDATA.',
			error,
		);
	}
}

/** Saves the files of a server that has ended and whose container is held. The name comes last, so it is complete or absent. */
export async function commitSnapshot(engine: ContainerRuntimeClient, started: StartedContainer, name: string): Promise<void> {
	const {container} = started.running;
	const {Config} = await container.inspect();
	const folder = Config.Env.find(pair => pair.startsWith('PGDATA='))?.slice('PGDATA='.length);
	await assertDataInside(started.running, folder);
	await engine.container.commit(container, {repo: repository, tag: name, changes: changes(started, name)});
}

type Listed = Awaited<ReturnType<ContainerRuntimeClient['container']['dockerode']['listImages']>>[number];

function toSnapshots({RepoTags, Created, Size, Labels}: Listed): Snapshot[] {
	return (RepoTags ?? []).filter(tag => tag.startsWith(`${repository}:`)).map(tag => ({
		name: tag.slice(repository.length + 1),
		createdAt: new Date(Created * 1000),
		lastUsedAt: new Date(Created * 1000),
		sizeBytes: Math.max(0, Size - Number(Labels[labels.baseBytes] ?? 0)),
		layers: Number(Labels[labels.layers] ?? 1),
	}));
}

/** Lists the snapshots of an engine; each counts as last used when it was made. */
export async function listSnapshots({container: {dockerode}}: ContainerRuntimeClient): Promise<Snapshot[]> {
	const images = await dockerode.listImages({filters: {label: [`${labels.kind}=snapshot`]}});
	return images.flatMap(image => toSnapshots(image));
}

/** Removes an image. One that is gone is no error, nor, unless forced, is one that a container uses. */
async function removeImage({container: {dockerode}}: ContainerRuntimeClient, reference: string, force: boolean): Promise<void> {
	try {
		await dockerode.getImage(reference).remove({force});
	} catch (error) {
		if (!isNotFound(error) && (force || !isConflict(error))) {
			throw error;
		}
	}
}

/** Removes the snapshots that lost their name while a server ran from them, or to a newer one. */
export async function removeNameless(engine: ContainerRuntimeClient): Promise<void> {
	const filters = {dangling: ['true'], label: [`${labels.kind}=snapshot`]};
	const images = await engine.container.dockerode.listImages({filters});
	await Promise.all(images.map(async ({Id}) => removeImage(engine, Id, false)));
}

/** Removes a snapshot. A server that runs from it goes on, and its files go when next a snapshot is saved or removed. */
export async function removeSnapshot(engine: ContainerRuntimeClient, name: string): Promise<void> {
	await removeImage(engine, snapshotReference(name), true);
	await removeNameless(engine);
}
