import {workerSession} from '../context/worker-session.ts';
import {databaseUrl} from '../template/session.ts';

/** A database of this worker's own, for code that takes a URL. */
export interface DatabaseManager {
	/** True between `initialize` and `close`. */
	readonly isInitialized: boolean;
	/** The URL of a clone of the schema that this worker alone uses; undefined before `initialize`. */
	readonly connectionString: string | undefined;
	/** Waits for a server and makes the clone. Calling it again does nothing. */
	initialize(): Promise<void>;
	/** Lets go of the clone; the keeper drops it when the test file is done. */
	close(): Promise<void>;
}

class WorkerDatabase implements DatabaseManager {
	#url: string | undefined;
	#opening: Promise<void> | undefined;

	get isInitialized(): boolean {
		return this.#url !== undefined;
	}

	get connectionString(): string | undefined {
		return this.#url;
	}

	async initialize(): Promise<void> {
		this.#opening ??= this.#open().catch((error: unknown) => {
			this.#opening = undefined;
			throw error;
		});
		return this.#opening;
	}

	async close(): Promise<void> {
		await this.#opening?.catch(() => {});
		this.#opening = undefined;
		this.#url = undefined;
	}

	async #open(): Promise<void> {
		const session = await workerSession.open();
		const name = await session.cloneDatabase();
		this.#url = databaseUrl(session.lease.address, name);
	}
}

const manager = new WorkerDatabase();

/** The database of this worker: `await getDatabaseManager().initialize()`, then its `connectionString`. */
export function getDatabaseManager(): DatabaseManager {
	return manager;
}
