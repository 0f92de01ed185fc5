import type {ContainerRuntimeClient} from 'testcontainers';
import type {Progress, PullRequest, PushRequest, ServerIdentity, Snapshot, SnapshotCarrier, SnapshotPacker, StartedServer, StartRequest} from '../server.ts';
import {snapshotError, toServerError} from './errors.ts';
import {ensureImage, identityOf, type Image} from './image.ts';
import {packImage, unpackImage} from './image-archive.ts';
import {labels} from './labels.ts';
import {LastUse} from './last-use.ts';
import {pullImage, pushImage} from './registry.ts';
import {removeContainer} from './running-container.ts';
import {commitSnapshot, findSnapshot, listSnapshots, removeNameless, removeSnapshot} from './snapshot-image.ts';
import {startContainer, type StartedContainer} from './start-container.ts';

/** What the adapter is made with. */
export interface ContainerConfig {
	readonly image: string;
	readonly cacheDir?: string | undefined;
}

/** The container adapter, once an engine is connected. */
export class ContainerAdapter {
	readonly #engine: ContainerRuntimeClient;
	readonly #config: ContainerConfig;
	readonly #lastUse: LastUse;
	readonly #started = new Map<string, StartedContainer>();
	#image: Promise<Image> | undefined;

	constructor(engine: ContainerRuntimeClient, config: ContainerConfig) {
		this.#engine = engine;
		this.#config = config;
		this.#lastUse = new LastUse(config.cacheDir);
	}

	async identify(progress?: Progress): Promise<ServerIdentity> {
		const image = await this.#ensureImage(progress);
		return {identity: identityOf(image), description: `container ${this.#config.image}`};
	}

	async start({snapshot, owner, progress}: StartRequest): Promise<StartedServer> {
		const image = await (snapshot === undefined ? this.#ensureImage(progress) : this.#snapshot(snapshot));
		const started = await startContainer(this.#engine, image, owner);
		const server = started.running.toServer(started.address);
		this.#started.set(server.label, started);
		void server.ended.then(() => this.#started.delete(server.label));
		return server;
	}

	async save(server: StartedServer, name: string): Promise<void> {
		const started = this.#started.get(server.label);
		if (!started) {
			throw snapshotError(`${server.label} cannot be saved.`, 'It has ended, or another adapter started it.');
		}

		try {
			await started.running.hold();
			await commitSnapshot(this.#engine, {...started, address: server.address}, name);
			await Promise.all([this.#lastUse.touch(name), removeNameless(this.#engine)]);
		} catch (error) {
			throw toServerError({image: started.image.reference, log: started.running.log.tail(), cause: error});
		} finally {
			await server.stop();
		}
	}

	async list(): Promise<Snapshot[]> {
		const snapshots = await listSnapshots(this.#engine);
		return Promise.all(snapshots.map(async snapshot => ({
			...snapshot,
			lastUsedAt: await this.#lastUse.at(snapshot.name) ?? snapshot.lastUsedAt,
		})));
	}

	async has(name: string): Promise<boolean> {
		return await findSnapshot(this.#engine, name) !== undefined;
	}

	async remove(name: string): Promise<void> {
		await removeSnapshot(this.#engine, name);
		await this.#lastUse.forget(name);
	}

	/** How snapshots become archives. */
	readonly packer: SnapshotPacker = {
		pack: async name => packImage(this.#engine, name),
		unpack: async (name, open, signal) => {
			await unpackImage(this.#engine, {name, open, signal, base: await this.#ensureImage(undefined)});
			await this.#lastUse.touch(name);
		},
	};

	/** How snapshots come to registries. */
	readonly carrier: SnapshotCarrier = {
		push: async (request: PushRequest) => pushImage(this.#engine, request),
		pull: async (request: PullRequest) => {
			const pulled = await pullImage(this.#engine, await this.#ensureImage(request.progress), request);
			await this.#lastUse.touch(pulled.name);
			return pulled;
		},
	};

	async sweep(isAlive: (owner: string) => boolean): Promise<string[]> {
		const {dockerode} = this.#engine.container;
		const filters = {label: [`${labels.kind}=server`, labels.owner]};
		const containers = await dockerode.listContainers({all: true, filters});
		const dead = containers.filter(({Labels}) => !isAlive(Labels[labels.owner] ?? ''));
		return Promise.all(dead.map(async ({Id}) => {
			await removeContainer(dockerode.getContainer(Id));
			return `container ${Id.slice(0, 12)}`;
		}));
	}

	async #ensureImage(progress: Progress | undefined): Promise<Image> {
		this.#image ??= ensureImage(this.#engine, this.#config.image, progress);
		try {
			return await this.#image;
		} catch (error) {
			this.#image = undefined;
			throw error;
		}
	}

	async #snapshot(name: string): Promise<Image> {
		const image = await findSnapshot(this.#engine, name);
		if (!image) {
			throw snapshotError(`There is no snapshot ${name}.`, 'It was removed, or never finished.');
		}

		await this.#lastUse.touch(name);
		return image;
	}
}
