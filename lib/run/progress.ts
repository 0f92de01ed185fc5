import process from 'node:process';
import type {Ora} from 'ora';
import {isCi} from '../config/load.ts';

/** Shows what takes long: a spinner in a terminal, plain lines elsewhere, nothing for what is over at once. */
export class RunProgress {
	readonly #silentMs: number;
	readonly #startedAt = performance.now();
	readonly #isTerminal: boolean;
	#spinner: Ora | undefined;
	#lastLine = '';
	#isDone = false;

	constructor(silentMs: number) {
		this.#silentMs = silentMs;
		// A terminal may not know how wide it is: what counts the lines of a spinner then counts for ever.
		this.#isTerminal = process.stderr.isTTY && process.stderr.columns > 0 && !isCi();
	}

	/** A line that stays. */
	announce(line: string): void {
		this.#spinner?.clear();
		process.stderr.write(`${line}\n`);
	}

	show(step: string, fraction?: number | null): void {
		const text = typeof fraction === 'number' && fraction > 0 ? `${step} (${Math.round(fraction * 100)} %)` : step;
		if (this.#isDone || performance.now() - this.#startedAt < this.#silentMs) {
			return;
		}

		if (this.#isTerminal) {
			void this.#spin(text);
		} else if (step !== this.#lastLine) {
			this.#lastLine = step;
			process.stderr.write(`dataflow-tdd: ${text}\n`);
		}
	}

	/** Loaded when there is something to wait for: most runs wait for nothing. */
	async #spin(text: string): Promise<void> {
		const {default: ora} = await import('ora');
		if (!this.#isDone) {
			this.#spinner ??= ora({stream: process.stderr, discardStdin: false}).start();
			this.#spinner.text = text;
		}
	}

	/** Says how it went, and from then on nothing: the screen belongs to the test runner. */
	done(line: string | undefined): void {
		this.#isDone = true;
		this.#spinner?.stop();
		if (line !== undefined) {
			process.stderr.write(`${line}\n`);
		}
	}

	fail(): void {
		this.#isDone = true;
		this.#spinner?.stop();
	}
}
