import {setTimeout} from 'node:timers/promises';
import type {Client} from '../postgres/client.ts';
import {readLockWait} from '../postgres/lock-wait.ts';
import {describeLockWait} from './lock-report.ts';

/** Looked at a little earlier than a second, because PostgreSQL ends deadlocks after one. */
const lookAfterMs = 800;
const tellAfterMs = 1000;
const hangingAfterMs = 5000;
const checkEveryMs = 100;
/** An error waits so long for what is being found out about it: the server may be what hangs. */
const carryWithinMs = 1000;

/** What a watch needs to know. */
export interface LockWatchOptions {
	/** The backend whose statements are watched. */
	readonly processId: number;
	/** Opens another connection to the same database, to look from. The watch ends it. */
	readonly connect: () => Promise<Client>;
	/** Takes the line to tell when a statement has waited for more than a second, and once more when its test may never end. */
	readonly tell: (text: string, isHanging: boolean) => void;
}

/** A statement that has not been answered yet. */
export interface Pending {
	readonly text: string;
	/** When it was sent, or when the one before it was answered. */
	since: number;
	/** What was found out about its wait: nothing yet, or an empty text if it waits for no lock. */
	finding: Promise<string> | undefined;
	isTold: boolean;
	isToldAsHanging: boolean;
}

/**
 * Says for which lock, and for whom, the statements of one connection wait. Make one for each connection, let every statement
 * run in `during`, or between `begin` and `end`, and close it with its context. That costs next to nothing; a statement that is not
 * answered for 0.8 s is looked at once, from another connection. Who holds a lock is told by `application_name`, see {@link nameOfTest}.
 * @example
 * const watch = new LockWatch({processId, connect: () => connectClient(address), tell: text => notes.push(text)});
 * const result = await watch.during(text, () => client.query(text));
 * watch.close();
 */
export class LockWatch {
	readonly #options: LockWatchOptions;
	/** The first one runs, the others wait behind it on the same connection. */
	readonly #pending: Pending[] = [];
	#timer: NodeJS.Timeout | undefined;
	#isClosed = false;

	constructor(options: LockWatchOptions) {
		this.#options = options;
	}

	/** Runs a statement; if it fails after a wait, its error has what was found out as `lockWait`. */
	async during<T>(text: string, action: () => Promise<T>): Promise<T> {
		const pending = this.begin(text);
		try {
			return await action();
		} catch (error) {
			await this.carry(error, pending);
			throw error;
		} finally {
			this.end(pending);
		}
	}

	begin(text: string): Pending {
		const pending: Pending = {text, since: performance.now(), finding: undefined, isTold: false, isToldAsHanging: false};
		this.#pending.push(pending);
		this.#timer ??= this.#isClosed ? undefined : setInterval(() => {
			this.#check();
		}, checkEveryMs).unref();
		return pending;
	}

	/** Puts what was found out where runners show it, and leaves the message as it is, because tests compare it. */
	async carry(error: unknown, {finding}: Pending): Promise<void> {
		const text = finding && await Promise.race([finding, setTimeout(carryWithinMs, '', {ref: false})]);
		if (text && error instanceof Error) {
			Object.assign(error, {lockWait: text});
		}
	}

	end(pending: Pending): void {
		this.#pending.splice(this.#pending.indexOf(pending), 1);
		const [next] = this.#pending;
		if (next) {
			next.since = performance.now();
		}
	}

	close(): void {
		this.#isClosed = true;
		clearInterval(this.#timer);
	}

	#check(): void {
		const [pending] = this.#pending;
		const waitedMs = pending ? performance.now() - pending.since : 0;
		if (pending && waitedMs >= lookAfterMs) {
			pending.finding ??= this.#look(pending).catch(() => '');
		}

		if (pending?.finding && waitedMs >= hangingAfterMs && !pending.isToldAsHanging) {
			pending.isToldAsHanging = true;
			void pending.finding.then(text => {
				if (text) {
					this.#options.tell(text, true);
				}
			});
		}

		if (pending?.finding && waitedMs >= tellAfterMs && !pending.isTold) {
			pending.isTold = true;
			void pending.finding.then(text => {
				if (text) {
					this.#options.tell(text, false);
				}
			});
		}
	}

	async #look({text}: Pending): Promise<string> {
		const {processId, connect} = this.#options;
		const client = await connect();
		try {
			const wait = await readLockWait(client, processId);
			return wait ? describeLockWait(wait, text) : '';
		} finally {
			// Not waited for: nothing depends on it.
			client.end().catch(() => {});
		}
	}
}
