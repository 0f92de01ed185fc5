import {privateName, savedLaneName, templateName} from '../config/names.ts';
import type {HarnessConfig} from '../config/options.ts';
import {readSequences, readTables} from '../postgres/catalog.ts';
import type {Client} from '../postgres/client.ts';
import {readProperties, restoreProperties} from '../postgres/database-properties.ts';
import {cloneDatabase, createDatabase, dropDatabase, explainDisk, listDatabases, sealDatabase} from '../postgres/databases.ts';
import {readRoles, readSecuredTables} from '../postgres/roles.ts';
import {readPacks, type FoundPack} from '../seed/catalog.ts';
import {loadPack} from '../seed/load.ts';
import {orderPacks} from '../seed/order.ts';
import {connectAdmin} from '../server/admin.ts';
import type {Progress, ServerAddress} from '../server/server.ts';
import {applyStep, type Target} from './apply.ts';
import {bareCombination, combinationId, type Combination, type SchemaLayer} from './combination.ts';
import {parseRecord, type TemplateRecord} from './record.ts';
import {runScript} from './script/run.ts';
import {withTarget} from './session.ts';
import {expandSources} from './sources.ts';

/** What to build, and where. */
export interface BuildRequest {
	readonly address: ServerAddress;
	readonly config: Pick<HarnessConfig, 'projectDir' | 'schemas' | 'seeds'> & Partial<Pick<HarnessConfig, 'strayConnections'>>;
	readonly fingerprint: string;
	readonly combinations: readonly Combination[];
	/** Goes into private names, so that what a dead builder left can be told apart. */
	readonly owner: string;
	/** Also clone a lane database of the schema alone, to be saved with the snapshot: nearly every test file starts with it. */
	readonly saveLane: boolean;
}

/** A template that is there, built now or before. */
interface Built {
	readonly name: string;
	readonly record: TemplateRecord;
}

/** Builds sealed template databases on one server: the schema first, each combination on the longest one that fits. */
class TemplateBuild {
	readonly #request: BuildRequest;
	readonly #admin: Client;
	readonly #progress: Progress;
	readonly #built: Built[] = [];
	#packs: Map<string, FoundPack> | undefined;

	constructor(request: BuildRequest, admin: Client, progress: Progress) {
		this.#request = request;
		this.#admin = admin;
		this.#progress = progress;
	}

