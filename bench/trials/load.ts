import {spawn, type ChildProcess} from 'node:child_process';
import process from 'node:process';

/** The longest that a burner burns, and the longest pause after it, in ms. */
const burnsMs = 5000;
const pausesMs = 3000;

/** Load that comes and goes: each of some burners keeps one processor busy for a while, then pauses. */
export class Load {
	readonly #burners: number;
	readonly #running = new Set<ChildProcess>();
	readonly #pauses = new Set<NodeJS.Timeout>();
	#isOver = false;

	constructor(burners: number) {
		this.#burners = burners;
	}

	start(): void {
		for (let number = 0; number < this.#burners; number++) {
			this.#pause();
		}
	}

	#pause(): void {
		const pause = setTimeout(() => {
			this.#pauses.delete(pause);
			this.#burn();
		}, Math.random() * pausesMs);
		this.#pauses.add(pause);
	}

	#burn(): void {
		const forMs = Math.round(500 + Math.random() * burnsMs);
		// In a session of its own, as other users of the machine are: Linux shares the processors between sessions.
		const burner = spawn(process.execPath, ['-e', `const end = Date.now() + ${forMs}; while (Date.now() < end);`], {stdio: 'ignore', detached: true});
		this.#running.add(burner);
		burner.once('exit', () => {
			this.#running.delete(burner);
			if (!this.#isOver) {
				this.#pause();
			}
		});
	}

	/** Ends all of it. */
	async [Symbol.asyncDispose](): Promise<void> {
		this.#isOver = true;
		for (const pause of this.#pauses) {
			clearTimeout(pause);
		}

		for (const burner of this.#running) {
			burner.kill('SIGKILL');
		}
	}
}
