import process from 'node:process';
import {threadId} from 'node:worker_threads';
import type {CacheReport} from '../context/cache-statistics.ts';
import {runVariable} from '../config/mode.ts';
import {recordFormat, type BegunTest, type FileRecord, type TestRecord} from './records.ts';
import {Recorder} from './recorder.ts';
import {writeFileRecord} from './run-store.ts';
import {StatementTexts} from './statement-texts.ts';

/** What a worker that is ended loses of its record is no older than this, in ms, unless its thread was busy without a pause. */
const writeEveryMs = 1000;

/** What a file recorder is told by its session whenever it writes. */
export interface SessionFigures {
	readonly slot: number;
	readonly serverVersion: number;
	readonly leaseWaitMs: number;
	readonly cache: CacheReport;
}

/**
 * Collects what the tests of one file did, and writes it into the folder of the run: at its end, and on the way, because a worker may be
 * ended before that.
 */
export class FileRecorder {
	readonly #file: string;
	readonly #figures: () => SessionFigures;
	readonly #startedAt = performance.timeOrigin + performance.now();
	readonly #texts = new StatementTexts();
	readonly #tests: TestRecord[] = [];
	readonly #underWay = new Set<BegunTest>();
	#writtenAt = 0;
	#timer: NodeJS.Timeout | undefined;
	#hasEnded = false;

	/** @param file relative to the project */
	constructor(file: string, figures: () => SessionFigures) {
		this.#file = file;
		this.#figures = figures;
	}

	/** Makes one, and writes down that the file has begun: so it is known of a file whose worker is ended that there was one. */
	static begin(file: string, figures: () => SessionFigures): FileRecorder {
		const recorder = new FileRecorder(file, figures);
		recorder.#write();
		return recorder;
	}

	/** For a test that begins. */
	createRecorder(): Recorder {
		return new Recorder(this.#texts);
	}

	/** Takes note of a test that begins; what it returns is called when that is over. */
	enter(test: BegunTest): () => void {
		this.#underWay.add(test);
		this.#writeSoon();
		return () => {
			this.#underWay.delete(test);
		};
	}

	add(test: TestRecord): void {
		this.#tests.push(test);
		this.#writeSoon();
	}

	/** Writes what was collected, at once. */
	end(): void {
		this.#hasEnded = true;
		this.#write();
	}

	/** Once a second, also while nothing ends: what hangs is then known by its name. */
	#writeSoon(): void {
		if (performance.now() - this.#writtenAt > writeEveryMs) {
			this.#write();
		} else {
			this.#timer ??= setTimeout(() => {
				this.#write();
			}, writeEveryMs).unref();
		}
	}

	/** Nothing outside of a run. */
	#write(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		const folder = process.env[runVariable];
		if (folder === undefined) {
			return;
		}

		this.#writtenAt = performance.now();
		const record: FileRecord = {
			format: recordFormat,
			file: this.#file,
			...(!this.#hasEnded && {isUnfinished: true, underWay: [...this.#underWay]}),
			pid: process.pid,
			threadId,
			startedAt: this.#startedAt,
			endedAt: performance.timeOrigin + this.#writtenAt,
			...this.#figures(),
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
