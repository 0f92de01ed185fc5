import pLimit from 'p-limit';
import type {Lease} from './protocol.ts';
import {Slot, type SlotOptions} from './slot.ts';
import type {Timeline} from './timeline.ts';

interface Waiting {
	readonly file: string;
	readonly grant: (slot: Slot) => void;
	readonly refuse: (error: Error) => void;
}

/** Gives each worker a server for itself, at most as many at once as there are slots; the others queue. */
export class Leases {
	readonly slots: readonly Slot[];
	/** How many leases were given so far. */
	granted = 0;
	readonly #held = new Map<number, {readonly slot: Slot; readonly noteEnd: (() => void) | undefined}>();
	readonly #timeline: Timeline | undefined;
	readonly #queue: Waiting[] = [];
	/** Starting servers is work for the whole machine; more than its processors at once only makes each slower. */
	readonly #starts: ReturnType<typeof pLimit>;

	constructor(count: number, parallelStarts: number, options: SlotOptions) {
		this.#timeline = options.timeline;
		this.slots = Array.from({length: count}, (_, index) => new Slot(index, options));
		this.#starts = pLimit(parallelStarts);
	}

	get waiting(): number {
		return this.#queue.length;
	}

	/** Starts the servers before anybody asks. One that is leased stays as it is, whatever template is wanted now. */
	warm(): void {
		for (const slot of this.slots) {
			void this.#starts(async () => slot.isLeased ? undefined : slot.ensure()).catch(() => {});
		}
	}

	async acquire(file: string): Promise<Lease> {
		const askedAt = performance.now();
		const slot = await this.#takeSlot(file);
		try {
			const {server} = slot.isWarm(undefined) ? await slot.ensure() : await this.#starts(async () => slot.ensure());
			const id = ++this.granted;
			this.#held.set(id, {slot, noteEnd: this.#timeline?.begin('lease', {slot: slot.index, name: file})});
			return {id, slot: slot.index, address: server.address, version: server.version, waitMs: performance.now() - askedAt};
		} catch (error) {
			this.#free(slot);
			throw error;
		}
	}

	slot(lease: number): Slot {
		const held = this.#held.get(lease);
		if (!held) {
			throw new Error(`lease ${lease} has ended`);
		}

		return held.slot;
	}

	/** Looks at the server of a lease, ends the lease, and gives another. A lease that has ended is just as good a reason for a new one. */
	async renew(lease: number, file: string): Promise<Lease> {
		await this.#held.get(lease)?.slot.check();
		await this.release(lease, {isClean: false});
		return this.acquire(file);
	}

	/** Ends a lease. After an unclean end, nothing that its worker touched is handed out again. */
	async release(lease: number, {isClean}: {isClean: boolean}): Promise<void> {
		const held = this.#held.get(lease);
		if (!held) {
			return;
		}

		const {slot, noteEnd} = held;
		noteEnd?.();
		this.#held.delete(lease);
		slot.databases?.retireHeld();
		try {
			if (!isClean) {
				await slot.databases?.distrust();
			}
		} finally {
			this.#free(slot);
		}
	}

	/** Refuses all who wait, and stops all servers. */
	async stop(reason: Error): Promise<void> {
		this.#starts.clearQueue();
		for (const {refuse} of this.#queue.splice(0)) {
			refuse(reason);
		}

		await Promise.all(this.slots.map(async slot => slot.stop()));
	}

	async #takeSlot(file: string): Promise<Slot> {
		const free = this.slots.filter(slot => !slot.isLeased);
		const best = free.find(slot => slot.isWarm(undefined)) ?? free[0];
		if (best) {
			best.file = file;
			return best;
		}

		return new Promise((resolve, reject) => {
			this.#queue.push({file, grant: resolve, refuse: reject});
		});
	}

	#free(slot: Slot): void {
		const next = this.#queue.shift();
		slot.file = next?.file;
		if (next) {
			next.grant(slot);
		} else {
			void slot.rest();
		}
	}
}
