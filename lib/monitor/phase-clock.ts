import {round} from './round.ts';
import type {TestPhases} from './records.ts';

type Phase = Exclude<keyof TestPhases, 'databaseMs'>;

/** Splits the time of a test: each mark ends a phase, and begins the next. */
export class PhaseClock {
	/** In ms since the epoch. */
	readonly startedAt: number;
	readonly #spent: Record<Phase, number> = {leaseMs: 0, queueMs: 0, setupMs: 0, bodyMs: 0, teardownMs: 0, endMs: 0};
	#last: number;

	constructor() {
		this.#last = performance.now();
		this.startedAt = performance.timeOrigin + this.#last;
	}

	/** What has passed since the last mark was this phase. */
	mark(phase: Phase): void {
		const now = performance.now();
		this.#spent[phase] += now - this.#last;
		this.#last = now;
	}

	/** What has passed since the last mark is nobody's. */
	skip(): void {
		this.#last = performance.now();
	}

	/** True if a phase has had time. */
	hasMarked(phase: Phase): boolean {
		return this.#spent[phase] > 0;
	}

	phases(databaseMs: number): TestPhases {
		const {leaseMs, queueMs, setupMs, bodyMs, teardownMs, endMs} = this.#spent;
		return {
			leaseMs: round(leaseMs), queueMs: round(queueMs), setupMs: round(setupMs), bodyMs: round(bodyMs), databaseMs: round(databaseMs),
			teardownMs: round(teardownMs), endMs: round(endMs),
		};
	}

	/** What budgets are about: set-up, body, teardowns and end, in ms. */
	get durationMs(): number {
		const {setupMs, bodyMs, teardownMs, endMs} = this.#spent;
		return setupMs + bodyMs + teardownMs + endMs;
	}
}
