import type {Recorder} from '../recorder.ts';
import {readMemory, type MemoryUse} from './memory-use.ts';
import {Shown} from './shown.ts';

/** The figures of a test at one moment. */
export interface LiveFigures extends MemoryUse {
	/** Since the body began, in ms. */
	readonly elapsedMs: number;
	/** Statements that the test has sent. */
	readonly statements: number;
	/** Rows that were returned or changed. */
	readonly rows: number;
	/** While at least one statement was under way, in ms. */
	readonly databaseMs: number;
}

/** What a test costs, while it runs. Each figure is read when it is asked for. */
export class LiveMonitor extends Shown implements LiveFigures {
	readonly #recorder: Recorder;
	#startedAt = performance.now();

	constructor(recorder: Recorder) {
		super();
		this.#recorder = recorder;
		this.show('elapsedMs', 'statements', 'rows', 'databaseMs', 'heapBytes', 'externalBytes', 'bufferBytes', 'rssBytes');
	}

	/** Begins to count time: the body begins. */
	begin(): void {
		this.#startedAt = performance.now();
	}

	get elapsedMs(): number {
		return performance.now() - this.#startedAt;
	}

	get statements(): number {
		return this.#recorder.statementCount;
	}

	get rows(): number {
		return this.#recorder.rowCount;
	}

	get databaseMs(): number {
		return this.#recorder.databaseMs;
	}

	get heapBytes(): number {
		return readMemory().heapBytes;
	}

	get externalBytes(): number {
		return readMemory().externalBytes;
	}

	get bufferBytes(): number {
		return readMemory().bufferBytes;
	}

	get rssBytes(): number {
		return readMemory().rssBytes;
	}

	/** The statements by text, with how often and how long, in the order of their first use. */
	get queries(): ReadonlyArray<{readonly text: string; readonly count: number; readonly totalMs: number}> {
		return this.#recorder.statements.map(({text, count, totalMs}) => ({text, count, totalMs}));
	}

	/** All figures of this moment. */
	snapshot(): LiveFigures {
		const {elapsedMs, statements, rows, databaseMs} = this;
		return {elapsedMs, statements, rows, databaseMs, ...readMemory()};
	}
}
