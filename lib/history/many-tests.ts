import {medianAbsoluteDeviation, probit} from 'simple-statistics';
import {median} from './statistics.ts';

/** Of fewer tests the spread between them says nothing. */
const fewestForSpread = 10;
/** How often any of all tests may be that far above the others by chance. */
const chance = 0.01;
/** The standard deviation of a normal distribution whose median absolute deviation is 1. */
const deviations = 1.4826;

/**
 * The ratio that a single test has to show, given those of all tests: the more there are, the larger one of them is by chance. A test takes
 * a little more or less from one session to the next (what lies where in memory and on disk), which no repetition within a session tells;
 * how much that is, all tests together show. One that is no outlier among them has not changed by itself.
 * @param logs natural logarithms of the ratios of all tests, as far as they are known
 */
export function demandedOfEach(logs: readonly number[], threshold: number): number {
	const count = logs.length;
	if (count < fewestForSpread) {
		return threshold;
	}

	const spread = deviations * medianAbsoluteDeviation([...logs]);
	const grown = Math.log(threshold) * (1 + Math.log10(count / fewestForSpread) / 2);
	return Math.exp(Math.max(grown, median(logs) + (probit(1 - (chance / count)) * spread)));
}
