import process from 'node:process';
import {loadConfig} from '../../config/load.ts';
import {sessionVariable} from '../../config/mode.ts';
import type {HarnessOptions} from '../../config/options.ts';
import {findProject} from '../../config/project.ts';
import {openRollbackContext, type OpenContext} from '../../context/rollback-context.ts';
import {Session} from '../../context/session.ts';
import {workerSession} from '../../context/worker-session.ts';
import {combinationOf} from '../../template/combination.ts';

/** True where tests run, or something else has asked for this worker's server: then that one is measured. */
const isInWorker = (): boolean => workerSession.isWanted || process.env[sessionVariable] !== undefined;

/** Hands over the session of this worker, or, outside of tests, one that is closed afterwards. */
export async function withMeasuringSession<T>(harness: HarnessOptions | undefined, name: string, use: (session: Session) => Promise<T>): Promise<T> {
	if (isInWorker()) {
		const session = await workerSession.open();
		return session.holder.during(async () => use(session));
	}

	const session = await Session.open(await loadConfig(findProject(), harness), name);
	try {
		return await session.holder.during(async () => use(session));
	} finally {
		await session.close();
	}
}

/**
 * Opens a rollback context as a fixture does, on a lane that no test has, uses it, and closes it. As the harness's own user: the role of
 * tests may not be allowed to make tables.
 */
export async function useContext(session: Session, use: (context: OpenContext['context']) => Promise<unknown>, packs: readonly string[] = []): Promise<void> {
	await session.withSpareLane(combinationOf(packs), async lane => {
		const open = await openRollbackContext(lane, {role: null});
		try {
			await use(open.context);
		} catch (error) {
			await open.close({hasFailed: true});
			throw error;
		}

		const problem = await open.close({hasFailed: false});
		if (problem) {
			throw problem;
		}
	});
}
