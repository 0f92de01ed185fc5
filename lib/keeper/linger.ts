/** How long an unattended keeper waits between two workers, when no run tells it that more will come. */
const gapMs = 1500;

/** Decides when a keeper that nobody is connected to has waited long enough. */
export class Linger {
	readonly #lingerMs: number;
	readonly #onEnd: () => void;
	#timer: NodeJS.Timeout | undefined;

	constructor(lingerMs: number, onEnd: () => void) {
		this.#lingerMs = lingerMs;
		this.#onEnd = onEnd;
	}

	/** Begins to wait. After the end of a run there is nobody to wait for; after a lone worker, another may follow at once. */
	begin({wasRun}: {wasRun: boolean}): void {
		this.cancel();
		this.#timer = setTimeout(this.#onEnd, wasRun ? this.#lingerMs : Math.max(this.#lingerMs, gapMs));
	}

	cancel(): void {
		clearTimeout(this.#timer);
	}
}
