import {loadConfig} from '../config/load.ts';
import type {HarnessConfig} from '../config/options.ts';
import {findProject} from '../config/project.ts';
import {openKeeper, type KeeperClient} from '../keeper/client.ts';
import {RunProgress} from '../run/progress.ts';
import {readAvaOptions} from './ava-options.ts';

/** What every command takes. */
export interface CommonOptions {
	readonly json?: boolean;
}

/** The configuration of the project that the command was called in, as its tests have it. */
export async function loadProjectConfig(): Promise<HarnessConfig> {
	const projectDir = findProject();
	return loadConfig(projectDir, await readAvaOptions(projectDir));
}

/** Connects to the project's keeper, starting it if need be, and shows what takes long. */
export async function withKeeper<T>(config: HarnessConfig, use: (keeper: KeeperClient) => Promise<T>): Promise<T> {
	const progress = new RunProgress(400);
	const keeper = await openKeeper(config, 'visitor', (step, fraction) => {
		progress.show(step, fraction);
	});
	try {
		return await use(keeper);
	} finally {
		progress.done(undefined);
		keeper.close();
	}
}
