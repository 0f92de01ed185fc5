import type {Readable} from 'node:stream';

const keptLines = 500;

interface Waiter {
	readonly text: string;
	readonly resolve: (position: number) => void;
}

/** The log of one container, read from before its start to after its end, of which the last 500 lines are kept. */
export class ContainerLog {
	readonly #lines: string[] = [];
	readonly #waiters = new Set<Waiter>();
	#dropped = 0;
	#rest = '';
	/** Resolves when the container writes no more. */
	readonly closed: Promise<void>;

	constructor(stream: Readable) {
		this.closed = new Promise(resolve => {
			stream.on('data', chunk => {
				this.#take(String(chunk));
			});
			stream.on('error', () => {});
			stream.on('close', resolve);
		});
	}

	/** The last lines, newest last. */
	tail(count = 20): string {
		return [...this.#lines, ...(this.#rest ? [this.#rest] : [])].slice(-count).join('\n');
	}

	/** Resolves with the position after the first line at or after `from` that contains a text. */
	async waitFor(text: string, from = 0): Promise<number> {
		const first = Math.max(0, from - this.#dropped);
		const found = this.#lines.findIndex((line, index) => index >= first && line.includes(text));
		return found === -1
			? new Promise(resolve => {
				this.#waiters.add({text, resolve});
			})
			: this.#dropped + found + 1;
	}

	#take(chunk: string): void {
		const lines = (this.#rest + chunk).split(/\r?\n/);
		this.#rest = lines.pop() ?? '';
		for (const line of lines) {
			this.#push(line);
		}
	}

	#push(line: string): void {
		this.#lines.push(line);
		if (this.#lines.length > keptLines) {
			this.#lines.shift();
			this.#dropped++;
		}

		for (const waiter of this.#waiters) {
			if (line.includes(waiter.text)) {
				this.#waiters.delete(waiter);
				waiter.resolve(this.#dropped + this.#lines.length);
			}
		}
	}
}
