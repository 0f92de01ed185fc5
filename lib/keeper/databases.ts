import {privateName, savedLaneName, templateName} from '../config/names.ts';
import type {Client} from '../postgres/client.ts';
import {cloneDatabase, dropDatabase, endSessions, listDatabases} from '../postgres/databases.ts';
import {combinationId, type Combination} from '../template/combination.ts';
import {parseRecord, type TemplateRecord} from '../template/record.ts';
import type {LaneDatabase} from './protocol.ts';

type Handout = Pick<LaneDatabase, 'name' | 'record' | 'source'>;

/** What {@link ServerDatabases} needs to know of its server. */
export interface ServerDatabasesOptions {
	/** A connection that stays open; all databases are made through it, one after the other. */
	readonly admin: Client;
	readonly fingerprint: string;
	readonly databaseOwner: string;
	/** Builds the templates that a combination lacks on this server. */
	readonly build: (combination: Combination) => Promise<readonly TemplateRecord[]>;
}

/** The databases of one slot's server: the templates in it, and the lanes that a worker uses. */
export class ServerDatabases {
	readonly #options: ServerDatabasesOptions;
	readonly #records = new Map<string, TemplateRecord>();
	/** Lanes by combination and number; a lane that was tainted is taken out and cloned anew. */
	readonly #lanes = new Map<string, string>();
	readonly #clones = new Set<string>();

	private constructor(options: ServerDatabasesOptions) {
		this.#options = options;
	}

	/** Reads what the snapshot, or the shared server, already holds. */
	static async open(options: ServerDatabasesOptions): Promise<ServerDatabases> {
		const databases = new ServerDatabases(options);
		const entries = await listDatabases(options.admin, 'tdd_');
		const names = new Set(entries.map(({name}) => name));
		for (const {name, isTemplate, comment} of entries) {
			const record = parseRecord(comment);
			if (record && isTemplate && name.startsWith(templateName(options.fingerprint, ''))) {
				databases.#add(record, names);
			}
		}

		return databases;
	}

	get size(): number {
		return this.#lanes.size + this.#clones.size;
	}

	/** The database of a lane, as good as new. */
	async lane(combination: Combination, lane: number): Promise<Handout> {
		const id = combinationId(combination);
		const isKnown = this.#records.has(id);
		const record = this.#records.get(id) ?? await this.#build(combination);
		const key = `${id} ${lane}`;
		const ready = this.#lanes.get(key);
		const name = ready ?? await this.#clone(id);
		this.#lanes.set(key, name);
		return {name, record, source: ready ? 'ready' : isKnown ? 'cloned' : 'built'};
	}

	/** A database of the schema alone, for one worker to write to. */
	async clone(): Promise<string> {
		const name = await this.#clone('schema');
		this.#clones.add(name);
		return name;
	}

	/** Takes a database out of use; it is dropped later, when nobody waits. */
	taint(name: string): void {
		for (const [key, lane] of this.#lanes) {
			if (lane === name) {
				this.#lanes.delete(key);
				this.#clones.add(name);
			}
		}
	}

	/** After a worker that ended without a word: what it left running is ended, and no lane of it is trusted. */
	async distrust(): Promise<void> {
		const names = [...this.#lanes.values()];
		for (const name of names) {
			await endSessions(this.#options.admin, name);
			this.taint(name);
		}
	}

	/** Drops the clones that a lease left. */
	async tidy(): Promise<void> {
		const doomed = [...this.#clones];
		// The next lease may add to the list while this one's are dropped.
		this.#clones.clear();
		for (const name of doomed) {
			await dropDatabase(this.#options.admin, name);
		}
	}

	/** Drops everything that is not a template: all that this keeper made on a server that stays. */
	async dropAll(): Promise<void> {
		for (const name of this.#lanes.values()) {
			this.#clones.add(name);
		}

		this.#lanes.clear();
		await this.tidy();
	}

	#add(record: TemplateRecord, names: ReadonlySet<string>): void {
		const id = combinationId(record.combination);
		this.#records.set(id, record);
		if (names.has(savedLaneName(id))) {
			this.#lanes.set(`${id} 0`, savedLaneName(id));
		}
	}

	async #build(combination: Combination): Promise<TemplateRecord> {
		for (const record of await this.#options.build(combination)) {
			this.#records.set(combinationId(record.combination), record);
		}

		return this.#records.get(combinationId(combination))!;
	}

	async #clone(id: string): Promise<string> {
		const {admin, databaseOwner, fingerprint} = this.#options;
		const name = privateName('c', databaseOwner);
		await cloneDatabase(admin, templateName(fingerprint, id), name);
		return name;
	}
}
