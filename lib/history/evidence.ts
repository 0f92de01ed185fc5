import {against, average, type Series} from './series.ts';
import {cliffsDelta, shift, shiftAtMost} from './statistics.ts';

/** By how much a metric has to grow to count, as the reference has it. */
export const defaultThreshold = 1.2;

/** What a metric has to show before it counts. */
export interface Demands {
	/** The quotient of now and the baseline, both seen against the yardsticks. */
	readonly threshold: number;
	/** Cliff's delta. */
	readonly effect: number;
	/** The same against each yardstick by itself: no one may contradict. */
	readonly least: number;
	/** What the change has to come to, in ms. */
	readonly leastMs: number;
	/** How many samples belong together: a batch that was taken in one go. */
	readonly batch: number;
	/** The share of batches that have to show a change by themselves. */
	readonly agreement: number;
}

/** What the samples say of one metric. */
export interface Evidence {
	/** Now divided by the baseline, after what slowed the yardsticks down is taken out. */
	readonly ratio: number;
	/** The ratio is not more than this, with a confidence of 90 %. */
	readonly atMost: number;
	/** Cliff's delta: 1 when each sample of now is above each of the baseline. */
	readonly effect: number;
	/** How many batches there are, and how many of them show the change by themselves. */
	readonly batches: number;
	readonly agreeing: number;
	/** A change of `suspected` size may still be chance; `regressed` and `improved` are said when size, effect and repetition agree. */
	readonly verdict: 'steady' | 'suspected' | 'regressed' | 'improved';
}

/** The share of the demanded effect at which a change is suspected. */
const suspicion = 0.75;

/** The batches of now, in order; what is left over belongs to the last one. */
function batchesOf({before, now}: Series, size: number): Series[] {
	const count = Math.max(1, Math.floor(now.length / size));
	return Array.from({length: count}, (_, index) => ({before, now: now.slice(index * size, index === count - 1 ? undefined : (index + 1) * size)}));
}

/** With its sign turned, so that a metric that shrank can be judged as one that grew. */
function turned({before, now}: Series): Series {
	return {before: before.map(value => -value), now: now.map(value => -value)};
}

interface Growth {
	readonly log: number;
	readonly effect: number;
	readonly batches: number;
	readonly agreeing: number;
	/** Against each yardstick by itself, the least. */
	readonly least: number;
}

/** Half of the threshold, on the scale of logarithms: what each batch has to show by itself. */
function half(threshold: number): number {
	return Math.log(threshold) / 2;
}

/** @param views the metric against all yardsticks together, then against each of them */
function growthOf([view, ...single]: readonly [Series, ...Series[]], {threshold, batch}: Demands): Growth {
	const shown = batchesOf(view, batch).map(({before, now}) => shift(before, now) >= half(threshold));
	return {
		log: shift(view.before, view.now),
		least: Math.min(...single.map(({before, now}) => shift(before, now))),
		effect: cliffsDelta(view.before, view.now),
		batches: shown.length, agreeing: shown.filter(Boolean).length,
	};
}

/** True when size, effect, and repetition agree; `isLarge` says that it looks as if more samples would show that. */
function weigh({log, least, effect, batches, agreeing}: Growth, demands: Demands, baselineMs: number): {isLarge: boolean; isSound: boolean} {
	const changeMs = baselineMs * Math.abs(Math.exp(log) - 1);
	const isLarge = log >= Math.log(demands.threshold) && least >= Math.log(demands.least) && changeMs >= demands.leastMs;
	const isPlain = isLarge && effect >= demands.effect * suspicion;
	return {isLarge: isPlain, isSound: isLarge && effect >= demands.effect && batches > 1 && agreeing >= batches * demands.agreement};
}

/** A metric, and what it is seen against. */
export interface Seen {
	readonly series: Series;
	/** Sample by sample; at least one. */
	readonly yardsticks: readonly Series[];
	/** True when it has to have changed by itself, too, and not only beside yardsticks that went the other way. */
	readonly isOwnWitness: boolean;
}

/**
 * Judges one metric: a change counts when its size, the effect size over the samples, and a second batch of samples agree, and no yardstick
 * contradicts. What slows the yardsticks down as well, such as a busy machine, is no change.
 */
export function judge({series, yardsticks, isOwnWitness}: Seen, {baselineMs, ...demands}: Demands & {readonly baselineMs: number}): Evidence {
	const single = [...yardsticks.map(yardstick => against(series, yardstick)), ...isOwnWitness ? [series] : []];
	const first = against(series, average(yardsticks));
	const views: [Series, ...Series[]] = [first, ...single];
	const up = growthOf(views, demands);
	const isUp = up.log >= 0;
	const growth = isUp ? up : growthOf([turned(first), ...single.map(view => turned(view))], demands);
	const {isLarge, isSound} = weigh(growth, demands, baselineMs);
	return {
		ratio: Math.exp(up.log),
		atMost: Math.exp(shiftAtMost(first.before, first.now)),
		effect: up.effect,
		batches: growth.batches, agreeing: growth.agreeing,
		verdict: isSound ? isUp ? 'regressed' : 'improved' : isUp && isLarge ? 'suspected' : 'steady',
	};
}
