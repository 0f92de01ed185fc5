import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {withoutBundleFrames} from '../errors.ts';
import {isFromServer} from './database-error.ts';
import {withScope} from './observer.ts';

/** Deep enough to reach through Kysely to the code that called it. */
const depth = 30;
const shownFrames = 6;
/** A cause may lead back to its error. */
const mostCauses = 5;

const own = [path.dirname(import.meta.dirname), pathToFileURL(path.dirname(import.meta.dirname)).href];
const foreign = /\bnode:|[/\\]node_modules[/\\]/;

/** Remembers where something was asked for. The text is made only when somebody reads it. */
export function captureOrigin(): Error {
	const limit = Error.stackTraceLimit;
	Error.stackTraceLimit = depth;
	try {
		return withScope(new Error('asked for here'));
	} finally {
		Error.stackTraceLimit = limit;
	}
}

/** The frames of the user's own code, the nearest first. */
export function userFrames({stack = ''}: Error, most = shownFrames): string {
	const frames = stack.split('\n').slice(1).filter(line => !foreign.test(line) && !own.some(folder => line.includes(folder)));
	return frames.slice(0, most).join('\n');
}

/** The same, of where something was asked for; a pool may lie between that and the user, and where that was asked then is the cause. */
export function framesOf(origin: Error, most = shownFrames): string {
	return userFrames(origin, most) || (origin.cause instanceof Error ? userFrames(origin.cause, most) : '');
}

/**
 * Gives an error of the database the stack of the code that sent the statement, without the frames that lie between: AVA then shows
 * the user's line. Fields that PostgreSQL left empty are taken away, because runners print them all.
 */
export function traceToUser(error: Error, from: (...given: never[]) => unknown): void {
	const limit = Error.stackTraceLimit;
	Error.stackTraceLimit = depth;
	Error.captureStackTrace(error, from);
	Error.stackTraceLimit = limit;
	const header = error.stack?.slice(0, error.stack.indexOf('\n    at ')) ?? '';
	const frames = userFrames(error);
	if (frames !== '') {
		error.stack = `${header}\n${frames}`;
	}

	dropEmptyFields(error);
}

function dropEmptyFields(error: object): void {
	for (const [name, value] of Object.entries(error)) {
		if (value === undefined) {
			Reflect.deleteProperty(error, name);
		}
	}
}

/**
 * Makes an error that fails a test readable, for runners print stacks and fields as they are: without frames of the bundle, also in its causes; one of the
 * database, whichever client it came by, without fields that are empty or that its message has said.
 */
export function makeReadable(error: unknown): void {
	for (let one = error, depth = 0; one instanceof Error && depth < mostCauses; one = one.cause, depth++) {
		if (typeof one.stack === 'string') {
			// Not all errors can be changed.
			Reflect.set(one, 'stack', withoutBundleFrames(one.stack));
		}

		if (isFromServer(one)) {
			dropEmptyFields(one);
			hideHint(one);
		}
	}
}

function hideHint(error: Error & {readonly hint?: unknown}): void {
	const {hint, message} = error;
	if (typeof hint === 'string' && hint !== '' && message.includes(hint)) {
		Reflect.defineProperty(error, 'hint', {enumerable: false});
	}
}

/** Gives an error of our own the frames of the user's code that it is about: runners then show that line. */
export function showPlace<T extends Error>(error: T, origin: Error): T {
	const header = (error.stack ?? '').split('\n    at ', 1)[0]!;
	const frames = framesOf(origin);
	error.stack = frames === '' ? error.stack ?? '' : `${header}\n${frames}`;
	return error;
}

/**
 * True when a transaction is begun that has no callback. Kysely tells a driver nothing about it, so its own frame on the stack has to.
 */
export function isControlled(): boolean {
	return new Error('who begins?').stack?.includes('ControlledTransactionBuilder') ?? false;
}
