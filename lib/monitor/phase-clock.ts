import {ProcessorTimes, type Backends, type ProcessorTime} from './processor-times.ts';
import type {TestPhases, TestProcessor} from './records.ts';
import {round} from './round.ts';

type Phase = Exclude<keyof TestPhases, 'databaseMs'>;

/** Splits the time of a test: each mark ends a phase, and begins the next. */
export class PhaseClock {
	/** In ms since the epoch. */
	readonly startedAt: number;
	readonly #spent: Record<Phase, number> = {leaseMs: 0, queueMs: 0, setupMs: 0, bodyMs: 0, teardownMs: 0, endMs: 0};
	readonly #processors = ProcessorTimes.create();
	readonly #used: Partial<Record<Phase, ProcessorTime>> = {};
	#last: number;

	constructor() {
		this.#last = performance.now();
		this.startedAt = performance.timeOrigin + this.#last;
		this.#processors?.take();
	}

	/** What has passed since the last mark was this phase. */
	mark(phase: Phase): void {
		const now = performance.now();
		this.#spent[phase] += now - this.#last;
		this.#last = now;
		if (this.#processors) {
			this.#used[phase] = add(this.#used[phase], this.#processors.take());
		}
	}

	/** Says who works for the test from now on. */
	watch(backends: Backends): void {
		if (this.#processors) {
			this.#processors.backends = backends;
			this.#processors.take();
		}
	}

	/** What was used of the processors; nothing where that was not looked at. */
	get processor(): TestProcessor | undefined {
		const {setupMs, bodyMs, teardownMs, endMs} = this.#used;
		return this.#processors && {context: add(setupMs, endMs), body: add(bodyMs, teardownMs)};
	}

	/** What has passed since the last mark is nobody's. */
	skip(): void {
		this.#last = performance.now();
	}

	/** What another phase has taken, up to so many ms of it, was a wait for what all tests share. */
	moveToLease(phase: Exclude<Phase, 'leaseMs'>, ms: number): void {
		const moved = Math.min(ms, this.#spent[phase]);
		this.#spent[phase] -= moved;
		this.#spent.leaseMs += moved;
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

const nothing: ProcessorTime = {usedMs: 0, waitedMs: 0};

function add(one = nothing, other = nothing): ProcessorTime {
	return {usedMs: round(one.usedMs + other.usedMs), waitedMs: round(one.waitedMs + other.waitedMs)};
}
