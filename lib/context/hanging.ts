import process from 'node:process';

/** AVA ends a run in which nothing has happened for 10 s, and shows no logs of the tests that were under way. */
const tellAfterMs = 5000;

/** Says on stderr what a test has been waiting for, while it waits: it may never come to tell it at its end. */
export class HangingNotice {
	readonly #title: string | undefined;

	/** @param title of the test */
	constructor(title: string | undefined) {
		this.#title = title;
	}

	tell(text: string): void {
		process.stderr.write(`dataflow-tdd: ${this.#title === undefined ? 'a test' : `'${this.#title}'`} has been waiting for 5 s: ${text}\n`);
	}

	/** Runs something, and tells if it has not ended after 5 s. */
	async during<T>(describe: () => string, action: () => Promise<T>): Promise<T> {
		const timer = setTimeout(() => {
			this.tell(describe());
		}, tellAfterMs).unref();
		try {
			return await action();
		} finally {
			clearTimeout(timer);
		}
	}
}

/** Where a lock watch tells: the test's log, and at once what may never come to it. */
export function tellTo(notes: string[], hanging: HangingNotice): (text: string, isHanging: boolean) => void {
	return (text, isHanging) => {
		if (isHanging) {
			hanging.tell(text);
		} else {
			notes.push(text);
		}
	};
}
