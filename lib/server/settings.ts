/**
 * The settings of a throwaway server, as `name=value`: durability off, small buffers, no background work.
 * Only ever given to a server that the harness starts.
 * @see https://www.postgresql.org/docs/current/non-durability.html
 */
export function throwawaySettings(version: number): string[] {
	return [
		'fsync=off',
		'synchronous_commit=off',
		'full_page_writes=off',
		'autovacuum=off',
		'jit=off',
		'shared_buffers=32MB',
		'max_connections=100',
		'max_wal_size=4GB',
		'checkpoint_timeout=1h',
		'wal_level=minimal',
		'max_wal_senders=0',
		'timezone=UTC',
		'log_checkpoints=off',
		'bgwriter_lru_maxpages=0',
		...(version >= 16 ? ['scram_iterations=1'] : []),
	];
}
