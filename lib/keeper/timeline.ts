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

/** Beyond so many, the oldest are forgotten: a keeper may serve watch mode for days. */
const keptEvents = 20_000;

/** What a keeper remembers of what it did. */
export class Timeline {
	readonly #events: KeeperEvent[] = [];

	/** Notes that something begins; returns what to call at its end. */
	begin(kind: KeeperEventKind, about: Pick<KeeperEvent, 'slot' | 'name'> = {}): () => void {
		const event: {-readonly [Key in keyof KeeperEvent]: KeeperEvent[Key]} = {kind, startedAt: now(), ...about};
		this.#events.push(event);
		if (this.#events.length > keptEvents) {
			this.#events.splice(0, keptEvents / 10);
		}

		return () => {
			event.endedAt ??= now();
		};
	}

	/** Notes what happens while something is done. */
	async during<T>(kind: KeeperEventKind, about: Pick<KeeperEvent, 'slot' | 'name'>, action: () => Promise<T>): Promise<T> {
		const end = this.begin(kind, about);
		try {
			return await action();
		} finally {
			end();
		}
	}

	/** What was not over at a time, in ms since the epoch, or began later. */
	since(time: number): KeeperEvent[] {
		return this.#events.filter(({endedAt}) => endedAt === undefined || endedAt >= time);
	}
}

function now(): number {
	return performance.timeOrigin + performance.now();
}
