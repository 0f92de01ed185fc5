const second = 1000;
/** From here on, rounding gives the next unit. */
const aboutSecond = 999.5;

/** A duration with a unit that fits: `0.4 ms`, `82 ms`, `3.42 s`, `2 min 5 s`. */
export function formatMs(milliseconds: number): string {
	if (milliseconds < aboutSecond) {
		return `${milliseconds < 9.95 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
	}

	const seconds = milliseconds / second;
	const whole = Math.round(seconds);
	return seconds < 99.5 ? `${seconds.toFixed(seconds < 9.995 ? 2 : 1)} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** A part as a percentage: `62 %`; what is there but little is `<1 %`. */
export function formatShare(part: number, whole: number): string {
	const share = whole === 0 ? 0 : part / whole * 100;
	return share > 0 && share < 0.5 ? '<1 %' : `${Math.round(share)} %`;
}

/** A whole number with its thousands apart: `1,204`. */
export function formatCount(count: number): string {
	return String(Math.round(count)).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}

/** A number of things: `1 test`, `2 tests`. */
export function counted(count: number, thing: string): string {
	return `${formatCount(count)} ${thing}${count === 1 ? '' : 's'}`;
}
