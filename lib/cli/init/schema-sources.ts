import {existsSync, readFileSync, readdirSync} from 'node:fs';
import path from 'node:path';
import {foreignToolOf} from '../../template/foreign-migration.ts';

/** Where the DDL of a project lies already, so that an example of ours would be in its way. */
export interface ExistingSchemas {
	/** What is shown of it, such as `db/migrations/`. */
	readonly name: string;
	/** The option `schemas` as it is written in a configuration, such as `'db/migrations'`; undefined where none is needed. */
	readonly option?: string;
}

const migrationFolders = ['migrations', 'db/migrations', 'database/migrations', 'src/migrations', 'supabase/migrations', 'drizzle'];
const configurations = ['ts', 'mjs', 'js'].map(ending => `dataflow-tdd.config.${ending}`);

/** The files below a folder, relative to it; none where there is no such folder. */
export function filesBelow(folder: string): string[] {
	try {
		return readdirSync(folder, {recursive: true, withFileTypes: true}).filter(entry => entry.isFile() && !entry.parentPath.includes('node_modules'))
			.map(entry => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/')).toSorted();
	} catch {
		return [];
	}
}

/** True if a configuration of the harness names the schemas, so that init has nothing to say of them. */
function isOptionSet(projectDir: string, options: unknown): boolean {
	const texts = configurations.map(name => path.join(projectDir, name)).filter(file => existsSync(file)).map(file => readFileSync(file, 'utf8'));
	return [JSON.stringify(options ?? {}), ...texts].some(text => /\bschemas\b/.test(text));
}

function findMigrations(projectDir: string): ExistingSchemas | undefined {
	if (existsSync(path.join(projectDir, 'prisma/schema.prisma'))) {
		return {name: 'prisma/schema.prisma', option: `{command: 'npx prisma migrate deploy', inputs: ['prisma']}`};
	}

	const folder = migrationFolders.find(name => filesBelow(path.join(projectDir, name)).some(file => /(?<!\.d)\.(?:sql|[jt]s)$/.test(file)));
	return folder === undefined ? undefined : {name: `${folder}/`, option: optionFor(projectDir, folder)};
}

/** The folder itself, or the command of the tool whose modules are in it. */
function optionFor(projectDir: string, folder: string): string {
	const modules = filesBelow(path.join(projectDir, folder)).filter(file => /(?<!\.d)\.[cm]?[jt]s$/.test(file));
	const tool = modules.map(file => foreignToolOf(readFileSync(path.join(projectDir, folder, file), 'utf8'))).find(found => found !== undefined);
	if (!tool) {
		return `'${folder}'`;
	}

	const inputs = [folder, ...tool.configurations.filter(name => existsSync(path.join(projectDir, name)))];
	return `{command: '${tool.command}', inputs: [${inputs.map(input => `'${input}'`).join(', ')}]}`;
}

/** Looks for schemas and migrations. `example` is the schema that init writes: where it is all there is, it is not in the way of itself. */
export function findSchemas(projectDir: string, {options, example}: {readonly options: unknown; readonly example: {readonly name: string; readonly text: string}}): ExistingSchemas | undefined {
	const files = filesBelow(path.join(projectDir, 'schemas')).map(file => `schemas/${file}`);
	const file = path.join(projectDir, example.name);
	const isExample = files.length === 1 && files[0] === example.name && readFileSync(file, 'utf8') === example.text;
	if (files.length > 0) {
		return isExample ? undefined : {name: files.includes(example.name) ? example.name : 'schemas/'};
	}

	const found = findMigrations(projectDir);
	return isOptionSet(projectDir, options) ? {name: found?.name ?? 'the option schemas'} : found;
}
