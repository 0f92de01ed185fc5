import {MonitorError} from '../errors.ts';
import {captureOrigin, showPlace} from './origin.ts';
import {countOfStatements, listQueries} from './query-list.ts';
import {collectQueries} from './query-scope.ts';

/** How many statements are right. Without `min` none is enough, without `max` any number is. */
export interface QueryBounds {
	/** At least so many. Default 0. */
	readonly min?: number;
	/** At most so many. Default: as many as it wants. */
	readonly max?: number;
}

/**
 * Runs something and asserts how many statements it sends: `const users = await expectQueries(2, () => repository.list())`. Only what it
 * sends itself counts, also when other code queries meanwhile; the harness's own statements, BEGIN, COMMIT and savepoints never do.
 * @param expected the number, or `{min, max}`
 * @returns what `action` returned
 * @throws {ERR_EXPECT_QUERIES} with the statements that were sent, when their number is another one
 */
export async function expectQueries<T>(expected: number | QueryBounds, action: () => T | Promise<T>): Promise<T> {
	const origin = captureOrigin();
	const bounds = typeof expected === 'number' ? {min: expected, max: expected} : {min: expected?.min ?? 0, max: expected?.max ?? Infinity};
	if (typeof action !== 'function' || !(bounds.min >= 0 && bounds.max >= bounds.min)) {
		throw showPlace(misused(), origin);
	}

	const {result, texts} = await collectQueries(action);
	if (texts.length < bounds.min || texts.length > bounds.max) {
		throw showPlace(unexpected(texts, bounds), origin);
	}

	return result;
}

function describe({min, max}: {min: number; max: number}): string {
	if (min === max) {
		return `${min}`;
	}

	return max === Infinity ? `at least ${min}` : min === 0 ? `at most ${max}` : `${min} to ${max}`;
}

function unexpected(texts: readonly string[], bounds: {min: number; max: number}): MonitorError {
	return new MonitorError('ERR_EXPECT_QUERIES', {
		what: `${countOfStatements(texts.length)} instead of ${describe(bounds)} ${texts.length === 1 ? 'was' : 'were'} sent${texts.length > 0 ? `:\n${listQueries(texts)}\n` : '.'}`,
		why: texts.length > bounds.max ? 'A statement in a loop, or one that loads what another has loaded, is what it is most often.' : 'Something was cached, left out, or sent after the end of the function.',
		fix: 'Load what belongs together in one statement, or correct the number in expectQueries.',
	});
}

function misused(): MonitorError {
	return new MonitorError('ERR_EXPECT_QUERIES', {
		what: 'expectQueries got no function, or bounds that no number fits.',
		why: 'It takes how many statements are right, and then the function that sends them.',
		fix: 'Write await expectQueries(2, async () => {...}), or expectQueries({max: 3}, ...).',
	});
}
