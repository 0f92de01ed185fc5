import {privateName} from '../config/names.ts';
import type {Client} from '../postgres/client.ts';
import {restoreProperties, type DatabaseProperties} from '../postgres/database-properties.ts';
import {cloneDatabase, createTablespace, type CloneRequest, type CloneStrategy, type OwnDatabase} from '../postgres/databases.ts';
import type {CloneStrategies} from './clone-strategy.ts';
import {isDiskFull} from './clones.ts';
import {log} from './log.ts';

/** Where clones lie whose server has a folder in memory. */
const tablespace = 'tdd_memory';

/** What {@link Cloner} works with. */
export interface ClonerOptions {
	/** A connection that stays open. */
	readonly admin: Client;
	/** The server's major version. */
	readonly version: number;
	readonly databaseOwner: string;
	/** What its names of databases prove where they come from: on a server where others make some, too. */
	readonly secret?: string | undefined;
	readonly strategies: CloneStrategies;
	/** A folder in the server's memory, where it has one. */
	readonly memoryFolder: string | undefined;
}

/** Makes databases from templates on one server: where, and in which way, that is fastest there. One at a time. */
export class Cloner {
	readonly #options: ClonerOptions;
	#strategy: CloneStrategy;
	#tablespace: Promise<string | undefined> | undefined;

	constructor(options: ClonerOptions) {
		this.#options = options;
		this.#strategy = options.strategies.recall()?.strategy ?? 'file_copy';
	}

	/** Makes a database that nobody else has. */
	async clone(template: string, properties: DatabaseProperties | undefined): Promise<OwnDatabase> {
		const {admin, databaseOwner, secret} = this.#options;
		const clone = await this.#cloneInMemory({template, name: privateName('c', databaseOwner, secret)});
		await restoreProperties(admin, clone, properties);
		return clone;
	}

	/** Finds out which way is fastest here, unless that is known, or found out by another server just now. It stops when somebody waits. */
	async measure(template: string, isIdle: () => boolean): Promise<void> {
		const {admin, version, databaseOwner, secret, strategies} = this.#options;
		if (strategies.isWanting) {
			const measured = await strategies.measure({admin, version, databaseOwner, secret, template, isIdle, tablespace: await this.#ensureTablespace()});
			this.#strategy = measured?.strategy ?? this.#strategy;
			log(measured ? `cloning by ${measured.strategy}; medians in ms: ${JSON.stringify(measured.medianMs)}` : 'how to clone is measured another time');
		}
	}

	/** Memory that is full leaves the disk. */
	async #cloneInMemory(request: CloneRequest): Promise<OwnDatabase> {
		const place = await this.#ensureTablespace();
		try {
			return await this.#cloneFast({...request, tablespace: place});
		} catch (error) {
			if (place === undefined || !isDiskFull(error)) {
				throw error;
			}

			log(`${place} is full: ${request.name} is made on disk`);
			return this.#cloneFast(request);
		}
	}

	/** What was fastest elsewhere need not work here: on another file system, for one. */
	async #cloneFast(request: CloneRequest): Promise<OwnDatabase> {
		const {admin} = this.#options;
		try {
			return await cloneDatabase(admin, {...request, strategy: this.#strategy});
		} catch (error) {
			if (this.#strategy === 'file_copy' || isDiskFull(error)) {
				throw error;
			}

			log(`cloning by ${this.#strategy} failed, by file_copy from now on: ${String(error)}`);
			this.#strategy = 'file_copy';
			return cloneDatabase(admin, request);
		}
	}

	async #ensureTablespace(): Promise<string | undefined> {
		this.#tablespace ??= this.#makeTablespace();
		return this.#tablespace;
	}

	async #makeTablespace(): Promise<string | undefined> {
		const {admin, memoryFolder} = this.#options;
		if (memoryFolder === undefined) {
			return undefined;
		}

		try {
			await createTablespace(admin, {name: tablespace, folder: `${memoryFolder}/dataflow-tdd-clones`});
			return tablespace;
		} catch (error) {
			log(`clones are made on disk: ${String(error)}`);
			return undefined;
		}
	}
}
