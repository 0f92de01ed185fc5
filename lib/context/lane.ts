import type {LaneDatabase} from '../keeper/protocol.ts';
import {connectClient, processIdOf, withClient, type Client} from '../postgres/client.ts';
import type {ServerAddress} from '../server/server.ts';
import type {Holder} from './holder.ts';
import {observerName} from './lock-report.ts';
import type {Standing} from './row-security.ts';
import {isServerGone} from './server-gone.ts';
import {templateWaitMs} from './template-wait.ts';

/** What a lane is made with. */
export interface LaneOptions {
	/** Where its server is now: a lost one is replaced by another. */
	readonly address: () => ServerAddress;
	readonly holder: Holder;
	readonly standing: Standing;
	/** Asks the keeper for the lane's database, as good as new. */
	readonly request: () => Promise<LaneDatabase>;
	/** Sees to it that there is another server, after the one with this address has gone. */
	readonly renew: (lost: ServerAddress) => Promise<void>;
	/** Tells the keeper that a test has left something in a database. */
	readonly taint: (database: string) => Promise<void>;
}

/** A lane's database, and its connection. */
export interface OpenLane {
	readonly database: LaneDatabase;
	readonly client: Client;
	/** How long this opening waited for a template to be built, in ms. */
	readonly waitedMs: number;
}

/** SQLSTATE 3D000: the database does not exist. */
const missing = '3D000';

/** One database and one connection to it, which the tests of a file use one after the other. */
export class Lane {
	readonly #options: LaneOptions;
	/** The address with which the database was handed out: on another server it is worth nothing. */
	#address: ServerAddress | undefined;
	#database: LaneDatabase | undefined;
	#client: Client | undefined;
	/** What the opening that is under way has waited for templates; only one test at a time has a lane. */
	#waitedMs = 0;
	readonly #told = new Set<string>();

	constructor(options: LaneOptions) {
		this.#options = options;
	}

	get holder(): Holder {
		return this.#options.holder;
	}

	get standing(): Standing {
		return this.#options.standing;
	}

	/** Of lines by their kind, those whose kind no test on this lane was told yet. */
	tellOnce(lines: ReadonlyArray<readonly [kind: string, text: string]>): string[] {
		const fresh = lines.filter(([kind]) => !this.#told.has(kind));
		for (const [kind] of fresh) {
			this.#told.add(kind);
		}

		return fresh.map(([, text]) => text);
	}

	/** The database and an open connection; both made if need be, on another server if this one has gone. */
	async open(): Promise<OpenLane> {
		this.#waitedMs = 0;
		return this.holder.during(async () => {
			try {
				return await this.#open();
			} catch (error) {
				if (!isServerGone(error)) {
					throw error;
				}

				await this.#options.renew(this.#address ?? this.#options.address());
				return this.#open();
			}
		});
	}

	/** Opens another connection to the lane's database, for what has to look at it from outside. The caller ends it. */
	async connectBeside(): Promise<Client> {
		return connectClient({...this.#options.address(), database: this.#database!.name, applicationName: observerName, timeoutMs: 2000});
	}

	async #open(): Promise<OpenLane> {
		const address = this.#options.address();
		if (this.#address !== address) {
			await this.discardConnection({isBusy: false});
			this.#database = undefined;
			this.#address = address;
		}

		this.#database ??= await this.#request();
		this.#client ??= await this.#connect(this.#database.name).catch(async (error: unknown) => {
			if ((error as {code?: string}).code !== missing) {
				throw error;
			}

			// A test has dropped it, or something beside the tests has.
			await this.replaceDatabase();
			this.#database = await this.#request();
			return this.#connect(this.#database.name);
		});
		return {database: this.#database, client: this.#client, waitedMs: this.#waitedMs};
	}

	async #request(): Promise<LaneDatabase> {
		const database = await this.#options.request();
		this.#waitedMs += templateWaitMs(database);
		return database;
	}

	/** Closes the connection, so that the next test gets another one. A statement that still runs is ended on the server. */
	async discardConnection({isBusy}: {isBusy: boolean}): Promise<void> {
		const client = this.#client;
		this.#client = undefined;
		if (!client) {
			return;
		}

		this.#options.holder.remove(client);
		if (isBusy) {
			await this.#terminate(client).catch(() => {});
		}

		// Closed without a farewell: answers to a statement that was ended are nobody's.
		(client as unknown as {connection: {stream: {destroy(): void}}}).connection.stream.destroy();
	}

	/** Gives the database up: the next test gets another one. */
	async replaceDatabase(): Promise<void> {
		const database = this.#database;
		this.#database = undefined;
		await this.discardConnection({isBusy: false});
		if (database) {
			await this.#options.taint(database.name);
		}
	}

	async #connect(database: string): Promise<Client> {
		const client = await connectClient({...this.#options.address(), database, pipeline: true, applicationName: 'dataflow-tdd test'});
		this.#options.holder.add(client);
		client.once('end', () => {
			this.#options.holder.remove(client);
			if (this.#client === client) {
				this.#client = undefined;
			}
		});
		return client;
	}

	async #terminate(client: Client): Promise<void> {
		await withClient(this.#options.address(), async other => other.query(`select pg_terminate_backend(pid) from pg_stat_activity where pid = $1 and starts_with(datname, 'tdd_')`, [processIdOf(client)]));
	}
}
