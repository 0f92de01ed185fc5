import {ConfigError} from '../../errors.ts';
import {chooseServer} from '../../server/choose.ts';
import {formatBytes, print} from '../output.ts';
import {loadProjectConfig, type CommonOptions} from '../project.ts';

export interface PruneOptions extends CommonOptions {
	readonly all?: boolean;
	readonly days: string;
}

function assertDays(days: string): void {
	if (days.trim() === '' || !(Number(days) >= 0)) {
		throw new ConfigError('ERR_CONFIG_INVALID', {
			what: `The option --days is '${days}'.`,
			why: 'It has to be a number of days from 0.',
			fix: 'Run: dataflow-tdd prune --days 14',
		});
	}
}

/** Removes snapshots that were not used for some days, or all of them. A snapshot that is needed again is built again. */
export async function prune({all = false, days, json = false}: PruneOptions): Promise<void> {
	assertDays(days);
	const {adapter} = await chooseServer(await loadProjectConfig());
	const oldest = Date.now() - Number(days) * 24 * 3_600_000;
	const snapshots = await adapter.list();
	const doomed = snapshots.filter(({lastUsedAt}) => all || lastUsedAt.getTime() < oldest);
	for (const {name} of doomed) {
		await adapter.remove(name);
	}

	const freed = doomed.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0);
	print({removed: doomed.map(({name}) => name), kept: snapshots.length - doomed.length, freedBytes: freed}, {
		json, text: `Removed ${doomed.length} of ${snapshots.length} ${adapter.kind} snapshots of all projects, ${formatBytes(freed)}.`,
	});
}
