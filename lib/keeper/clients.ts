import type {BirpcReturn} from 'birpc';
import type {ClientApi, ClientRole, KeeperApi} from './protocol.ts';

/** One connection: what it is for, and what it holds. */
export interface Client {
	/** Undefined for one that has not said hello: it only looks. */
	role: ClientRole | undefined;
	readonly leases: Set<number>;
	readonly remote: BirpcReturn<ClientApi, KeeperApi>;
}

/** Everyone who is connected to a keeper. */
export class Clients {
	readonly #all = new Set<Client>();

	get size(): number {
		return this.#all.size;
	}

	has(client: Client): boolean {
		return this.#all.has(client);
	}

	/** How many runs and test files there are. */
	get users(): number {
		return this.#with('run').length + this.#with('worker').length;
	}

	add(client: Client): void {
		this.#all.add(client);
	}

	/** Runs are told when the last worker leaves. */
	remove(client: Client): void {
		this.#all.delete(client);
		if (client.role === 'worker' && this.#with('worker').length === 0) {
			for (const {remote} of this.#with('run')) {
				void remote.workersLeft.asEvent();
			}
		}
	}

	/** Tells everyone what the keeper does. */
	tellProgress(step: string, fraction?: number): void {
		for (const {remote} of this.#all) {
			void remote.progress.asEvent(step, fraction);
		}
	}

	#with(role: ClientRole): Client[] {
		return [...this.#all].filter(client => client.role === role);
	}
}
