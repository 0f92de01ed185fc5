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
	/** When the wait that is on, or was interrupted, is over. */
	#endsAt: number | undefined;

	constructor(lingerMs: number, {onEnd, isReachable}: {onEnd: (reason: string) => void; isReachable: () => boolean}) {
		this.#lingerMs = lingerMs;
		this.#onEnd = onEnd;
		this.#isReachable = isReachable;
	}

	/** Begins to wait. After the end of a run there is nobody to wait for; after a lone worker, another may follow at once. */
	begin({wasRun}: {wasRun: boolean}): void {
		this.#wait(wasRun ? this.#lingerMs : Math.max(this.#lingerMs, gapMs));
	}

	/**
	 * Goes on with the wait that somebody has interrupted who only looked.
	 * @returns false if there is none
	 */
	resume(): boolean {
		if (this.#endsAt !== undefined) {
			this.#wait(Math.max(this.#endsAt - performance.now(), 0));
		}

		return this.#endsAt !== undefined;
	}

	/** Somebody has come who needs the keeper: when they leave, a wait begins anew. */
	forget(): void {
		this.cancel();
		this.#endsAt = undefined;
	}

	cancel(): void {
		clearTimeout(this.#timer);
		clearInterval(this.#look);
	}

	#wait(ms: number): void {
		this.cancel();
		this.#endsAt = performance.now() + ms;
		this.#timer = setTimeout(() => {
			this.#onEnd('nobody has asked for a server');
		}, ms);
		this.#look = setInterval(() => {
			if (!this.#isReachable()) {
				this.#onEnd('its socket was removed, so nobody can find it any more');
			}
		}, lookMs);
	}
}
