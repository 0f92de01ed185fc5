import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import type {HarnessConfig} from '../config/options.ts';
import type {KeeperClient} from '../keeper/client.ts';
import type {KeeperEvent} from '../keeper/timeline.ts';
import {machineClass} from '../monitor/machine-class.ts';
import {recordFormat, type FileRecord} from '../monitor/records.ts';
import {createRun, readFileRecords, runVariable, writeRunHead} from '../monitor/run-store.ts';

/** How long the keeper has to tell what it did. */
const timelineWithinMs = 1000;

/** A run of which a record is kept. */
export interface RecordedRun {
	/** What the workers need to know. */
	readonly environment: Readonly<Record<string, string>>;
	/** Called once there is a keeper. */
	follow(keeper: KeeperClient): void;
}

/** Makes the folder that workers write into, and sees to it that the run is written down and reported when AVA is done. */
export function recordRun(config: HarnessConfig): RecordedRun {
	const startedAt = Date.now();
	const {id, folder} = createRun(config.projectDir, startedAt);
	return {
		environment: {[runVariable]: folder},
		follow(keeper) {
			// AVA's main process ends by having nothing left to do.
			process.once('beforeExit', () => void end({config, keeper, id, folder, startedAt}));
		},
	};
}

interface Run {
	readonly config: HarnessConfig;
	readonly keeper: KeeperClient;
	readonly id: string;
	readonly folder: string;
	readonly startedAt: number;
}

/** What is measured is never a reason for a run to fail. */
async function end(run: Run): Promise<void> {
	try {
		const endedAt = Date.now();
		const files = readFileRecords(run.folder);
		if (files.length > 0) {
			await write(run, {files, endedAt});
		}
	} catch (error) {
		process.stderr.write(`dataflow-tdd: what was measured in this run could not be written down: ${(error as Error).message}\n`);
	}
}

async function write({config, keeper, id, folder, startedAt}: Run, {files, endedAt}: {files: readonly FileRecord[]; endedAt: number}): Promise<void> {
	const {description, reason} = keeper.info;
	const kind = description.split(' ', 1)[0]!;
	writeRunHead(folder, {
		format: recordFormat, id, projectDir: config.projectDir, startedAt, endedAt, server: description, reason, workers: config.workers,
		machine: machineClass(`${kind} ${files[0]!.serverVersion}`),
		...(process.exitCode !== undefined && {exitCode: Number(process.exitCode)}),
		timeline: await timelineOf(keeper, startedAt),
	});
}

async function timelineOf(keeper: KeeperClient, since: number): Promise<readonly KeeperEvent[]> {
	if (!keeper.isOpen()) {
		return [];
	}

	keeper.ref();
	try {
		return await Promise.race([keeper.api.timeline(since), delay(timelineWithinMs, [])]);
	} catch {
		// It has ended: then nobody knows any more.
		return [];
	} finally {
		keeper.unref();
	}
}
