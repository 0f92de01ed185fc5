import path from 'node:path';
import {pathToFileURL} from 'node:url';

/** Deep enough to reach through Kysely to the code that called it. */
const depth = 30;
const shownFrames = 6;

const own = [path.dirname(import.meta.dirname), pathToFileURL(path.dirname(import.meta.dirname)).href];
const foreign = /node:internal|[/\\]node_modules[/\\]/;

/** Remembers where something was asked for. The text is made only when somebody reads it. */
export function captureOrigin(): Error {
	const limit = Error.stackTraceLimit;
	Error.stackTraceLimit = depth;
	try {
		return new Error('asked for here');
	} finally {
		Error.stackTraceLimit = limit;
	}
}

/** The frames of the user's own code, the nearest first. */
export function userFrames({stack = ''}: Error): string {
	const frames = stack.split('\n').slice(1).filter(line => !foreign.test(line) && !own.some(folder => line.includes(folder)));
	return frames.slice(0, shownFrames).join('\n');
}
