import {chooseServer} from '../../server/choose.ts';
import {formatBytes, print} from '../output.ts';
import {loadProjectConfig, type CommonOptions} from '../project.ts';

export interface PruneOptions extends CommonOptions {
	readonly all?: boolean;
	/** True to remove nothing, and only say what would be. */
	readonly dryRun?: boolean;
	/** What was used in so many last days stays. */
	readonly days: number;
}

/** Removes snapshots that were not used for some days, or all of them. A snapshot that is needed again is built again. */
export async function prune({all = false, days, dryRun = false, json = false}: PruneOptions): Promise<void> {
	const {adapter} = await chooseServer(await loadProjectConfig());
	const oldest = Date.now() - days * 24 * 3_600_000;
	const snapshots = await adapter.list();
	const doomed = snapshots.filter(({lastUsedAt}) => all || lastUsedAt.getTime() < oldest);
	for (const {name} of dryRun ? [] : doomed) {
		await adapter.remove(name);
	}

	const freed = doomed.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0);
	print({...(dryRun && {dryRun}), removed: doomed.map(({name}) => name), kept: snapshots.length - doomed.length, freedBytes: freed}, {
		json, text: `${dryRun ? 'Would remove' : 'Removed'} ${doomed.length} of ${snapshots.length} ${adapter.kind} snapshots of all projects, ${formatBytes(freed)}.`,
	});
}
