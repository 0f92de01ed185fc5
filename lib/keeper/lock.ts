import {rmdir, stat} from 'node:fs/promises';
import {setTimeout as delay} from 'node:timers/promises';
import {lock as lockFile} from 'proper-lockfile';

/** A lock that nobody renews for so long is a dead process's. */
const staleMs = 5000;

export interface LockRequest {
	/** How often the lock is asked for. */
	readonly attempts: number;
	/** The longest pause between two attempts, in ms; the shortest is half of it. */
	readonly pauseMs: number;
	/** Told when another process took the lock, because this one slept for too long. */
	readonly onLost?: (error: Error) => void;
}

/**
 * Sees through locks from the future: a clock that was put back makes a dead process's lock look fresh for as long as it was put
 * back by. The holder that lives renews it every second, so one that stays as it is has none, whatever its time says.
 */
class FutureLock {
	readonly #folder: string;
	#time = 0;
	#seenAt = 0;

	constructor(folder: string) {
		this.#folder = folder;
	}

	async removeIfDead(): Promise<void> {
		const time = (await stat(this.#folder).catch(() => undefined))?.mtimeMs ?? 0;
		if (time <= Date.now() || time !== this.#time) {
			this.#time = time;
			this.#seenAt = performance.now();
		} else if (performance.now() - this.#seenAt > staleMs) {
			await rmdir(this.#folder).catch(() => {});
		}
	}
}

async function acquire(file: string, {attempts, pauseMs, onLost = () => {}}: LockRequest): Promise<() => Promise<void>> {
	const future = new FutureLock(`${file}.lock`);
	for (let attempt = 1; ; attempt++) {
		try {
			return await lockFile(file, {realpath: false, stale: staleMs, update: 1000, onCompromised: onLost});
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'ELOCKED' || attempt >= attempts) {
				throw error;
			}
		}

		await future.removeIfDead();
		await delay(pauseMs * (0.5 + Math.random() / 2));
	}
}

/** Does something that only one process may do at a time; a lock whose holder died is taken over after 5 s. */
export async function withLock<T>(file: string, request: LockRequest, action: () => Promise<T>): Promise<T> {
	const release = await acquire(file, request);
	try {
		return await action();
	} finally {
		await release().catch(() => {});
	}
}
