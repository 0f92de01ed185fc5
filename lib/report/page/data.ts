import type {KeeperEvent} from '../../keeper/timeline.ts';
import type {FileRecord, RunRecord, TestRecord} from '../../monitor/records.ts';

/** How one figure of a project went from run to run. */
export interface HistoryTrend {
	readonly metric: string;
	/** What the values are, for how they are written. Default `'count'`. */
	readonly unit?: 'ms' | 'bytes' | 'count';
	/** `at` in ms since the epoch, the oldest first. */
	readonly points: ReadonlyArray<{readonly at: number; readonly value: number}>;
	/** What counts as unchanged. */
	readonly band?: {readonly low: number; readonly high: number};
}

/** A test as the page has it: it begins so many ms after the run, and its statements point into {@link PageData.statements}. */
export interface PageTest extends TestRecord {
	/** Its place in {@link PageData.tests}. */
	readonly index: number;
	/** Which of {@link PageData.files}. */
	readonly file: number;
}

/** A file as the page has it, times from the start of the run. */
export interface PageFile extends Omit<FileRecord, 'format' | 'tests' | 'statements' | 'cache'> {
	/** What the cache did for it. */
	readonly cache: {readonly hits: number; readonly misses: number; readonly savedMs: number};
}

/** All uses of statements that are the same but for their values. */
export interface PageStatement {
	readonly text: string;
	readonly tables: readonly string[];
}

/** What is embedded in the page: times in ms from the start of the run, but for `run.startedAt` itself. */
export interface PageData {
	readonly run: Omit<RunRecord, 'files' | 'timeline' | 'format'>;
	readonly files: readonly PageFile[];
	readonly tests: readonly PageTest[];
	/** One for each fingerprint. */
	readonly statements: readonly PageStatement[];
	readonly timeline: readonly KeeperEvent[];
	readonly history: readonly HistoryTrend[];
}
