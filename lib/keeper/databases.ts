import pLimit from 'p-limit';
import {savedLaneName, templateName} from '../config/names.ts';
import {dropDatabase, endSessions, listDatabases, type OwnDatabase} from '../postgres/databases.ts';
import {combinationId, type Combination} from '../template/combination.ts';
import {parseRecord, type TemplateRecord} from '../template/record.ts';
import {Cloner, type ClonerOptions} from './cloner.ts';
import {Clones} from './clones.ts';
import {log} from './log.ts';
import type {LaneDatabase} from './protocol.ts';
import type {Timeline} from './timeline.ts';

type Handout = Pick<LaneDatabase, 'name' | 'record' | 'source'>;

/** What {@link ServerDatabases} needs to know of its server. */
export interface ServerDatabasesOptions extends ClonerOptions {
	readonly fingerprint: string;
	/** What clones may occupy before used ones are dropped while tests run, in bytes. */
	readonly budgetBytes: number;
	/** Which of the keeper's servers it is, from 0. */
	readonly slot?: number;
	readonly timeline?: Timeline | undefined;
	/** Builds the templates that a combination lacks on this server. */
	readonly build: (combination: Combination) => Promise<readonly TemplateRecord[]>;
}

/** What the templates of a fingerprint say of themselves. */
function recordsOf(entries: Awaited<ReturnType<typeof listDatabases>>, fingerprint: string): TemplateRecord[] {
	return entries.filter(({name, isTemplate}) => isTemplate && name.startsWith(templateName(fingerprint, '')))
		.map(({comment}) => parseRecord(comment)).filter(record => record !== undefined);
}

/** The databases of one slot's server: the templates in it, the lanes that a worker uses, and clones for single tests. */
export class ServerDatabases {
	readonly #options: ServerDatabasesOptions;
	readonly #records = new Map<string, TemplateRecord>();
	/** Lanes by combination and number; a lane that was tainted is taken out and cloned anew. */
	readonly #lanes = new Map<string, string>();
	readonly #tainted: string[] = [];
	/** What each name meant when it was found or made: before anything is dropped, it is asked whether it still does. */
	readonly #known = new Map<string, OwnDatabase>();
	/** One connection, one statement at a time. */
	readonly #inTurn = pLimit(1);
	readonly #builds = new Map<string, Promise<TemplateRecord>>();
	readonly #clones: Clones;
	readonly #cloner: Cloner;
	#measuring: Promise<void> | undefined;

