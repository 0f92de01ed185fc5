/** The value below which a share of the samples lies, by the nearest rank: `percentile(times, 0.99)`. */
export function percentile(samples: readonly number[], share: number): number {
	const sorted = samples.toSorted((a, b) => a - b);
	const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
	if (value === undefined) {
		throw new RangeError('there are no samples');
	}

	return value;
}

/** The middle of the samples; of an even number of them, the mean of the two in the middle. */
export function median(samples: readonly number[]): number {
	return (percentile(samples, 0.5) + percentile(samples, (Math.floor(samples.length / 2) + 1) / samples.length)) / 2;
}

/** The median of the quotients of samples that were taken in turn: noise that comes and goes hits both sides of a pair. */
export function pairedRatio(samples: readonly number[], references: readonly number[]): number {
	return median(samples.map((sample, index) => sample / references[index]!));
}

const resamples = 2000;

/** Between which bounds the median of 95% of resamples lies (percentile bootstrap): what another bench might have said. */
export function medianInterval(samples: readonly number[]): readonly [low: number, high: number] {
	const medians = Array.from({length: resamples}, () => median(samples.map(() => samples[Math.floor(Math.random() * samples.length)]!)));
	return [percentile(medians, 0.025), percentile(medians, 0.975)];
}

/** The straight line through points by least squares, and how much of their spread it explains (1 = all of it). */
export function fitLine(points: ReadonlyArray<readonly [x: number, y: number]>): {slope: number; intercept: number; explained: number} {
	const mean = (pick: 0 | 1): number => points.reduce((sum, point) => sum + point[pick], 0) / points.length;
	const [meanX, meanY] = [mean(0), mean(1)];
	const sum = (term: (x: number, y: number) => number): number => points.reduce((total, [x, y]) => total + term(x - meanX, y - meanY), 0);
	const slope = sum((x, y) => x * y) / sum(x => x * x);
	const explained = (slope * sum((x, y) => x * y)) / sum((_x, y) => y * y);
	return {slope, intercept: meanY - slope * meanX, explained};
}

/** How long an action takes, in ms. */
export async function time(action: () => Promise<unknown>): Promise<number> {
	const startedAt = performance.now();
	await action();
	return performance.now() - startedAt;
}
