/** Something that keeps a process alive while it is held: a socket, a client. */
export interface Holdable {
	ref(): void;
	unref(): void;
}

/**
 * Keeps the process alive exactly while a test waits on one of its connections. Held too long, a test file never ends; held
 * too short, AVA ends it while a test still waits.
 */
export class Holder {
	readonly #things = new Set<Holdable>();
	#count = 0;

	add(thing: Holdable): void {
		this.#things.add(thing);
		if (this.#count > 0) {
			thing.ref();
		} else {
			thing.unref();
		}
	}

	remove(thing: Holdable): void {
		this.#things.delete(thing);
	}

	hold(): void {
		if (this.#count++ === 0) {
			for (const thing of this.#things) {
				thing.ref();
			}
		}
	}

	letGo(): void {
		if (--this.#count === 0) {
			for (const thing of this.#things) {
				thing.unref();
			}
		}
	}

	/** Holds for as long as a promise is pending. */
	async during<T>(action: () => Promise<T>): Promise<T> {
		this.hold();
		try {
			return await action();
		} finally {
			this.letGo();
		}
	}
}
