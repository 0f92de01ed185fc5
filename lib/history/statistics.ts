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
