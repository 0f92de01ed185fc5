/** How long an unattended keeper waits between two workers, when no run tells it that more will come. */
const gapMs = 1500;

/** How often a keeper that waits looks whether anybody could find it. */
const lookMs = 3000;

/** Decides when a keeper that nobody is connected to has waited long enough. */
export class Linger {
	readonly #lingerMs: number;
	readonly #onEnd: (reason: string) => void;
	readonly #isReachable: () => boolean;
	#timer: NodeJS.Timeout | undefined;
	#look: NodeJS.Timeout | undefined;

	constructor(lingerMs: number, {onEnd, isReachable}: {onEnd: (reason: string) => void; isReachable: () => boolean}) {
		this.#lingerMs = lingerMs;
		this.#onEnd = onEnd;
		this.#isReachable = isReachable;
	}

	/** Begins to wait. After the end of a run there is nobody to wait for; after a lone worker, another may follow at once. */
	begin({wasRun}: {wasRun: boolean}): void {
		this.cancel();
		this.#timer = setTimeout(() => {
			this.#onEnd('nobody has asked for a server');
		}, wasRun ? this.#lingerMs : Math.max(this.#lingerMs, gapMs));
		this.#look = setInterval(() => {
			if (!this.#isReachable()) {
				this.#onEnd('its socket was removed, so nobody can find it any more');
			}
		}, lookMs);
	}

	cancel(): void {
		clearTimeout(this.#timer);
		clearInterval(this.#look);
	}
}
