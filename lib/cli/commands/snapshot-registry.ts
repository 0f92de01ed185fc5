import {carrying, seconds} from '../carrying.ts';
import {formatBytes, print} from '../output.ts';
import {loadProjectConfig} from '../project.ts';
import {usageError} from '../usage.ts';
import type {SnapshotOptions} from './snapshot.ts';

/** What `dataflow-tdd snapshot pull` takes. */
export interface PullOptions extends SnapshotOptions {
	readonly digest?: string;
}

/** A registry, with or without a port, and names below it. @see https://github.com/opencontainers/distribution-spec */
const repositories = /^(?:[\w.-]+(?::\d+)?\/)?[a-z\d]+(?:(?:\.|_{1,2}|-+)[a-z\d]+)*(?:\/[a-z\d]+(?:(?:\.|_{1,2}|-+)[a-z\d]+)*)*$/;

function assertRepository(command: string, repository: string): void {
	if (!repositories.test(repository)) {
		throw usageError(`snapshot ${command}`, {
			what: `The repository ${JSON.stringify(repository)} cannot be used.`,
			why: 'It is a registry and a name in small letters, such as ghcr.io/acme/shop-snapshots; the tag is the fingerprint, and is not given.',
		});
	}
}

/** Pushes the snapshot of this project to a registry. */
export async function push({args: [repository = ''], json = false}: SnapshotOptions): Promise<void> {
	assertRepository('push', repository);
	const {pushSnapshot} = await import('../../transfer/registry.ts');
	const startedAt = performance.now();
	await carrying(async options => {
		const pushed = await pushSnapshot(await loadProjectConfig(), repository, options);
		const {snapshot, reference, digest, isBuilt} = pushed;
		print(pushed, {json, text: `The snapshot ${snapshot}${isBuilt ? ', which was built now,' : ''} was pushed in ${seconds(startedAt)}: ${reference}, ${digest}`});
	});
}

/** Pulls the snapshot of this project from a registry. */
export async function pull({args: [repository = ''], digest, json = false}: PullOptions): Promise<void> {
	assertRepository('pull', repository);
	if (digest !== undefined && !/^sha256:[\da-f]{64}$/.test(digest)) {
		throw usageError('snapshot pull', {what: `The digest ${JSON.stringify(digest)} cannot be used.`, why: 'It is sha256: and 64 hex digits, as `snapshot push` prints it.'});
	}

	const {pullSnapshot} = await import('../../transfer/registry.ts');
	const startedAt = performance.now();
	await carrying(async options => {
		const pulled = await pullSnapshot(await loadProjectConfig(), {repository, digest}, options);
		const {snapshot, wasHere, sizeBytes} = pulled;
		const text = wasHere ? `The snapshot ${snapshot} is here already; nothing was done.` : `The snapshot ${snapshot} was pulled, ${formatBytes(sizeBytes)} in ${seconds(startedAt)}: the next run starts from it.`;
		print(pulled, {json, text});
	});
}
