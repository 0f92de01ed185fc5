import type {HarnessConfig} from '../config/options.ts';
import type {SnapshotCarrier} from '../server/server.ts';
import {kindError} from './errors.ts';
import {isNameOf} from './manifest.ts';
import {ensureSnapshot, readProject, type ProjectSnapshot, type TransferOptions} from './project-snapshot.ts';

function carrierOf({adapter: {carrier, kind}, description}: ProjectSnapshot): SnapshotCarrier {
	return carrier ?? refuse(description, kind === 'embedded'
		? 'Carry it as a file: npx dataflow-tdd snapshot export snapshot.tar'
		: `Use containers: server: 'container'.`);
}

function refuse(description: string, fix: string): never {
	throw kindError(`Tests run on ${description}, whose snapshot is no image, and registries take images.`, fix);
}

/** What was pushed. */
export interface Pushed {
	readonly snapshot: string;
	readonly fingerprint: string;
	/** Where it is now: the repository, with the fingerprint for a tag. */
	readonly reference: string;
	/** What to ask for where nothing else may come. */
	readonly digest: string;
	/** True if the snapshot was built by this call. */
	readonly isBuilt: boolean;
}

/**
 * Pushes the project's snapshot to a repository, tagged by its fingerprint, building it first where it is not there.
 * @throws {ERR_SNAPSHOT_KIND}, {ERR_SNAPSHOT_REGISTRY}, {ERR_SNAPSHOT_LOGIN}
 */
export async function pushSnapshot(config: HarnessConfig, repository: string, options: TransferOptions): Promise<Pushed> {
	const project = await readProject(config, options);
	const carrier = carrierOf(project);
	const {snapshot: {name}, isBuilt} = await ensureSnapshot(project, config, options);
	const {fingerprint} = project;
	const digest = await carrier.push({name, repository, tag: fingerprint, ...options});
	return {snapshot: name, fingerprint, reference: `${repository}:${fingerprint}`, digest, isBuilt};
}

/** What was pulled. */
export interface Pulled extends Pick<Pushed, 'snapshot' | 'fingerprint' | 'reference'> {
	/** Nothing for one that was here. */
	readonly digest: string | undefined;
	/** True if it was here before, and nothing was done. */
	readonly wasHere: boolean;
	/** What it occupies beyond the image of PostgreSQL, in bytes. */
	readonly sizeBytes: number;
}

/** Where to pull from, and the one thing that may come. */
export interface PullFrom {
	readonly repository: string;
	readonly digest?: string | undefined;
}

/**
 * Pulls the project's snapshot from a repository, if there is none here yet that the next run would start from.
 * @throws {ERR_SNAPSHOT_MISMATCH}, {ERR_SNAPSHOT_ABSENT}, {ERR_SNAPSHOT_KIND}, {ERR_SNAPSHOT_REGISTRY}, {ERR_SNAPSHOT_LOGIN}; then nothing
 * was taken over
 */
export async function pullSnapshot(config: HarnessConfig, {repository, digest}: PullFrom, options: TransferOptions): Promise<Pulled> {
	const project = await readProject(config, options);
	const carrier = carrierOf(project);
	const {fingerprint} = project;
	const reference = `${repository}:${fingerprint}`;
	const here = await project.find();
	if (here) {
		return {snapshot: here.name, fingerprint, reference, digest: undefined, wasHere: true, sizeBytes: here.sizeBytes};
	}

	const {name, ...pulled} = await carrier.pull({repository, tag: fingerprint, digest, isWanted: found => isNameOf(fingerprint, found), ...options});
	return {snapshot: name, fingerprint, reference, wasHere: false, ...pulled};
}
