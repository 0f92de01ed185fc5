import {formatCount, formatMs as formatLongMs} from '../../figures.ts';

export {counted, formatCount, formatShare} from '../../figures.ts';

const second = 1000;
const kibibyte = 1024;

/** Milliseconds for a column that says so: `0.42`, `3.4`, `1,204`. */
export function plainMs(milliseconds: number): string {
	if (milliseconds >= 9.95) {
		return formatCount(milliseconds);
	}

	return milliseconds === 0 ? '0' : milliseconds.toFixed(milliseconds < 0.995 ? 2 : 1);
}

/** A duration with the unit that fits: `0.42 ms`, `82 ms`, `3.42 s`, `2 min 5 s`. */
export function formatMs(milliseconds: number): string {
	return milliseconds < second ? `${plainMs(milliseconds)} ms` : formatLongMs(milliseconds);
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
