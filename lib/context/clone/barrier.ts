import type {Leak} from '../errors.ts';
import type {HangingNotice} from '../hanging.ts';
import type {Holder} from '../holder.ts';
import {captureOrigin, userFrames} from '../origin.ts';

/** Waits until as many have arrived as the barrier is for. It can be used again and again. */
export type Barrier = () => Promise<void>;

interface Round {
	readonly gone: PromiseWithResolvers<void>;
	readonly origins: Error[];
}

/** The barriers of one test, with which it makes races deterministic. */
export class Barriers {
	readonly #holder: Holder;
	readonly #hanging: HangingNotice;
	readonly #waiting = new Set<{size: number; round: Round}>();

	constructor(holder: Holder, hanging: HangingNotice) {
		this.#holder = holder;
		this.#hanging = hanging;
	}

	/**
	 * Makes a barrier.
	 * @param size how many have to arrive before all of them go on, from 1
	 * @throws {RangeError} for anything else
	 */
	create(size: number): Barrier {
		if (!Number.isInteger(size) || size < 1) {
			throw new RangeError(`A barrier is for a whole number of arrivals from 1, not for ${size}.`);
		}

		let round: {size: number; round: Round} | undefined;
		return async () => {
			round ??= {size, round: {gone: Promise.withResolvers<void>(), origins: []}};
			const {gone, origins} = round.round;
			const isFirst = origins.length === 0;
			origins.push(captureOrigin());
			this.#waiting.add(round);
			if (origins.length === size) {
				this.#waiting.delete(round);
				round = undefined;
				gone.resolve();
			}

			// Nothing else may keep the process alive while all wait for somebody who never comes.
			const wait = async (): Promise<void> => this.#holder.during(async () => gone.promise);
			// One of those who wait tells for all.
			await (isFirst ? this.#hanging.during(() => describe(size, origins), wait) : wait());
		};
	}

	/** Who still waits. */
	get leaks(): readonly Leak[] {
		return [...this.#waiting].map(({size, round: {origins}}) => ({
			what: describeArrivals(size, origins), stack: userFrames(origins.at(-1)!),
		}));
	}

	/** Lets everybody go on who still waits. */
	close(): void {
		for (const {round: {gone}} of this.#waiting) {
			gone.resolve();
		}

		this.#waiting.clear();
	}
}

function describeArrivals(size: number, origins: readonly Error[]): string {
	return `a barrier for ${size}, at which ${origins.length} arrived`;
}

function describe(size: number, origins: readonly Error[]): string {
	return `${describeArrivals(size, origins)}\n${userFrames(origins.at(-1)!)}`;
}
