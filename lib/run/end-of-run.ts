import {readdirSync, renameSync, rmSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {runVariable} from '../config/mode.ts';
import type {HarnessConfig} from '../config/options.ts';
import type {KeeperClient} from '../keeper/client.ts';
import {createRun, readFileRecords, removeRun} from '../monitor/run-store.ts';
import {wantedReports} from '../report/reports.ts';
import {complain, endAtOnce, endWell, type Run} from './run-end.ts';

/** AVA starts the next worker within so long: after that, a run in watch mode is over. */
const cycleMs = 1000;

/** A run of which a record is kept. */
export interface RecordedRun {
	/** What the workers need to know. */
	readonly environment: Readonly<Record<string, string>>;
	/** Called once there is a keeper, in AVA's main process: the end of that is the end of the run. */
	follow(keeper: KeeperClient): void;
	/** The same, for a runner that tells when it is done: then the function is to be called that this returns. */
	accompany(keeper: KeeperClient, isWatching: boolean): () => Promise<void>;
	/** Called when there is none: then nothing will be measured. */
	drop(): void;
}

/**
 * Makes the folder that workers write into, and sees to it that the run is written down and reported when AVA is done.
 * @returns nothing, and says why, when that folder cannot be made: what is measured is never a reason for a run to fail
 */
export function recordRun(config: HarnessConfig): RecordedRun | undefined {
	try {
		return record(config);
	} catch (error) {
		process.stderr.write(`dataflow-tdd: this run is not measured: ${(error as Error).message}\n`);
		return undefined;
	}
}

function record(config: HarnessConfig): RecordedRun {
	const startedAt = Date.now();
	const {id, folder} = createRun(config.projectDir, startedAt);
	removeOldReports(config);
	return {
		environment: {[runVariable]: folder},
		drop() {
			removeRun(folder);
		},
		follow(keeper) {
			const end = accompany({config, keeper, id, folder, startedAt}, process.argv.some(argument => argument === '--watch' || argument === '-w'));
			// AVA's main process ends by having nothing left to do.
			process.once('beforeExit', () => void end());
		},
		accompany: (keeper, isWatching) => accompany({config, keeper, id, folder, startedAt}, isWatching),
	};
}

/** What an earlier run reported must not be taken for what this one does, should this one not come to its report. */
function removeOldReports(config: HarnessConfig): void {
	for (const {file} of wantedReports(config)) {
		try {
			rmSync(file, {force: true});
		} catch {
			// What cannot be removed cannot be written, and that is told when the run is over.
		}
	}
}

function accompany(run: Run, isWatching: boolean): () => Promise<void> {
	if (isWatching) {
		followCycles(run);
	}

	let hasEnded = false;
	// Unless it is interrupted, its end is told.
	process.once('exit', () => {
		if (!hasEnded) {
			endAtOnce(run);
		}
	});
	return async () => {
		hasEnded = true;
		await endWell(run);
	};
}

/** In watch mode, every time that all workers have left is the end of a run. */
function followCycles(run: Run): void {
	let timer: NodeJS.Timeout | undefined;
	run.keeper.onWorkersLeft = () => {
		clearTimeout(timer);
		timer = setTimeout(() => void endCycle(run), cycleMs).unref();
	};
}

async function endCycle(run: Run): Promise<void> {
	try {
		const {slots} = await run.keeper.api.status();
		if (slots.some(({state}) => state === 'leased')) {
			// Another worker has come meanwhile; its leaving is told, too.
			return;
		}

		const cycle = takeCycle(run);
		await (cycle && endWell(cycle));
	} catch (error) {
		complain(error);
	}
}

/** Moves what workers have written so far into the folder of a run of its own. */
function takeCycle(run: Run): Run | undefined {
	const names = readdirSync(run.folder).filter(name => name.endsWith('.json'));
	if (names.length === 0) {
		return undefined;
	}

	const {id, folder} = createRun(run.config.projectDir);
	for (const name of names) {
		renameSync(path.join(run.folder, name), path.join(folder, name));
	}

	const files = readFileRecords(folder);
	return {...run, id, folder, startedAt: files[0]!.startedAt, endedAt: Math.max(...files.map(({endedAt}) => endedAt))};
}
