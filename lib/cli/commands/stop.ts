import {visitRunningKeeper} from '../../keeper/client.ts';
import {print} from '../output.ts';
import {loadProjectConfig, type CommonOptions} from '../project.ts';

/** Ends the keeper of this project and everything that it started, and returns when they are gone. */
export async function stop({json = false}: CommonOptions): Promise<void> {
	const keeper = await visitRunningKeeper(await loadProjectConfig());
	if (!keeper) {
		print({stopped: false}, {json, text: 'No keeper was running for this project.'});
		return;
	}

	await keeper.api.stop();
	await keeper.closed;
	print({stopped: true, pid: keeper.info.pid}, {json, text: `The keeper ${keeper.info.pid} and its servers are stopped.`});
}
