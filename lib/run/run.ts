import type {HarnessConfig} from '../config/options.ts';
import {HarnessError} from '../errors.ts';
import {openKeeper, type KeeperClient} from '../keeper/client.ts';
import type {Preparation} from '../keeper/protocol.ts';
import {RunProgress} from './progress.ts';

/** Below this, nobody wonders what is going on. */
const silentMs = 400;

/**
 * Begins a run: connects to the keeper for as long as AVA's main process lives, says on what the tests run, and waits for the
 * template only where it has to be built.
 * @returns the connection, which does not keep the process alive
 */
export async function beginRun(config: HarnessConfig): Promise<KeeperClient> {
	const progress = new RunProgress(silentMs);
	try {
		const keeper = await openKeeper(config, 'run', (step, fraction) => {
			progress.show(step, fraction);
		});
		const {description, reason} = keeper.info;
		progress.announce(`dataflow-tdd: tests run on ${description}: ${reason}`);
		if (config.shuffle !== undefined) {
			progress.announce(`dataflow-tdd: tests run in the order of seed ${config.shuffle}; DATAFLOW_TDD_SHUFFLE=${config.shuffle} repeats it`);
		}

		const preparation = await keeper.api.prepare();
		progress.done(preparation.isCached ? undefined : describeBuild(preparation));
		keeper.unref();
		return keeper;
	} catch (error) {
		progress.fail();
		throw error;
	}
}

function describeBuild({tookMs, damaged}: Preparation): string {
	const built = `dataflow-tdd: built the snapshot in ${(tookMs / 1000).toFixed(1)} s; later runs start from it`;
	return damaged === undefined ? built : `dataflow-tdd: the snapshot ${damaged} is damaged, and is not used\n${built}`;
}

/** AVA prints the message of an error without a cause, and nothing else: the three sentences, once for the whole run. */
export function asOneMessage(error: unknown): Error {
	return error instanceof HarnessError ? new Error(`${error.code}: ${error.message}`) : error as Error;
}
