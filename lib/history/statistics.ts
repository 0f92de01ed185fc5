import {median as medianOf} from 'simple-statistics';

/** The middle of the samples. */
export function median(samples: readonly number[]): number {
	return medianOf([...samples]);
}

/**
 * By how much one group of samples lies above another: the median of all differences between a sample of the one and a sample of the
 * other (Hodges and Lehmann). No single outlier moves it.
 */
export function shift(before: readonly number[], now: readonly number[]): number {
	return median(now.flatMap(value => before.map(other => value - other)));
}

/** The share of pairs in which the sample of now is the larger one, less the share in which it is the smaller one: 1 = all larger (Cliff's delta). */
export function cliffsDelta(before: readonly number[], now: readonly number[]): number {
	const signs = now.flatMap(value => before.map(other => Math.sign(value - other)));
	return signs.reduce((sum, sign) => sum + sign, 0) / signs.length;
}

/** Of a normal distribution, nine tenths lie below so many standard deviations. */
const ninetieth = 1.282;

/**
 * The upper bound of {@link shift}: with a confidence of 90 %, it is not more. From the ranks of the differences, as Mann and Whitney's
 * test has them, so that it holds for samples of any distribution.
 */
export function shiftAtMost(before: readonly number[], now: readonly number[]): number {
	const differences = now.flatMap(value => before.map(other => value - other)).toSorted((one, other) => one - other);
	const deviation = Math.sqrt((before.length * now.length * (before.length + now.length + 1)) / 12);
	const rank = Math.ceil((differences.length / 2) + (ninetieth * deviation));
	return differences[Math.min(rank, differences.length - 1)] ?? Number.NaN;
}
