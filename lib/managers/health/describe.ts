import {formatAge, formatBytes} from '../../config/format.ts';
import type {SnapshotReport} from '../../keeper/protocol.ts';
import type {ServerFacts} from './server.ts';

/** What stands where servers cannot be saved. */
export const onSharedServer = 'sealed template databases on the server take its place';

/** Says how a server has answered. */
export function describeServer({version, tookMs}: ServerFacts): string {
	return `PostgreSQL ${version} answered in ${tookMs.toFixed(1)} ms`;
}

/** Says what the schema cache did. */
export function describeCache({hits, misses, hitRate, savedMs}: Readonly<Record<'hits' | 'misses' | 'hitRate' | 'savedMs', number>>): string {
	const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;
	return hits + misses === 0
		? 'nothing was asked of it yet'
		: `${counted(hits, 'hit', 'hits')} and ${counted(misses, 'miss', 'misses')} (${Math.round(hitRate * 100)} %), which saved ${(savedMs / 1000).toFixed(1)} s`;
}

/** Says how old a snapshot is, and how large. */
export function describeSnapshot({fingerprint, createdAt, lastUsedAt, sizeBytes}: Omit<SnapshotReport, 'name'>): string {
	const ago = (time: number): string => `${formatAge(Date.now() - time)} ago`;
	return `${fingerprint.slice(0, 12)}, saved ${ago(createdAt)}, used ${ago(lastUsedAt)}, ${formatBytes(sizeBytes)}`;
}
