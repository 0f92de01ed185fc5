import type {HarnessConfig} from '../config/options.ts';
import {connectClient} from '../postgres/client.ts';
import type {Progress, ServerAddress, ServerAdapter} from '../server/server.ts';
import {startServer} from '../server/start.ts';
import {runBuild} from '../template/builder.ts';
import type {Combination} from '../template/combination.ts';
import {log} from './log.ts';
import type {Timeline} from './timeline.ts';
import type {Wishes} from './wishes.ts';

/** What {@link buildSnapshot} works with. */
export interface SnapshotBuildOptions {
	readonly adapter: ServerAdapter;
	readonly config: HarnessConfig;
	/** The keeper's id, written on servers. */
	readonly owner: string;
	/** The keeper's id in a form fit for database names. */
	readonly databaseOwner: string;
	readonly wishes: Wishes;
	readonly progress: Progress;
	readonly timeline?: Timeline | undefined;
}

/** One snapshot to build. */
export interface SnapshotBuild {
	readonly fingerprint: string;
	/** The name it is saved under, by the combinations that are in it: a wish that cannot be granted is not. */
	readonly nameOf: (combinations: readonly Combination[]) => string;
	/** The snapshot to build upon. Default: an empty server. */
	readonly from?: string | undefined;
	readonly signal: AbortSignal;
	/** Called before it is saved; throws if the sources are not those that the build began with. */
	readonly assertUnchanged: () => Promise<void>;
}

/**
 * Builds the templates of the schema and of all wishes on a server of their own, and saves it.
 * @returns the snapshot's name
 */
export async function buildSnapshot(options: SnapshotBuildOptions, build: SnapshotBuild): Promise<string> {
	const {adapter, owner, databaseOwner, wishes, progress, timeline} = options;
	const {fingerprint, nameOf, from, assertUnchanged} = build;
	log(`building the snapshot ${nameOf(wishes.list)}`);
	const endTemplate = timeline?.begin('template', {name: fingerprint});
	progress('starting a server to build the snapshot');
	const server = await startServer(adapter, {owner, progress, ...(from && {snapshot: from})});
	// Between two steps nobody else may be connected, and a server that nobody is connected to ends itself.
	const company = await connectClient({...server.address, applicationName: `dataflow-tdd keeper ${databaseOwner}`});
	try {
		const name = nameOf(await buildTemplates(options, build, server.address));
		await assertUnchanged();
		endTemplate?.();
		progress('saving the snapshot');
		const save = async (): Promise<void> => adapter.save(server, name);
		await (timeline ? timeline.during('snapshot', {name}, save) : save());
		return name;
	} catch (error) {
		await server.stop().catch(() => {});
		throw error;
	} finally {
		endTemplate?.();
		await company.end().catch(() => {});
	}
}

/** @returns the combinations that have a template now */
async function buildTemplates(
	{config, databaseOwner, wishes, progress}: SnapshotBuildOptions,
	{fingerprint, signal}: SnapshotBuild,
	address: ServerAddress,
): Promise<readonly Combination[]> {
	const request = {address, config, fingerprint, owner: databaseOwner, saveLane: true};
	await runBuild({...request, combinations: []}, progress, signal);
	const granted: Combination[] = [];
	for (const wish of wishes.list) {
		try {
			await runBuild({...request, combinations: [wish]}, progress, signal);
			granted.push(wish);
		} catch (error) {
			// It is the business of the test that asks for it again, not of all the others.
			log(`left ${wish.packs.join('+')} out of the snapshot: ${(error as Error).message}`);
			wishes.drop(wish);
		}
	}

	return granted;
}
