import {median, quantile} from 'simple-statistics';

/** One thing that was measured, several times over. */
export interface Figure {
	/** Such as `fixtureSetup`. */
	readonly name: string;
	/** What it may take; undefined for what has no target. */
	readonly targetMs?: number;
	/** The middle of the samples, in ms. */
	readonly medianMs: number;
	/** What 95 % of the samples took at most, in ms. */
	readonly p95Ms: number;
	/** How many times it was measured. */
	readonly samples: number;
	/** How many times it was done before that, unmeasured: connections are open then, statements known, code compiled. */
	readonly warmUps: number;
}

/** A figure that has a target. */
export type TargetedFigure = Figure & {readonly targetMs: number};

/** How often something is done. */
export interface Repetition {
	readonly samples: number;
	readonly warmUps: number;
}

/** Does something once, and gives what that took, in ms: what belongs to it, but not to the figure, is left out. */
export type Sample = () => Promise<number>;

/** Takes what an action takes, in ms. */
export async function time(action: () => Promise<unknown>): Promise<number> {
	const startedAt = performance.now();
	await action();
	return performance.now() - startedAt;
}

/** Takes one figure. The first times are thrown away. */
export async function measureFigure(name: string, sample: Sample, {samples, warmUps}: Repetition): Promise<Figure> {
	for (let round = 0; round < warmUps; round++) {
		await sample();
	}

	const times: number[] = [];
	while (times.length < samples) {
		times.push(await sample());
	}

	return summarize(name, times, warmUps);
}

/** Makes a figure of what was measured, in ms. */
export function summarize(name: string, times: number[], warmUps: number): Figure {
	return {name, medianMs: median(times), p95Ms: quantile(times, 0.95), samples: times.length, warmUps};
}
