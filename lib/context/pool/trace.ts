import {HarnessError} from '../../errors.ts';
import {framesOf, traceToUser, userFrames} from '../origin.ts';

/** Where the statement that failed was asked for, by its error. */
const origins = new WeakMap<Error, Error>();

/** Remembers where a statement was asked for, for an error that loses its way through callbacks. */
export function noteOrigin(error: unknown, origin: Error): void {
	if (error instanceof Error) {
		origins.set(error, origin);
	}
}

/** Gives the errors of a promise that pg made the stack of the code that asked; pg's own traces end in pg. */
export async function traced<T>(promise: Promise<T>): Promise<T> {
	try {
		return await promise;
	} catch (error) {
		if (error instanceof Error) {
			trace(error);
		}

		throw error;
	}
}

function trace(error: Error): void {
	traceToUser(error, traced);
	const origin = origins.get(error);
	const [header] = error.stack?.split('\n    at ', 1) ?? [''];
	if (origin && userFrames(error) === '') {
		error.stack = `${header}\n${framesOf(origin)}`;
	}

	if (error instanceof HarnessError) {
		error.stack = error.stack?.replace(error.name, `${error.name} [${error.code}]`) ?? '';
	}
}
