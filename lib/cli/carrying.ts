import process from 'node:process';
import {RunProgress} from '../run/progress.ts';
import type {TransferOptions} from '../transfer/project-snapshot.ts';
import {interruptedCode, interruptible} from './interruptible.ts';

/** Below this, nobody wonders what is going on. */
const silentMs = 400;

/** What a command took so far. */
export const seconds = (startedAt: number): string => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;

/** Shows what takes long, and lets Ctrl-C take back what was begun: then the command has said nothing, and ends with 130. */
export async function carrying(action: (options: TransferOptions) => Promise<void>): Promise<void> {
	const progress = new RunProgress(silentMs);
	try {
		await interruptible(async signal => action({signal, progress(step, fraction) {
			progress.show(step, fraction);
		}}));
	} catch (error) {
		if ((error as Error).name !== 'AbortError') {
			throw error;
		}

		process.exitCode = interruptedCode;
	} finally {
		progress.done(undefined);
	}
}
