import type {HarnessConfig} from '../../config/options.ts';
import {readManifest} from '../../config/peers.ts';
import type {HealthCheck} from '../health.ts';
import {check} from './checks.ts';
import {judgeRooms, readRooms} from './disk.ts';
import {checkHistory, checkRunsFolder} from './files.ts';
import {judgeVersions, readVersions} from './versions.ts';

/** What is known of the server that tests run on. */
export interface ServerNote {
	/** Its version, such as `18.4`; undefined where none could be asked. */
	readonly postgres: string | undefined;
	/** True if its files lie on this machine, in folders of the harness. */
	readonly isEmbedded: boolean;
}

/** Looks at what needs no server: disk, versions, the folder of the runs, the history. */
export async function checkMachine({projectDir, historyFile}: HarnessConfig, {postgres, isEmbedded}: ServerNote): Promise<HealthCheck[]> {
	return [
		await check('versions', () => judgeVersions(readVersions(projectDir, postgres), readManifest())),
		await check('disk', async () => judgeRooms(await readRooms(isEmbedded))),
		await check('runs', () => checkRunsFolder(projectDir)),
		await check('history', () => checkHistory(historyFile)),
	];
}
