/** What the keeper did, as a stretch of time. */
export type KeeperEventKind =
	/** Built a template: schemas and seeds were applied. */
	| 'template'
	/** Found or saved a snapshot. */
	| 'snapshot'
	/** Started a server, up to its first answered query. */
	| 'server'
	/** A worker held a server. */
	| 'lease'
	/** Made a clone, ahead of need or on demand. */
	| 'clone';

/** One stretch of a keeper's time. */
export interface KeeperEvent {
	readonly kind: KeeperEventKind;
	/** Milliseconds since the epoch, with fractions. */
	readonly startedAt: number;
	/** The same; undefined while it lasts. */
	readonly endedAt?: number;
	/** Which of the keeper's servers, from 0; undefined where it concerns none. */
	readonly slot?: number;
	/** Such as the test file that holds a lease, a server's label, a fingerprint. */
	readonly name?: string;
}
