import {setTimeout} from 'node:timers/promises';
import type {Client} from '../postgres/client.ts';
import {readLockWait} from '../postgres/lock-wait.ts';
import {describeLockWait} from './lock-report.ts';

/** Looked at a little earlier than a second, because PostgreSQL ends deadlocks after one. */
const lookAfterMs = 800;
const tellAfterMs = 1000;
const checkEveryMs = 100;
/** An error waits so long for what is being found out about it: the server may be what hangs. */
const carryWithinMs = 1000;

/** What a watch needs to know. */
export interface LockWatchOptions {
	/** The backend whose statements are watched. */
	readonly processId: number;
	/** Opens another connection to the same database, to look from. The watch ends it. */
	readonly connect: () => Promise<Client>;
	/** Takes the line to tell when a statement has waited for more than a second. */
	readonly tell: (text: string) => void;
}

/** A statement that has not been answered yet. */
interface Pending {
	readonly text: string;
	readonly since: number;
	/** What was found out about its wait: nothing yet, or an empty text if it waits for no lock. */
	finding: Promise<string> | undefined;
	isTold: boolean;
}

/**
 * Says for which lock, and for whom, the statements of one connection wait. Make one for each connection, let every statement
 * run in `during`, and close it with its context. A statement costs two assignments; a statement that waits for 0.8 s is looked at
 * once, from another connection. Who holds a lock is told by `application_name`, see {@link nameOfTest}.
 * @example
 * const watch = new LockWatch({processId, connect: () => connectClient(address), tell: text => notes.push(text)});
 * const result = await watch.during(text, () => client.query(text));
 * watch.close();
 */
export class LockWatch {
	readonly #options: LockWatchOptions;
	#pending: Pending | undefined;
	#timer: NodeJS.Timeout | undefined;
	#isClosed = false;

	constructor(options: LockWatchOptions) {
		this.#options = options;
	}

	/** Runs a statement; if it fails after a wait, its error has what was found out as `lockWait`. */
	async during<T>(text: string, action: () => Promise<T>): Promise<T> {
		const pending: Pending = {text, since: performance.now(), finding: undefined, isTold: false};
		this.#pending = pending;
		this.#timer ??= this.#isClosed ? undefined : setInterval(() => {
			this.#check();
		}, checkEveryMs).unref();
		try {
			return await action();
		} catch (error) {
			await carry(error, pending.finding);
			throw error;
		} finally {
			if (this.#pending === pending) {
				this.#pending = undefined;
			}
		}
	}

	close(): void {
		this.#isClosed = true;
		clearInterval(this.#timer);
	}

	#check(): void {
		const pending = this.#pending;
		const waitedMs = pending ? performance.now() - pending.since : 0;
		if (pending && waitedMs >= lookAfterMs) {
			pending.finding ??= this.#look(pending).catch(() => '');
		}

		if (pending?.finding && waitedMs >= tellAfterMs && !pending.isTold) {
			pending.isTold = true;
			void pending.finding.then(text => {
				if (text) {
					this.#options.tell(text);
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

/** Puts what was found out where runners show it, and leaves the message as it is, because tests compare it. */
async function carry(error: unknown, finding: Promise<string> | undefined): Promise<void> {
	const text = finding && await Promise.race([finding, setTimeout(carryWithinMs, '', {ref: false})]);
	if (text && error instanceof Error) {
		Object.assign(error, {lockWait: text});
	}
}
