/** Which part of a run is shown, in ms. */
export class TimeView {
	/** Nobody needs to see less than this, in ms. */
	static readonly shortest = 0.5;
	readonly #whole: number;
	#from = 0;
	#to: number;

	constructor(whole: number) {
		this.#whole = Math.max(whole, 1);
		this.#to = this.#whole;
	}

	get from(): number {
		return this.#from;
	}

	get to(): number {
		return this.#to;
	}

	get isWhole(): boolean {
		return this.#from === 0 && this.#to === this.#whole;
	}

	/** Shows less, with a factor below 1, or more; the centre, from 0 to 1, stays where it is. */
	zoom(factor: number, centre = 0.5): void {
		const length = Math.min(this.#whole, Math.max(TimeView.shortest, (this.#to - this.#from) * factor));
		const fixed = this.#from + ((this.#to - this.#from) * centre);
		this.#show(fixed - (length * centre), length);
	}

	/** Moves by a part of what is shown. */
	pan(part: number): void {
		const length = this.#to - this.#from;
		this.#show(this.#from + (length * part), length);
	}

	/** Shows the whole run. */
	fit(): void {
		this.#show(0, this.#whole);
	}

	#show(from: number, length: number): void {
		this.#from = Math.min(Math.max(0, from), this.#whole - length);
		this.#to = this.#from + length;
	}
}

/** Round times for a scale: about as many as asked for. */
export function ticks({from, to}: {readonly from: number; readonly to: number}, count: number): readonly number[] {
	const rough = (to - from) / Math.max(1, count);
	const power = 10 ** Math.floor(Math.log10(rough));
	const step = power * ([1, 2, 5].find(factor => factor * power >= rough) ?? 10);
	const first = Math.ceil(from / step);
	return Array.from({length: Math.floor(to / step) - first + 1}, (_, index) => (first + index) * step);
}
