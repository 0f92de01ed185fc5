import {ImageName, type ContainerRuntimeClient} from 'testcontainers';
import type {Progress} from '../server.ts';
import {imageError, isNotFound, toServerError, volumesError} from './errors.ts';
import {labels} from './labels.ts';
import {createPullMeter} from './pull-meter.ts';

/** What the harness wants to know of an image. */
export interface Image {
	/** The name under which containers are made of it. */
	readonly reference: string;
	readonly id: string;
	/** The digest in the registry that it is named after, the same on every machine; without one, the id. */
	readonly digest: string;
	/** Such as `linux/amd64`: one digest may stand for several. */
	readonly platform: string;
	/** What its layers hold uncompressed, as digests, the lowest first. */
	readonly layers: readonly string[];
	readonly user: string;
	readonly sizeBytes: number;
	readonly createdAt: Date;
	readonly entrypoint: readonly string[];
	readonly command: readonly string[];
	readonly isRoot: boolean;
	readonly volumes: readonly string[];
	readonly environment: Readonly<Record<string, string>>;
	readonly labels: Readonly<Record<string, string>>;
}

type Inspected = Awaited<ReturnType<ContainerRuntimeClient['image']['inspect']>>;

function toList(value: string | string[] | null | undefined): string[] {
	return typeof value === 'string' ? [value] : value ?? [];
}

function toEnvironment(pairs: readonly string[] | null | undefined): Record<string, string> {
	return Object.fromEntries((pairs ?? []).map(pair => [pair.split('=', 1)[0], pair.slice(pair.indexOf('=') + 1)]));
}

/** `postgres` of `postgres:17`, and of `docker.io/library/postgres:17`. */
function repositoryOf(reference: string): string {
	return reference.replace(/@.*$/, '').replace(/:[^/:]*$/, '').replace(/^(?:index\.)?docker\.io\//, '').replace(/^library\//, '');
}

/** An image may have been pushed elsewhere since, under another digest: only that of its own name is the same everywhere. */
function digestOf(reference: string, {Id, RepoDigests}: Inspected): string {
	const own = (RepoDigests ?? []).filter(each => repositoryOf(each) === repositoryOf(reference));
	return own.map(each => each.slice(each.indexOf('@') + 1)).toSorted()[0] ?? Id;
}

function toImage(reference: string, inspected: Inspected): Image {
	const {Id, Size, Created, Config, Os, Architecture, RootFS} = inspected;
	const {Entrypoint, Cmd, User, Volumes, Env, Labels} = Config;
	return {
		reference,
		id: Id,
		digest: digestOf(reference, inspected),
		platform: `${Os}/${Architecture}`,
		layers: RootFS?.Layers ?? [],
		user: User ?? '',
		sizeBytes: Size,
		createdAt: new Date(Created),
		entrypoint: toList(Entrypoint),
		command: toList(Cmd),
		isRoot: /^(0|root)?(:|$)/.test(User ?? ''),
		volumes: Object.keys(Volumes ?? {}),
		environment: toEnvironment(Env),
		labels: Labels ?? {},
	};
}

/** Looks at an image; undefined if the engine has none of that name. */
export async function inspectImage(engine: ContainerRuntimeClient, reference: string): Promise<Image | undefined> {
	try {
		return toImage(reference, await engine.container.dockerode.getImage(reference).inspect());
	} catch (error) {
		if (isNotFound(error)) {
			return undefined;
		}

		throw toServerError({image: reference, log: '', cause: error});
	}
}

/** The client's own image puller, with its knowledge of logins, through a connection that tells how far a pull has come. */
function withMeter(engine: ContainerRuntimeClient, onLine: (line: string) => void): ContainerRuntimeClient['image'] {
	const {dockerode} = engine.container;
	const metered = Object.create(dockerode, {
		pull: {
			async value(...args: Parameters<typeof dockerode.pull>) {
				const stream = await dockerode.pull(...args);
				return stream.on('data', (chunk: Uint8Array) => {
					onLine(String(chunk));
				});
			},
		},
	}) as unknown;
	return Object.create(engine.image, {dockerode: {value: metered}}) as ContainerRuntimeClient['image'];
}

async function pull(engine: ContainerRuntimeClient, name: ImageName, progress?: Progress): Promise<void> {
	const meter = createPullMeter(name.string, progress);
	try {
		await withMeter(engine, meter.take).pull(name, {force: true, platform: undefined});
	} catch (error) {
		throw imageError(name.string, error);
	}

	if (meter.error) {
		throw imageError(name.string, new Error(meter.error));
	}
}

/**
 * Looks at an image, which is pulled first if it is not here.
 * @throws {ERR_SERVER_IMAGE} when it is neither here nor to be had
 */
export async function ensureImage(engine: ContainerRuntimeClient, text: string, progress?: Progress): Promise<Image> {
	const name = ImageName.fromString(text);
	const here = await inspectImage(engine, name.string);
	if (here) {
		return here;
	}

	await pull(engine, name, progress);
	const pulled = await inspectImage(engine, name.string);
	if (!pulled) {
		throw imageError(name.string);
	}

	return pulled;
}

/** The major version that an image says it holds; undefined if it says nothing. */
export function imageVersion({environment}: Image): number | undefined {
	const version = Number.parseInt(environment['PG_MAJOR'] ?? environment['PG_VERSION'] ?? '', 10);
	return Number.isNaN(version) ? undefined : version;
}

function isInside(folder: string, volume: string): boolean {
	return `${folder}/`.startsWith(`${volume.replace(/\/+$/, '')}/`);
}

/**
 * A data folder that the image's user may write and that lies in no VOLUME: a commit saves no volumes.
 * A snapshot already has one.
 */
export function dataFolder({reference, isRoot, volumes, environment, labels: written}: Image): string {
	if (written[labels.kind] === 'snapshot' && environment['PGDATA']) {
		return environment['PGDATA'];
	}

	const folders = [...(isRoot ? ['/dataflow-tdd'] : []), '/var/tmp/dataflow-tdd', '/tmp/dataflow-tdd'];
	const free = folders.find(folder => !volumes.some(volume => isInside(folder, volume)));
	if (!free) {
		throw volumesError(reference, volumes);
	}

	return `${free}/pgdata`;
}

/** What goes into fingerprints: the files of a cluster are of one image, and of one platform. */
export function identityOf({digest, platform}: Pick<Image, 'digest' | 'platform'>): string {
	return `${digest} ${platform}`;
}
