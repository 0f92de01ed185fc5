import path from 'node:path';
import {readPacks} from '../seed/catalog.ts';

/** What the registration of a project is made from. */
export interface RegistrationRequest {
	/** The file that is written. */
	readonly file: string;
	readonly seedsFolder: string;
	/** Table types with an exported interface `DB`. */
	readonly databaseTypes: string;
}

function relativeImport(from: string, to: string): string {
	const relative = path.relative(path.dirname(from), to).split(path.sep).join('/');
	return (relative.startsWith('.') ? relative : `./${relative}`).replace(/\.ts$/, '.js').replace(/\.mts$/, '.mjs');
}

/** The types of all packs: the modules that export them, and the names of `.sql` packs, whose results are undefined. */
async function seedTypes({file, seedsFolder}: RegistrationRequest): Promise<string | undefined> {
	const packs = [...(await readPacks(seedsFolder)).values()];
	const modules = new Set(packs.flatMap(pack => pack.kind === 'code' ? [pack.file] : []));
	const sqlNames = packs.flatMap(pack => pack.kind === 'sql' ? [pack.name] : []);
	const parts = [
		...[...modules].toSorted().map(module => `typeof import('${relativeImport(file, module)}')`),
		...(sqlNames.length > 0 ? [`{${sqlNames.toSorted().map(name => `${JSON.stringify(name)}: SeedPack<'${name}', undefined>`).join('; ')}}`] : []),
	];
	return parts.length === 0 ? undefined : parts.join('\n\t\t\t& ');
}

/** The source of the file that registers a project's types with the harness. */
export async function renderRegistration(request: RegistrationRequest): Promise<string> {
	const seeds = await seedTypes(request);
	const needsPack = seeds?.includes('SeedPack<') ?? false;
	return [
		'// Written by `dataflow-tdd types` from the template database and the seeds folder. Do not edit: run it again.',
		// Without an import the module is one that nobody has asked for, and what is declared of it is dropped without a word.
		`import type {${needsPack ? 'SeedPack' : ''}} from 'dataflow-tdd';`,
		request.databaseTypes.trim(),
		'',
		`declare module 'dataflow-tdd' {`,
		'\tinterface Register {',
		'\t\tdatabase: DB;',
		...(seeds === undefined ? [] : [`\t\tseeds: ${seeds};`]),
		'\t}',
		'}',
		'',
	].join('\n');
}
