/** Milliseconds to the microsecond: clocks tell no more, and records are read by people. */
export function round(ms: number): number {
	return Math.round(ms * 1000) / 1000;
}
