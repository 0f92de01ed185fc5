import {mkdir, mkdtemp, realpath, rm, symlink, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type {ExecutionContext} from 'ava';
import {withClient, type Client} from '#lib/postgres/client.js';
import {templateName} from '#lib/config/names.js';
import {EmbeddedAdapter} from '#lib/server/embedded.js';
import type {Server} from '#lib/server/server.js';
import {startServer} from '#lib/server/start.js';
import {buildTemplates} from '#lib/template/build.js';
import {combinationId, combinationOf} from '#lib/template/combination.js';
import type {TemplateRecord} from '#lib/template/record.js';

/** This repository, whose own schema and packs are tested as well. */
export const repository = path.resolve(import.meta.dirname, '../..');

/** A project with only a schema and packs: files by path. */
export type Files = Readonly<Record<string, string>>;

type Teardown = Pick<ExecutionContext, 'teardown'>;

/** Writes a project into a folder of its own, in which `dataflow-tdd` and `kysely` can be imported, and removes it after the test. */
export async function writeProject(t: Teardown, files: Files): Promise<string> {
	const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'dataflow-tdd-seeds-')));
	t.teardown(async () => rm(folder, {recursive: true, force: true}));
	await mkdir(path.join(folder, 'node_modules'));
	await symlink(repository, path.join(folder, 'node_modules', 'dataflow-tdd'));
	await symlink(path.join(repository, 'node_modules', 'kysely'), path.join(folder, 'node_modules', 'kysely'));
	await writeFile(path.join(folder, 'package.json'), '{"type": "module"}');
	for (const [name, text] of Object.entries(files)) {
		const file = path.join(folder, name);
		await mkdir(path.dirname(file), {recursive: true});
		await writeFile(file, text);
	}

	return folder;
}

/** The text of a seed file that defines packs. */
export function seedFile(...lines: string[]): string {
	return [`import {defineSeedPack} from 'dataflow-tdd';`, `import {sql} from 'kysely';`, ...lines].join('\n');
}

/** A server that a test file shares. */
export async function startTestServer(): Promise<Server> {
	const adapter = await EmbeddedAdapter.create({projectDir: repository});
	return startServer(adapter!, {owner: 'test'});
}

let fingerprints = 0;

/** A name under which nothing has been built yet. Databases bear its first 16 digits. */
export function freshFingerprint(): string {
	return String(++fingerprints).padStart(16, '0').padEnd(40, '0');
}

/** What a build did. */
export interface BuildResult {
	/** The record of the combination that was asked for last. */
	readonly record: TemplateRecord;
	readonly steps: readonly string[];
}

/** Builds the templates of combinations of packs: `[['shop'], ['shop', 'loyalty']]`. */
export async function build(server: Server, request: {projectDir: string; fingerprint: string; packs: ReadonlyArray<readonly string[]>}): Promise<BuildResult> {
	const {projectDir, fingerprint, packs} = request;
	const steps: string[] = [];
	const combinations = packs.map(names => combinationOf(names));
	const config = {projectDir, schemas: [path.join(projectDir, 'schemas')], seeds: path.join(projectDir, 'seeds')};
	const records = await buildTemplates(
		{address: server.address, config, fingerprint, combinations, owner: 'test', saveLane: false},
		step => steps.push(step),
	);
	const asked = combinationId(combinations.at(-1)!);
	return {record: records.find(({combination}) => combinationId(combination) === asked)!, steps};
}

/** Lets somebody look into a template, which is closed to everybody. A clone would do as well, and cost a database. */
export async function withTemplate<T>(server: Server, {fingerprint, combination}: TemplateRecord, look: (client: Client) => Promise<T>): Promise<T> {
	const database = templateName(fingerprint, combinationId(combination));
	return withClient(server.address, async admin => {
		await admin.query(`alter database ${database} allow_connections true`);
		try {
			return await withClient({...server.address, database}, async client => {
				await client.query('set default_transaction_read_only = on');
				return look(client);
			});
		} finally {
			await admin.query(`alter database ${database} allow_connections false`);
		}
	});
}

/** Every row of every table of a template, and where its sequences stand: two of them are equal, or the templates are not. */
export async function dump(server: Server, record: TemplateRecord): Promise<unknown> {
	return withTemplate(server, record, async client => {
		const tables: Record<string, unknown> = {};
		for (const {schema, name} of record.tables) {
			const {rows} = await client.query({text: `select t::text from "${schema}"."${name}" as t order by 1`, rowMode: 'array'});
			tables[`${schema}.${name}`] = rows.flat();
		}

		return {tables, sequences: record.sequences, results: record.results};
	});
}
