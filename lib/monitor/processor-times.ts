import {readFileSync} from 'node:fs';
import process from 'node:process';

/** Set while a suite is measured to be compared: then it is recorded, too, how long tests use a processor and wait for one. */
export const measuringVariable = 'DATAFLOW_TDD_MEASURING';

/** Process ids of the backends that work for a test. */
export type Backends = () => readonly number[];

/** What tasks had of the processors, in ms. */
export interface ProcessorTime {
	/** They ran. */
	readonly usedMs: number;
	/** They were ready to run, while others had the processor. */
	readonly waitedMs: number;
}

const thread = '/proc/thread-self/schedstat';

/** Of one task since it began; undefined where that is not told. */
function read(file: string): ProcessorTime | undefined {
	try {
		const [used, waited] = readFileSync(file, 'latin1').split(' ');
		return {usedMs: Number(used) / 1e6, waitedMs: Number(waited) / 1e6};
	} catch {
		return undefined;
	}
}

/** The pid of a server in a container is that of some other process here. */
function isBackend(pid: number): boolean {
	try {
		return readFileSync(`/proc/${pid}/comm`, 'latin1').startsWith('postgres');
	} catch {
		return false;
	}
}

/**
 * How long this thread, and the backends that work for it, have run, and have waited for a processor: waiting is what a busy
 * machine adds to a test. Linux tells it; reading costs some ten microseconds, so only runs that are compared do it.
 * @see https://docs.kernel.org/scheduler/sched-stats.html
 */
export class ProcessorTimes {
	/** The backends of the test that runs; nothing before there are any. */
	backends: Backends = () => [];
	readonly #last = new Map<string, ProcessorTime>();
	readonly #areBackends = new Map<number, boolean>();

	/** One for this thread, where a suite is measured and the machine tells. */
	static create(): ProcessorTimes | undefined {
		return process.env[measuringVariable] === undefined || read(thread) === undefined ? undefined : new ProcessorTimes();
	}

	/** Since the last call. A backend that is seen for the first time has done nothing. */
	take(): ProcessorTime {
		const parts = [thread, ...this.backends().filter(pid => this.#isBackend(pid)).map(pid => `/proc/${pid}/schedstat`)].map(file => this.#takeFrom(file));
		return {usedMs: sum(parts.map(({usedMs}) => usedMs)), waitedMs: sum(parts.map(({waitedMs}) => waitedMs))};
	}

	#isBackend(pid: number): boolean {
		const is = this.#areBackends.get(pid) ?? isBackend(pid);
		this.#areBackends.set(pid, is);
		return is;
	}

	#takeFrom(file: string): ProcessorTime {
		const now = read(file);
		const before = this.#last.get(file) ?? now;
		if (!now || !before) {
			return {usedMs: 0, waitedMs: 0};
		}

		this.#last.set(file, now);
		return {usedMs: now.usedMs - before.usedMs, waitedMs: now.waitedMs - before.waitedMs};
	}
}

function sum(values: readonly number[]): number {
	return values.reduce((total, value) => total + value, 0);
}
