import type {HarnessConfig} from '../config/options.ts';
import {openKeeper} from '../keeper/client.ts';
import {Snapshots} from '../keeper/snapshots.ts';
import {wishesOf} from '../keeper/wishes.ts';
import {chooseServer} from '../server/choose.ts';
import type {Progress, ServerAdapter, Snapshot} from '../server/server.ts';
import {Fingerprinter} from '../template/fingerprint.ts';
import type {Expected} from './manifest.ts';

/** What the commands that carry snapshots are told, and tell. */
export interface TransferOptions {
	readonly progress: Progress;
	/** Aborted by Ctrl-C: what was begun is taken back. */
	readonly signal?: AbortSignal;
}

/** A project as its sources and its server stand now, and its snapshot on this machine. */
export interface ProjectSnapshot extends Expected {
	readonly adapter: ServerAdapter;
	/** For people: `container postgres:17`. */
	readonly description: string;
	/** The snapshot that the next run would start from; nothing where it would have to be built. */
	find(): Promise<Snapshot | undefined>;
}

/**
 * Computes the fingerprint of a project. No server is started; an image that is not here is pulled, as its digest is a part of it.
 * @throws what choosing a server throws, and {ERR_TEMPLATE_SOURCE}
 */
export async function readProject(config: HarnessConfig, {progress}: Pick<TransferOptions, 'progress'>): Promise<ProjectSnapshot> {
	const {adapter} = await chooseServer(config);
	const {identity, description} = await adapter.identify(progress);
	const fingerprint = await new Fingerprinter(config).compute(identity);
	const snapshots = new Snapshots(adapter, wishesOf(config), progress);
	return {adapter, kind: adapter.kind, identity, description, fingerprint, find: async () => snapshots.find(fingerprint)};
}

/** Waits for something that cannot be taken back, and no longer once nobody wants it. */
async function unless<T>(signal: AbortSignal | undefined, promise: Promise<T>): Promise<T> {
	signal?.throwIfAborted();
	const aborted = new Promise<never>((_resolve, reject) => {
		signal?.addEventListener('abort', () => {
			reject(signal.reason as Error);
		}, {once: true});
	});
	return Promise.race([promise, aborted]);
}

async function build(config: HarnessConfig, {progress, signal}: TransferOptions): Promise<void> {
	const opening = openKeeper(config, 'visitor', progress);
	try {
		const keeper = await unless(signal, opening);
		await unless(signal, keeper.api.prepare());
	} finally {
		// Also one that answers only when nobody waits for it any more: its connection would keep this process alive.
		void opening.then(keeper => {
			keeper.close();
		}, () => {});
	}
}

/**
 * The project's snapshot, which is built first where it is not there.
 * @throws what building it throws
 */
export async function ensureSnapshot(project: ProjectSnapshot, config: HarnessConfig, options: TransferOptions): Promise<{readonly snapshot: Snapshot; readonly isBuilt: boolean}> {
	const found = await project.find();
	if (found) {
		return {snapshot: found, isBuilt: false};
	}

	await build(config, options);
	const snapshot = await project.find();
	if (!snapshot) {
		throw new Error('the sources changed while their snapshot was built: run it again');
	}

	return {snapshot, isBuilt: true};
}
