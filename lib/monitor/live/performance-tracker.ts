import type {LiveMonitor} from './live-monitor.ts';
import {Shown} from './shown.ts';

/** A point in a test. */
export interface Checkpoint {
	/** The name it was set by. */
	readonly name: string;
	/** Since the body began, in ms. */
	readonly elapsedMs: number;
	/** Since the checkpoint before, or the begin of the body, in ms. */
	readonly sinceLastMs: number;
	/** Statements since then. */
	readonly statements: number;
}

/** Says where a test is in its budget, and remembers points on its way. */
export class PerformanceTracker extends Shown {
	/** What the test may take, in ms. */
	readonly budgetMs: number;
	readonly #monitor: LiveMonitor;
	readonly #checkpoints: Checkpoint[] = [];

	constructor(monitor: LiveMonitor, budgetMs: number) {
		super();
		this.#monitor = monitor;
		this.budgetMs = budgetMs;
		this.show('elapsedMs', 'remainingMs', 'isOverBudget', 'statements', 'checkpoints');
	}

	/** Since the body began, in ms. */
	get elapsedMs(): number {
		return this.#monitor.elapsedMs;
	}

	/** Statements that the test has sent. */
	get statements(): number {
		return this.#monitor.statements;
	}

	/** True once the body alone has taken more than the test may. */
	get isOverBudget(): boolean {
		return this.elapsedMs > this.budgetMs;
	}

	/** What is left of the budget, in ms; less than 0 when it is exceeded. */
	get remainingMs(): number {
		return this.budgetMs - this.elapsedMs;
	}

	/** Those that were set, the oldest first. */
	get checkpoints(): readonly Checkpoint[] {
		return this.#checkpoints;
	}

	/** Remembers a point, and how far it lies behind the one before. */
	checkpoint(name: string): Checkpoint {
		const {elapsedMs, statements} = this;
		const before = this.#checkpoints.at(-1);
		const sent = this.#checkpoints.reduce((sum, checkpoint) => sum + checkpoint.statements, 0);
		const checkpoint = {name, elapsedMs, sinceLastMs: elapsedMs - (before?.elapsedMs ?? 0), statements: statements - sent};
		this.#checkpoints.push(checkpoint);
		return checkpoint;
	}
}
