/** How many clones of one combination are made ahead of need. */
const ahead = 4;
/** How many databases of failed tests are kept to be looked at, the newest ones. */
const keptDatabases = 3;

/** What {@link Clones} works with. */
export interface ClonesOptions {
	/** Makes a clone of a combination and returns its name. */
	readonly create: (combination: string) => Promise<string>;
	/** Drops a clone; it never rejects. */
	readonly drop: (name: string) => Promise<void>;
	/** What a clone of a combination occupies, in bytes. */
	readonly sizeOf: (combination: string) => number;
	/** What clones may occupy before used ones are dropped while tests run, in bytes. */
	readonly budgetBytes: number;
}

/** One database, whatever it has gone through. */
interface Clone {
	readonly name: string;
	readonly sizeBytes: number;
}

/** The server's disk is full. */
export function isDiskFull(error: unknown): boolean {
	return (error as {code?: string}).code === 'ERR_SERVER_DISK';
}

/**
 * The databases of tests that want one for themselves. Each is handed out once. They are made ahead of need, and used ones are
 * dropped when nobody waits, or when there are too many.
 */
export class Clones {
	readonly #options: ClonesOptions;
	/** Made ahead, or being made, by combination; whoever asks next gets the first, with its error if it has failed. */
	readonly #ready = new Map<string, Set<Promise<Clone>>>();
	readonly #inUse = new Map<string, Clone>();
	readonly #used: Clone[] = [];
	readonly #kept: Clone[] = [];
	#readyBytes = 0;
	/** Changes with each worker that has the server. */
	#worker = 0;

	constructor(options: ClonesOptions) {
		this.#options = options;
	}

	/** How many there are, in whatever state. */
	get size(): number {
		const ready = [...this.#ready.values()].reduce((total, list) => total + list.size, 0);
		return ready + this.#inUse.size + this.#used.length + this.#kept.length;
	}

	/**
	 * Hands out a clone that nobody has had.
	 * @param expected how many more of this combination its worker will ask for; that many are made ahead, within limits
	 */
	async take(combination: string, expected: number): Promise<{name: string; wasReady: boolean}> {
		const [first] = this.#ready.get(combination) ?? [];
		this.#ready.get(combination)?.delete(first!);
		this.#readyBytes -= first ? this.#options.sizeOf(combination) : 0;
		const making = first ?? this.#make(combination);
		this.expect(combination, expected);
		const worker = this.#worker;
		const clone = await making;
		if (worker === this.#worker) {
			this.#inUse.set(clone.name, clone);
		} else {
			this.#used.push(clone);
		}

		return {name: clone.name, wasReady: first !== undefined};
	}

	/** Makes clones ahead of need, as many as are expected, within limits. */
	expect(combination: string, expected: number): void {
		const ready = this.#ready.get(combination) ?? new Set();
		this.#ready.set(combination, ready);
		while (ready.size < Math.min(ahead, expected) && this.#makeRoom(combination)) {
			this.#readyBytes += this.#options.sizeOf(combination);
			const making = this.#make(combination);
			ready.add(making);
			making.catch(() => {
				this.#forget(combination, making);
			});
		}
	}

	/** Takes back what a test has used. It is dropped later, or soon if there are too many. */
	retire(name: string): void {
		const clone = this.#inUse.get(name);
		if (clone) {
			this.#inUse.delete(name);
			this.#used.push(clone);
			void this.#shrink();
		}
	}

	/** Keeps what a failed test has left, so that somebody can look at it. */
	keep(name: string): void {
		const clone = this.#inUse.get(name);
		if (clone) {
			this.#inUse.delete(name);
			this.#kept.push(clone);
			this.#used.push(...this.#kept.splice(0, this.#kept.length - keptDatabases));
		}
	}

	/** Those that a worker holds. */
	get held(): readonly string[] {
		return [...this.#inUse.keys()];
	}

	/** Takes back all that a worker holds, and what is being made for it. */
	retireHeld(): void {
		this.#worker++;
		for (const name of this.held) {
			this.retire(name);
		}
	}

	/**
	 * Drops what was used, for as long as nobody waits. What was made ahead waits for the next one who asks.
	 * @param isIdle asked before each
	 */
	async tidy(isIdle: () => boolean = () => true): Promise<void> {
		while (isIdle() && this.#used.length > 0) {
			await this.#drop(this.#used.shift()!);
		}
	}

	/** Drops all of them. */
	async dropAll(): Promise<void> {
		const ready = await Promise.allSettled([...this.#ready.values()].flatMap(set => [...set]));
		this.#ready.clear();
		this.#used.push(...ready.flatMap(outcome => outcome.status === 'fulfilled' ? [outcome.value] : []), ...this.#kept.splice(0));
		this.retireHeld();
		await this.tidy();
	}

	async #make(combination: string): Promise<Clone> {
		const {create, sizeOf} = this.#options;
		const make = async (): Promise<Clone> => ({name: await create(combination), sizeBytes: sizeOf(combination)});
		try {
			return await make();
		} catch (error) {
			// A full disk has room again when what was used is gone.
			if (!isDiskFull(error) || await this.#dropUsed() === 0) {
				throw error;
			}

			return make();
		}
	}

	/** One that could not be made and that nobody has asked for yet: who asks tries again, and gets the error of then. */
	#forget(combination: string, failed: Promise<Clone>): void {
		if (this.#ready.get(combination)?.delete(failed)) {
			this.#readyBytes -= this.#options.sizeOf(combination);
		}
	}

	/** Drops used ones, the oldest first, until one more fits into the budget; false if that is not enough. */
	#makeRoom(combination: string): boolean {
		const {sizeOf, budgetBytes} = this.#options;
		while (this.#used.length > 0 && this.#occupied + sizeOf(combination) > budgetBytes) {
			void this.#drop(this.#used.shift()!);
		}

		return this.#occupied + sizeOf(combination) <= budgetBytes;
	}

	get #occupied(): number {
		return [...this.#inUse.values(), ...this.#used, ...this.#kept].reduce((total, {sizeBytes}) => total + sizeBytes, this.#readyBytes);
	}

	/** Drops the oldest used ones until the rest fits into the budget. */
	async #shrink(): Promise<void> {
		while (this.#used.length > 0 && this.#occupied > this.#options.budgetBytes) {
			await this.#drop(this.#used.shift()!);
		}
	}

	/** @returns how many were dropped */
	async #dropUsed(): Promise<number> {
		let dropped = 0;
		for (let clone = this.#used.shift(); clone; clone = this.#used.shift()) {
			await this.#drop(clone);
			dropped++;
		}

		return dropped;
	}

	async #drop({name}: Clone): Promise<void> {
		await this.#options.drop(name);
	}
}
