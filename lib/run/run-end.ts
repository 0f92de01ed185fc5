import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import type {HarnessConfig} from '../config/options.ts';
import type {KeeperClient} from '../keeper/client.ts';
import type {KeeperEvent} from '../keeper/timeline.ts';
import {machineClass} from '../monitor/machine-class.ts';
import {recordFormat, type FileRecord} from '../monitor/records.ts';
import {readFileRecords, readRun, removeRun, writeRunHead, type RunHead} from '../monitor/run-store.ts';

/** How long the keeper has to tell what it did. */
const timelineWithinMs = 1000;

/** A run whose workers write into a folder. */
export interface Run {
	readonly config: HarnessConfig;
	readonly keeper: KeeperClient;
	readonly id: string;
	readonly folder: string;
	readonly startedAt: number;
	/** When it ended; now, unless that is known. */
	readonly endedAt?: number;
}

/** Writes a run down, and reports it. What is measured is never a reason for a run to fail. */
export async function endWell(run: Run): Promise<void> {
	try {
		const {endedAt = Date.now()} = run;
		const files = readFileRecords(run.folder);
		if (files.length > 0) {
			writeRunHead(run.folder, headOf(run, {files, endedAt, timeline: await timelineOf(run.keeper, run.startedAt)}));
			const {reportRun} = await import('../report/after-run.ts');
			await reportRun(readRun(run.folder)!, run.config);
		} else {
			removeRun(run.folder);
		}
	} catch (error) {
		complain(error);
	}
}

/** Writes a run down at once: there is no time to ask the keeper, and nobody who reads a summary. */
export function endAtOnce(run: Run): void {
	try {
		const files = readFileRecords(run.folder);
		if (files.length > 0) {
			writeRunHead(run.folder, headOf(run, {files, endedAt: Date.now(), timeline: []}));
		}
	} catch (error) {
		complain(error);
	}
}

/** Says that a run was not written down. */
export function complain(error: unknown): void {
	process.stderr.write(`dataflow-tdd: what was measured in this run could not be written down: ${(error as Error).message}\n`);
}

interface Measured {
	readonly files: readonly FileRecord[];
	readonly endedAt: number;
	readonly timeline: readonly KeeperEvent[];
}

function headOf({config, keeper, id, startedAt}: Run, {files, endedAt, timeline}: Measured): RunHead {
	const {description, reason} = keeper.info;
	const kind = description.split(' ', 1)[0]!;
	return {
		format: recordFormat, id, projectDir: config.projectDir, startedAt, endedAt, server: description, reason, workers: config.workers,
		machine: machineClass(`${kind} ${files[0]!.serverVersion}`),
		...(process.exitCode !== undefined && {exitCode: Number(process.exitCode)}),
		timeline,
	};
}

async function timelineOf(keeper: KeeperClient, since: number): Promise<readonly KeeperEvent[]> {
	if (!keeper.isOpen()) {
		return [];
	}

	keeper.ref();
	try {
		// The timer alone must not keep the process: it would make every run a second longer.
		return await Promise.race([keeper.api.timeline(since), delay(timelineWithinMs, [], {ref: false})]);
	} catch {
		// It has ended: then nobody knows any more.
		return [];
	} finally {
		keeper.unref();
	}
}
