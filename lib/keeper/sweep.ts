import {setTimeout as delay} from 'node:timers/promises';
import type {ServerAdapter} from '../server/server.ts';
import {log} from './log.ts';
import {isOwnerAlive} from './owner.ts';

/** Removes what dead owners have left; what cannot be removed is no reason not to begin. */
export async function sweepDead(adapter: ServerAdapter): Promise<void> {
	const removed = await adapter.sweep(isOwnerAlive).catch((error: unknown) => [`nothing: ${String(error)}`]);
	for (const label of removed) {
		log(`swept ${label}`);
	}
}

/**
 * Removes, from a server that stays, all that one owner has left there: what a build that was stopped was making, databases of
 * slots that had lost their connection. Somebody may still be connected to some of it; it is tried again for as long as that.
 */
export async function sweepOwn(adapter: ServerAdapter | undefined, owner: string, patienceMs: number): Promise<void> {
	const deadline = performance.now() + patienceMs;
	for (;;) {
		const isSomethingLeft = await adapter?.sweepOwner?.(owner) ?? false;
		if (!isSomethingLeft || performance.now() > deadline) {
			return;
		}

		await delay(200);
	}
}