	async run(): Promise<TemplateRecord[]> {
		await this.#readExisting();
		const wanted = [bareCombination, ...this.#request.combinations];
		const ordered = await Promise.all(wanted.map(async combination => ({combination, packs: await this.#order(combination)})));
		for (const {combination, packs} of ordered.toSorted((a, b) => weight(a) - weight(b))) {
			await this.#ensure(combination, packs);
		}

		return this.#built.map(({record}) => record);
	}

	async #readExisting(): Promise<void> {
		const {fingerprint} = this.#request;
		for (const entry of await listDatabases(this.#admin, templateName(fingerprint, ''))) {
			const {name, isTemplate, isBroken, comment} = entry;
			if (isBroken) {
				await dropDatabase(this.#admin, entry);
				continue;
			}

			const record = parseRecord(comment);
			if (isTemplate && record) {
				this.#built.push({name, record});
			}
		}
	}

	async #order({packs}: Combination): Promise<FoundPack[]> {
		if (packs.length === 0) {
			return [];
		}

		this.#packs ??= await readPacks(this.#request.config.seeds);
		return orderPacks(this.#packs, packs);
	}

	async #ensure(combination: Combination, packs: readonly FoundPack[]): Promise<void> {
		const name = templateName(this.#request.fingerprint, combinationId(combination));
		const known = this.#built.find(built => built.name === name);
		const built = known ?? {name, record: await this.#build(combination, packs, name)};
		if (!known) {
			this.#built.push(built);
		}

		if (this.#request.saveLane && combination === bareCombination) {
			await this.#saveLane(built);
		}
	}

	async #saveLane({name: template, record}: Built): Promise<void> {
		const name = savedLaneName(combinationId(record.combination));
		const existing = (await listDatabases(this.#admin, name)).find(entry => entry.name === name);
		if (existing?.isBroken) {
			await dropDatabase(this.#admin, existing);
		}

		if (!existing || existing.isBroken) {
			const lane = await cloneDatabase(this.#admin, {template, name});
			await restoreProperties(this.#admin, lane, record.properties);
		}
	}

	/** Under a private name first and renamed last: what bears a template's name is whole. */
	async #build(combination: Combination, packs: readonly FoundPack[], finalName: string): Promise<TemplateRecord> {
		const startedAt = performance.now();
		const base = this.#longestPrefix(combination, packs);
		const name = privateName('b', this.#request.owner, this.#request.address.marker);
		const database = await (base ? cloneDatabase(this.#admin, {template: base.name, name}) : createDatabase(this.#admin, name));
		try {
			await restoreProperties(this.#admin, database, base?.record.properties);
			const {address, config, fingerprint} = this.#request;
			const filled = await withTarget(address, {database: name, projectDir: config.projectDir}, async target => this.#fill(target, {base, combination, packs}));
			const record = {fingerprint, combination, packs: packs.map(pack => pack.name), ...filled, buildMs: performance.now() - startedAt};
			await sealDatabase(this.#admin, database, {as: finalName, comment: JSON.stringify(record)});
			return record;
		} catch (error) {
			const theirs = isTaken(error) ? await this.#find(finalName) : undefined;
			if (theirs) {
				await dropDatabase(this.#admin, database).catch(() => {});
				return theirs;
			}

			// Dropping it would end the sessions of those who are connected; once they have gone, a sweep drops it.
			if ((error as {code?: string}).code !== 'ERR_TEMPLATE_BUSY') {
				await dropDatabase(this.#admin, database).catch(() => {});
			}

			throw error;
		}
	}

	/** Whoever is connected to another database of the server does not see our lock, and may have been faster. */
	async #find(name: string): Promise<TemplateRecord | undefined> {
		const [entry] = (await listDatabases(this.#admin, name)).filter(each => each.name === name && each.isTemplate);
		return parseRecord(entry?.comment ?? null);
	}

	/** The built template with the most packs that holds nothing but a beginning of what is wanted. */
	#longestPrefix(combination: Combination, packs: readonly FoundPack[]): Built | undefined {
		const names = packs.map(pack => pack.name);
		const fits = ({record}: Built): boolean => record.packs.every((pack, index) => names[index] === pack)
			&& JSON.stringify(record.combination.layers) === JSON.stringify(combination.layers.slice(0, record.combination.layers.length))
			&& (record.combination.layers.length === 0 || record.packs.length === names.length);
		return this.#built.filter(built => fits(built)).toSorted((a, b) => size(b.record) - size(a.record))[0];
	}

	async #fill(target: Target, {base, combination, packs}: {base: Built | undefined; combination: Combination; packs: readonly FoundPack[]}): Promise<Pick<TemplateRecord, 'results' | 'sequences' | 'tables' | 'securedTables' | 'roles' | 'properties' | 'sizeBytes'>> {
		if (!base) {
			await this.#applySchema(target);
		}

		const results = await this.#loadPacks(target, packs, base?.record);
		for (const layer of combination.layers.slice(base?.record.combination.layers.length ?? 0)) {
			await applyLayer(target, layer);
		}

		// Frozen and analysed, so that clones have the statistics that plans need, and never rewrite what they only read.
		await target.client.query('vacuum (freeze, analyze)');
		const {rows} = await target.client.query<{size: number}>('select pg_database_size(current_database())::float8 as size');
		const {client} = target;
		const [sequences, tables] = [await readSequences(client), await readTables(client)];
		const properties = await readProperties(client);
		const known = {sequences, tables, securedTables: await readSecuredTables(client), roles: await readRoles(client)};
		return {results, ...known, ...(properties && {properties}), sizeBytes: rows[0]?.size ?? 0};
	}

	async #applySchema(target: Target): Promise<void> {
		const steps = await expandSources(this.#request.config.schemas);
		for (const [index, step] of steps.entries()) {
			this.#progress(`applying ${step.kind === 'command' ? step.command : relativeName(step.file, target.projectDir)}`, index / steps.length);
			await applyStep(step, target);
		}
	}

	async #loadPacks(target: Target, packs: readonly FoundPack[], base: TemplateRecord | undefined): Promise<Record<string, string>> {
		const results: Record<string, string> = {...base?.results};
		const runSql = async (file: string, text: string): Promise<void> => {
			await runScript(target.client, {file: relativeName(file, target.projectDir), text});
		};

		for (const pack of packs.slice(base?.packs.length ?? 0)) {
			this.#progress(`loading the seed pack '${pack.name}'`);
			results[pack.name] = await loadPack(pack, {db: target.db, runSql, results});
		}

		return results;
	}
}

/** SQLSTATE 42P04: a database of that name is there. */
function isTaken(error: unknown): boolean {
	return (error as {code?: string}).code === '42P04';
}

/** Smaller combinations come first, so that larger ones can be built on them. */
function weight({packs, combination}: {packs: readonly FoundPack[]; combination: Combination}): number {
	return packs.length + combination.layers.length;
}

function size({packs, combination}: TemplateRecord): number {
	return packs.length + combination.layers.length;
}

function relativeName(file: string, projectDir: string): string {
	return file.startsWith(projectDir) ? file.slice(projectDir.length + 1) : file;
}

async function applyLayer({client}: Target, {name, tables}: SchemaLayer): Promise<void> {
	for (const [table, ddl] of Object.entries(tables)) {
		await runScript(client, {file: `cacheSchema('${name}').${table}`, text: ddl});
	}
}

/**
 * Builds what is missing of a fingerprint's templates and returns the records of all of them. Nothing half-built stays
 * behind. On a shared server, one builder works and the others wait for it.
 * @throws {ERR_TEMPLATE_SQL} and the other codes of templates and seeds, for the first thing that fails
 */
export async function buildTemplates(request: BuildRequest, progress: Progress): Promise<TemplateRecord[]> {
	const admin = await connectAdmin(request.address, `dataflow-tdd builder ${request.owner}`);
	try {
		await admin.query(`select pg_advisory_lock(hashtextextended($1, 0))`, [`dataflow-tdd ${request.fingerprint}`]);
		return await new TemplateBuild(request, admin, progress).run();
	} catch (error) {
		throw explainDisk(error, 'A template is a whole database, and building one needs its size once more.');
	} finally {
		await admin.end().catch(() => {});
	}
}
