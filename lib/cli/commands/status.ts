import {visitRunningKeeper} from '../../keeper/client.ts';
import type {KeeperStatus} from '../../keeper/protocol.ts';
import {formatBytes, formatTable, print} from '../output.ts';
import {loadProjectConfig, type CommonOptions} from '../project.ts';

function describe(status: KeeperStatus): string {
	const slots = status.slots.map(({slot, state, file, startMs, databases, server}) => [
		`server ${slot}`, state, file ?? '-', startMs === undefined ? '-' : `${Math.round(startMs)} ms`, String(databases), server ?? '-',
	]);
	return [
		`keeper ${status.pid}, up ${Math.round(status.uptimeMs / 1000)} s, ${formatBytes(status.memoryBytes)}, ${status.clients - 1} other connections, ${status.waiting} waiting`,
		`tests run on ${status.description}: ${status.reason}`,
		`template ${status.fingerprint?.slice(0, 12) ?? 'not asked for yet'}; ${status.leases} leases and ${status.clones} clones so far`,
		formatTable([['', 'state', 'test file', 'start', 'databases', 'where'], ...slots]),
		`log: ${status.logFile}`,
	].join('\n');
}

/** Shows the keeper of this project, if one is running. */
export async function status({json = false}: CommonOptions): Promise<void> {
	const keeper = await visitRunningKeeper(await loadProjectConfig());
	if (!keeper) {
		print({running: false}, {json, text: 'No keeper is running for this project. The next test run starts one, or `dataflow-tdd warm`.'});
		return;
	}

	const report = await keeper.api.status();
	keeper.close();
	print({running: true, ...report}, {json, text: describe(report)});
}
