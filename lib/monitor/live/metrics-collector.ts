import {AsyncLocalStorage} from 'node:async_hooks';
import {observing} from '../../context/observer.ts';
import {Recorder} from '../recorder.ts';
import type {Measure} from '../records.ts';
import {round} from '../round.ts';
import {StatementTexts} from '../statement-texts.ts';
import type {LiveMonitor} from './live-monitor.ts';
import {readMemory, type MemoryUse} from './memory-use.ts';
import {Shown} from './shown.ts';

/** The figures of a stretch of a test. */
export interface Metrics extends MemoryUse {
	/** The measure that they are of; undefined for the test as a whole. */
	readonly name: string | undefined;
	/** How long it took, in ms. */
	readonly durationMs: number;
	/** How many statements were sent. */
	readonly statements: number;
	/** How many rows they returned or changed. */
	readonly rows: number;
	/** While at least one of its statements was under way, in ms. */
	readonly databaseMs: number;
}

/** Told of each measure as it ends. */
export type OnMeasure = (measure: Measure, metrics: Metrics) => void;

/** Measures named stretches of a test, which may nest and run side by side; each counts what it sends itself. */
export class MetricsCollector extends Shown {
	readonly #monitor: LiveMonitor;
	readonly #onMeasure: OnMeasure;
	readonly #measures: Measure[] = [];
	/** The measure in which the code that runs now was called. */
	readonly #around = new AsyncLocalStorage<string>();
	#last: Metrics | undefined;

	constructor(monitor: LiveMonitor, onMeasure: OnMeasure) {
		super();
		this.#monitor = monitor;
		this.#onMeasure = onMeasure;
		this.show('currentMetrics', 'measures');
	}

	/** Runs something, measures it, and returns its result: `await metricsCollector.measure('checkout', () => shop.checkout(cart))`. */
	async measure<T>(name: string, action: () => T | Promise<T>): Promise<T> {
		const parent = this.#around.getStore();
		const startMs = this.#monitor.elapsedMs;
		const recorder = new Recorder(new StatementTexts());
		try {
			return await this.#around.run(name, async () => observing(recorder, action));
		} finally {
			const durationMs = this.#monitor.elapsedMs - startMs;
			recorder.close();
			this.#end({name, startMs: round(startMs), durationMs: round(durationMs), statements: recorder.statementCount, ...parent !== undefined && {parent}}, recorder);
		}
	}

	/** The measures that have ended, in the order of their ends. */
	get measures(): readonly Measure[] {
		return this.#measures;
	}

	/** The figures of the measure that ended last; of the test so far, before the first has ended. */
	get currentMetrics(): Metrics {
		const {elapsedMs: durationMs, ...figures} = this.#monitor.snapshot();
		return this.#last ?? {name: undefined, durationMs, ...figures};
	}

	#end(measure: Measure, {rowCount: rows, databaseMs}: Recorder): void {
		const {name, durationMs, statements} = measure;
		this.#last = {name, durationMs, statements, rows, databaseMs, ...readMemory()};
		this.#measures.push(measure);
		this.#onMeasure(measure, this.#last);
	}
}
