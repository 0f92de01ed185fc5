import process from 'node:process';
import type {Ora} from 'ora';
import {isCi} from '../config/load.ts';

/** False where escape codes are not wanted, and for a terminal that does not know its width: counting the lines of a spinner never ends there. */
function canAnimate({isTTY, columns}: NodeJS.WriteStream): boolean {
	const {NO_COLOR = '', TERM} = process.env;
	return isTTY && columns > 0 && NO_COLOR === '' && TERM !== 'dumb';
}

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
		this.#isTerminal = canAnimate(process.stderr) && !isCi();
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
			this.#spinner ??= ora({text, stream: process.stderr, discardStdin: false}).start();
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