	private constructor(options: ServerDatabasesOptions) {
		this.#options = options;
		this.#cloner = new Cloner(options);
		this.#clones = new Clones({
			create: async id => this.#clone(id),
			drop: async name => this.#drop(name),
			sizeOf: id => this.#records.get(id)?.sizeBytes ?? 0,
			budgetBytes: options.budgetBytes,
		});
	}

	/** Reads what the snapshot, or the shared server, already holds. */
	static async open(options: ServerDatabasesOptions): Promise<ServerDatabases> {
		const databases = new ServerDatabases(options);
		const entries = await listDatabases(options.admin, 'tdd_');
		const whole = new Map(entries.filter(({isBroken}) => !isBroken).map(({name, oid}) => [name, {name, oid}]));
		for (const record of recordsOf(entries, options.fingerprint)) {
			databases.#add(record, whole);
		}

		return databases;
	}

	get size(): number {
		return this.#lanes.size + this.#tainted.length + this.#clones.size;
	}

	/** The database of a lane, as good as new. */
	async lane(combination: Combination, lane: number): Promise<Handout> {
		const id = combinationId(combination);
		const {record, isKnown} = await this.#template(combination);
		const key = `${id} ${lane}`;
		const ready = this.#lanes.get(key);
		const name = ready ?? await this.#clone(id);
		this.#lanes.set(key, name);
		return {name, record, source: ready ? 'ready' : isKnown ? 'cloned' : 'built'};
	}

	/** A database that nobody has had before. */
	async clone(combination: Combination, expected: number): Promise<Handout> {
		const {record, isKnown} = await this.#template(combination);
		const {name, wasReady} = await this.#clones.take(combinationId(combination), expected);
		return {name, record, source: isKnown ? wasReady ? 'ready' : 'cloned' : 'built'};
	}

	/** Makes clones ahead of need. */
	async expectClones(combination: Combination, expected: number): Promise<void> {
		await this.#template(combination);
		this.#clones.expect(combinationId(combination), expected);
	}

	/** Takes back a clone that a test has used. */
	retire(name: string): void {
		this.#clones.retire(name);
	}

	/** Keeps a clone for somebody to look at, and ends what its test left running: connections of its own, not those of others that it opened. */
	async keep(name: string, backends: readonly number[]): Promise<void> {
		this.#clones.keep(name);
		if (backends.length > 0) {
			await this.#inTurn(async () => endSessions(this.#options.admin, this.#asMade(name), backends));
		}
	}

	/** Takes a lane out of use; it is dropped later, when nobody waits. */
	taint(name: string): void {
		for (const [key, lane] of this.#lanes) {
			if (lane === name) {
				this.#lanes.delete(key);
				this.#tainted.push(name);
			}
		}
	}

	/** After a worker that ended without a word: what it left running is ended, and no lane of it is trusted. */
	async distrust(): Promise<void> {
		const names = [...this.#lanes.values(), ...this.#clones.held];
		for (const name of names) {
			this.taint(name);
		}

		this.retireHeld();
		for (const name of names) {
			await this.#inTurn(async () => endSessions(this.#options.admin, this.#asMade(name))).catch((error: unknown) => {
				log(`ending the sessions of ${name} failed: ${String(error)}`);
			});
		}
	}

	/** Takes back all clones of the worker whose lease ends: before anybody else has the server. */
	retireHeld(): void {
		this.#clones.retireHeld();
	}

	/**
	 * Drops what leases left, for as long as nobody waits.
	 * @param isIdle asked before each
	 */
	async tidy(isIdle: () => boolean = () => true): Promise<void> {
		while (isIdle() && this.#tainted.length > 0) {
			await this.#drop(this.#tainted.shift()!);
		}

		await this.#clones.tidy(isIdle);
	}

	/**
	 * Finds out how this kind of server clones fastest, when nobody waits. It is known for all later ones, because it depends on
	 * where the template's files lie as much as on the server.
	 */
	async measureCloning(isIdle: () => boolean): Promise<void> {
		if (isIdle() && this.#records.has('schema')) {
			this.#measuring = this.#inTurn(async () => this.#cloner.measure(templateName(this.#options.fingerprint, 'schema'), isIdle));
			await this.#measuring;
		}
	}

	/** Drops everything that is not a template: all that this keeper made on a server that stays. */
	async dropAll(): Promise<void> {
		await this.#measuring?.catch(() => {});
		this.#tainted.push(...this.#lanes.values());
		this.#lanes.clear();
		await this.tidy();
		await this.#clones.dropAll();
	}

	#add(record: TemplateRecord, there: ReadonlyMap<string, OwnDatabase>): void {
		const id = combinationId(record.combination);
		this.#records.set(id, record);
		const lane = there.get(savedLaneName(id));
		if (lane) {
			this.#known.set(lane.name, lane);
			this.#lanes.set(`${id} 0`, lane.name);
		}
	}

	/** A name that this keeper has neither found nor made means nothing that it may touch. */
	#asMade(name: string): OwnDatabase {
		return this.#known.get(name) ?? {name, oid: 0};
	}

	async #template(combination: Combination): Promise<{record: TemplateRecord; isKnown: boolean}> {
		const id = combinationId(combination);
		const known = this.#records.get(id) ?? await this.#find(id);
		if (known) {
			return {record: known, isKnown: true};
		}

		// All who ask while it is built wait for the same build.
		const building = this.#builds.get(id) ?? this.#build(combination).finally(() => this.#builds.delete(id));
		this.#builds.set(id, building);
		return {record: await building, isKnown: false};
	}

	/** On a server that several share, somebody else may have built it since this one looked: another slot, or another run. */
	async #find(id: string): Promise<TemplateRecord | undefined> {
		// Only a server that is there already has a marker.
		if (this.#options.secret === undefined || this.#builds.has(id)) {
			return undefined;
		}

		const found = await this.#inTurn(async () => listDatabases(this.#options.admin, templateName(this.#options.fingerprint, id)));
		const record = recordsOf(found, this.#options.fingerprint).find(({combination}) => combinationId(combination) === id);
		if (record) {
			this.#records.set(id, record);
		}

		return record;
	}

	async #build(combination: Combination): Promise<TemplateRecord> {
		for (const record of await this.#options.build(combination)) {
			this.#records.set(combinationId(record.combination), record);
		}

		return this.#records.get(combinationId(combination))!;
	}

	/** One that cannot be dropped must not keep the others. */
	async #drop(name: string): Promise<void> {
		await this.#inTurn(async () => dropDatabase(this.#options.admin, this.#asMade(name))).catch((error: unknown) => {
			log(`dropping ${name} failed: ${String(error)}`);
		});
		this.#known.delete(name);
	}

	async #clone(id: string): Promise<string> {
		const {fingerprint, timeline, slot = 0} = this.#options;
		const clone = async (): Promise<OwnDatabase> => this.#cloner.clone(templateName(fingerprint, id), this.#records.get(id)?.properties);
		const made = await this.#inTurn(async () => timeline ? timeline.during('clone', {slot, name: id}, clone) : clone());
		this.#known.set(made.name, made);
		return made.name;
	}
}
