import {print} from '../output.ts';
import {loadProjectConfig, withKeeper, type CommonOptions} from '../project.ts';

/** Sees to it that the template is built, and starts the servers, so that the next run waits for nothing. */
export async function warm({json = false}: CommonOptions): Promise<void> {
	const config = await loadProjectConfig();
	await withKeeper(config, async ({api, info}) => {
		const preparation = await api.prepare();
		const lease = await api.acquire('dataflow-tdd warm');
		await api.release(lease.id);
		const built = preparation.isCached ? 'the template was there' : `the template was built in ${(preparation.tookMs / 1000).toFixed(1)} s`;
		const stays = config.lingerMs === 0 ? 'Servers do not linger here (lingerMs is 0), so only the template stays.' : `They stay for ${Math.round(config.lingerMs / 1000)} s after the last run.`;
		print({...preparation, ...info, lingerMs: config.lingerMs}, {json, text: `Servers run on ${info.description}; ${built}. ${stays}`});
	});
}
