/** What has to be done at the end of a test, while its context is still open: the last that was added first. */
export class Cleanup {
	readonly #tasks: Array<() => unknown> = [];

	/** Adds something to be done at the end. */
	add(task: () => unknown): void {
		this.#tasks.push(task);
	}

	/** How many things are still to be done. */
	get size(): number {
		return this.#tasks.length;
	}

	/**
	 * Does all of it now, in reverse order, also what comes behind a failure.
	 * @returns the first error
	 */
	async run(): Promise<Error | undefined> {
		let problem: Error | undefined;
		for (let task = this.#tasks.pop(); task; task = this.#tasks.pop()) {
			try {
				await task();
			} catch (error) {
				problem ??= error instanceof Error ? error : new Error(String(error));
			}
		}

		return problem;
	}
}
