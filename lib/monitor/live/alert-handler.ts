import {inMegabytes} from './memory-use.ts';
import {Shown} from './shown.ts';

/** What is watched, and the highest value that it may have. */
export interface Threshold {
	/** How long it takes, in ms. Default: any time. */
	readonly durationMs?: number;
	/** How many statements it sends. Default: any number. */
	readonly statements?: number;
	/** How many rows its statements return or change. Default: any number. */
	readonly rows?: number;
	/** How much the heap grows, in bytes. Default: any size. */
	readonly heapBytes?: number;
}

/** Something went over its threshold. */
export interface Alert {
	/** A measure, or `test` for the test as a whole. */
	readonly name: string;
	/** Which threshold it was. */
	readonly metric: keyof Threshold;
	/** What was measured, in the unit that ends the name of the metric. */
	readonly value: number;
	/** The threshold, in the same unit. */
	readonly limit: number;
	/** Both in a sentence. */
	readonly message: string;
}

/** The name under which a test as a whole is watched. */
export const wholeTest = 'test';

const units: Readonly<Record<keyof Threshold, (value: number) => string>> = {
	durationMs: value => `took ${value.toFixed(1)} ms`,
	statements: value => `sent ${value} ${value === 1 ? 'statement' : 'statements'}`,
	rows: value => `moved ${value.toLocaleString('en')} ${value === 1 ? 'row' : 'rows'}`,
	heapBytes: value => `had ${inMegabytes(value)} on the heap`,
};

/** Tells when a measure, or the test as a whole, goes over a threshold: at once, and in its list. */
export class AlertHandler extends Shown {
	readonly #thresholds = new Map<string, Threshold>();
	readonly #listeners = new Set<(alert: Alert) => void>();
	readonly #alerts: Alert[] = [];
	/** The first error of a listener: it fails the test at its end, because nobody may be waiting when it is thrown. */
	problem: Error | undefined;

	constructor(thresholds: Readonly<Record<string, Threshold>>) {
		super();
		this.show('alerts');
		for (const [name, threshold] of Object.entries(thresholds)) {
			this.setThreshold(name, threshold);
		}
	}

	/** What has gone over its threshold so far. */
	get alerts(): readonly Alert[] {
		return this.#alerts;
	}

	/** Calls a function with each alert from now on; what it returns ends that. */
	on(listener: (alert: Alert) => void): () => void {
		this.#listeners.add(listener);
		return () => {
			this.#listeners.delete(listener);
		};
	}

	/** Sets what a measure may take, or the test as a whole by the name `test`; what is not named stays as it was. */
	setThreshold(name: string, threshold: Threshold): void {
		this.#thresholds.set(name, {...this.#thresholds.get(name), ...threshold});
	}

	/** The threshold of a measure, if it has one. */
	thresholdOf(name: string): Threshold {
		return this.#thresholds.get(name) ?? {};
	}

	/** Compares the figures of a measure with its threshold. The test as a whole is told of each of them once. */
	check(name: string, figures: Threshold): void {
		for (const [key, limit] of Object.entries(this.thresholdOf(name)) as Array<[keyof Threshold, number | undefined]>) {
			const value = figures[key];
			const isKnown = name === wholeTest && this.#alerts.some(alert => alert.name === name && alert.metric === key);
			if (limit !== undefined && value !== undefined && value > limit && !isKnown) {
				this.#tell({name, metric: key, value, limit, message: `${name === wholeTest ? 'This test' : `'${name}'`} ${units[key](value)}; its threshold is ${key === 'heapBytes' ? inMegabytes(limit) : limit}.`});
			}
		}
	}

	#tell(alert: Alert): void {
		this.#alerts.push(alert);
		for (const listener of this.#listeners) {
			try {
				listener(alert);
			} catch (error) {
				this.problem ??= error instanceof Error ? error : new Error(String(error));
			}
		}
	}
}
