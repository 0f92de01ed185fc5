import process from 'node:process';

let count = 0;

/** A name for one test, unique in a run. */
export function nextTestId(): string {
	return `${process.pid}-${++count}`;
}
