import process from 'node:process';
import {threadId} from 'node:worker_threads';
import type {CacheReport} from '../context/cache-statistics.ts';
import {runVariable} from '../config/mode.ts';
import {recordFormat, type FileRecord, type TestRecord} from './records.ts';
import {Recorder} from './recorder.ts';
import {writeFileRecord} from './run-store.ts';
import {StatementTexts} from './statement-texts.ts';

/** What a file recorder is told when its file is done. */
export interface FileEnd {
	readonly slot: number;
	readonly serverVersion: number;
	readonly leaseWaitMs: number;
	readonly cache: CacheReport;
}

/** Collects what the tests of one file did, and writes it into the folder of the run. */
export class FileRecorder {
	readonly #file: string;
	readonly #startedAt = performance.timeOrigin + performance.now();
	readonly #texts = new StatementTexts();
	readonly #tests: TestRecord[] = [];

	/** @param file relative to the project */
	constructor(file: string) {
		this.#file = file;
	}

	/** For a test that begins. */
	createRecorder(): Recorder {
		return new Recorder(this.#texts);
	}

	add(test: TestRecord): void {
		this.#tests.push(test);
	}

	/** Writes what was collected, at once; nothing outside of a run, or when there is nothing. */
	write(end: FileEnd): void {
		const folder = process.env[runVariable];
		if (folder === undefined || this.#tests.length === 0) {
			return;
		}

		const record: FileRecord = {
			format: recordFormat,
			file: this.#file,
			pid: process.pid,
			threadId,
			startedAt: this.#startedAt,
			endedAt: performance.timeOrigin + performance.now(),
			...end,
			peakRssBytes: process.resourceUsage().maxRSS * 1024,
			tests: this.#tests,
			statements: this.#texts.list(),
		};
		try {
			writeFileRecord(folder, record);
		} catch (error) {
			process.stderr.write(`dataflow-tdd: what was measured of ${this.#file} could not be written to ${folder}: ${(error as Error).message}\n`);
		}
	}
}
