import {createHistogram} from 'node:perf_hooks';

const nanosecondsPerMs = 1e6;
/** Longer waits count as this long in the median: one hour. */
const longestMs = 3_600_000;

/** How long somebody waited for connections: a histogram of fixed size, however many there were. */
export class Acquisitions {
	readonly #histogram = createHistogram({lowest: 1, highest: longestMs * nanosecondsPerMs, figures: 2});
	#count = 0;
	#totalMs = 0;
	#longestMs = 0;

	count(tookMs: number): void {
		this.#count++;
		this.#totalMs += tookMs;
		this.#longestMs = Math.max(this.#longestMs, tookMs);
		this.#histogram.record(Math.max(1, Math.round(Math.min(tookMs, longestMs) * nanosecondsPerMs)));
	}

	report() {
		return {
			acquisitions: this.#count,
			averageAcquisitionMs: this.#count === 0 ? 0 : this.#totalMs / this.#count,
			maxAcquisitionMs: this.#longestMs,
			medianAcquisitionMs: this.#percentile(50),
			p95AcquisitionMs: this.#percentile(95),
		};
	}

	/** The histogram rounds up, which must not make it longer than the longest. */
	#percentile(share: number): number {
		return this.#count === 0 ? 0 : Math.min(this.#histogram.percentile(share) / nanosecondsPerMs, this.#longestMs);
	}
}
