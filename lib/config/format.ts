/** 1,234,567 bytes as `1.2 MB`. */
export function formatBytes(bytes: number): string {
	return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.round(bytes / 1000)} kB`;
}

const units = [['day', 86_400_000], ['hour', 3_600_000], ['minute', 60_000], ['second', 1000]] as const;

/** 7,300,000 ms as `2 hours`: the largest unit alone. */
export function formatAge(ms: number): string {
	const [unit, size] = units.find(([, length]) => ms >= length) ?? ['second', 1000];
	const count = Math.floor(Math.max(0, ms) / size);
	return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
