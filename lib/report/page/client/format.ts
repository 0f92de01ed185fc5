const whole = new Intl.NumberFormat('en', {maximumFractionDigits: 0});
const second = 1000;
const kibibyte = 1024;

/** A whole number with its thousands apart: `1,204`. */
export function formatCount(count: number): string {
	return whole.format(count);
}

/** Milliseconds for a column that says so: `0.42`, `3.4`, `1,204`. */
export function plainMs(milliseconds: number): string {
	if (milliseconds >= 9.95) {
		return whole.format(milliseconds);
	}

	return milliseconds === 0 ? '0' : milliseconds.toFixed(milliseconds < 0.995 ? 2 : 1);
}

/** A duration with the unit that fits: `0.42 ms`, `82 ms`, `3.42 s`, `2 min 5 s`. */
export function formatMs(milliseconds: number): string {
	if (milliseconds < second) {
		return `${plainMs(milliseconds)} ms`;
	}

	const seconds = milliseconds / second;
	return seconds < 99.5 ? `${seconds.toFixed(seconds < 9.995 ? 2 : 1)} s` : `${Math.floor(Math.round(seconds) / 60)} min ${Math.round(seconds) % 60} s`;
}

/** Sizes for a column of MiB: `0.4`, `24.1`. */
export function plainMebibytes(bytes: number): string {
	return (bytes / kibibyte / kibibyte).toFixed(1);
}

/** A size with the unit that fits: `812 B`, `4.1 KiB`, `24.1 MiB`. */
export function formatBytes(bytes: number): string {
	if (Math.abs(bytes) < kibibyte) {
		return `${Math.round(bytes)} B`;
	}

	return Math.abs(bytes) < kibibyte * kibibyte ? `${(bytes / kibibyte).toFixed(1)} KiB` : `${plainMebibytes(bytes)} MiB`;
}

/** A part as a percentage: `62 %`; what is there but little is `<1 %`. */
export function formatShare(part: number, all: number): string {
	const share = all === 0 ? 0 : (part / all) * 100;
	return share > 0 && share < 0.5 ? '<1 %' : `${Math.round(share)} %`;
}

/** A number of things: `1 test`, `2 tests`. */
export function counted(count: number, thing: string): string {
	return `${formatCount(count)} ${thing}${count === 1 ? '' : 's'}`;
}

/** A point in time as the reader's clock shows it. */
export function formatTime(at: number): string {
	return new Date(at).toLocaleString('en-GB', {dateStyle: 'medium', timeStyle: 'short'});
}

/** The value below which a share of the sorted values lies. */
export function quantile(sorted: readonly number[], share: number): number {
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Adds up one figure of many things. */
export function sumOf<Item>(items: readonly Item[], pick: (item: Item) => number): number {
	return items.reduce((sum, item) => sum + pick(item), 0);
}
