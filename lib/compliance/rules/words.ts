import type {TestCase} from '../runner.ts';

/** How a message calls a test. */
export function titleOf({title}: TestCase): string {
	return title === undefined ? 'This test' : `'${title.length > 60 ? `${title.slice(0, 59)}…` : title}'`;
}
