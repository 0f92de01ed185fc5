import {setTimeout as sleep} from 'node:timers/promises';

// Less than AVA waits for any test to end: the test that hangs is to fail, and to say at what.
const patienceMs = 100_000;

/** Waits for something, but not for ever. The error has what there is to be seen of it by then. */
export async function beforeDeadline<T>(result: Promise<T>, {what, seen}: {what: string; seen: () => string}): Promise<T> {
	const ended = new AbortController();
	const late = sleep(patienceMs, undefined, {signal: ended.signal}).then(() => {
		throw new Error(`${what} has not come to an end within ${patienceMs / 1000} s. What it had written by then:\n${seen()}`);
	});
	try {
		return await Promise.race([result, late]);
	} finally {
		ended.abort();
		late.catch(() => {});
	}
}
