import {findEngine} from './container/engine.ts';
import {engineError} from './container/errors.ts';
import type {ContainerAdapter} from './container/adapter.ts';
import type {Progress, ServerAdapter} from './server.ts';

/** What makes a container adapter. */
export interface ContainerAdapterOptions {
	/** An image of PostgreSQL, such as `postgres:17`. */
	readonly image: string;
	/** A folder for small records, such as when a snapshot was last used. Without it, that is when it was made. */
	readonly cacheDir?: string;
	/** Told of a pull that nobody gave a `progress` of its own. */
	readonly progress?: Progress;
	/** Where to look for DOCKER_HOST and the like. Default `process.env`. */
	readonly env?: NodeJS.ProcessEnv;
}

/** Importing testcontainers costs 400 ms, so that is done for an engine that answers, at the first use. */
async function connect({env, image, cacheDir}: ContainerAdapterOptions): Promise<ContainerAdapter> {
	const finding = await findEngine(env === undefined ? {} : {env});
	if (!finding.found) {
		throw engineError(finding.reason);
	}

	const {getContainerRuntimeClient} = await import('testcontainers');
	const {ContainerAdapter: Adapter} = await import('./container/adapter.ts');
	try {
		return new Adapter(await getContainerRuntimeClient(), {image, cacheDir});
	} catch (error) {
		throw engineError(`${finding.where} answers, but testcontainers cannot use it`, error);
	}
}

/**
 * Makes the adapter that runs servers in containers, on a local or a remote engine. A server lives no longer than its
 * connections: after the first one, 3 s without any end it and the engine removes it, so whoever wants to keep it
 * holds one open. Snapshots are images named `dataflow-tdd-snapshot:<name>`.
 * @throws {ERR_SERVER_ENGINE} from each method when no engine answers
 */
export function createContainerAdapter(options: ContainerAdapterOptions): ServerAdapter {
	let connected: Promise<ContainerAdapter> | undefined;
	const adapter = async () => {
		connected ??= connect(options).catch((error: unknown) => {
			connected = undefined;
			throw error;
		});
		return connected;
	};

	return {
		kind: 'container',
		canSnapshot: true,
		identify: async (progress = options.progress) => (await adapter()).identify(progress),
		start: async request => (await adapter()).start({...(options.progress && {progress: options.progress}), ...request}),
		save: async (server, name) => (await adapter()).save(server, name),
		list: async () => (await adapter()).list(),
		has: async name => (await adapter()).has(name),
		remove: async name => (await adapter()).remove(name),
		packer: {
			pack: async name => (await adapter()).packer.pack(name),
			unpack: async (name, open, signal) => (await adapter()).packer.unpack(name, open, signal),
		},
		carrier: {
			push: async request => (await adapter()).carrier.push(request),
			pull: async request => (await adapter()).carrier.pull(request),
		},
		sweep: async isAlive => (await adapter()).sweep(isAlive),
	};
}
