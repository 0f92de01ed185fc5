import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {glob} from 'tinyglobby';
import {SeedError} from '../errors.ts';
import {isSeedPack, type AnySeedPack} from './pack.ts';

/** A pack as found in the seeds folder. */
export type FoundPack =
	| {readonly kind: 'code'; readonly name: string; readonly file: string; readonly needs: readonly string[]; readonly pack: AnySeedPack}
	| {readonly kind: 'sql'; readonly name: string; readonly file: string; readonly needs: readonly string[]};

/** The files of a seeds folder, in path order; none where the folder does not exist. */
export async function seedFiles(folder: string): Promise<string[]> {
	const files = await glob(['**/*.{ts,mts,js,mjs,sql}', '!**/*.d.{ts,mts}', '!**/node_modules/**'], {cwd: folder, absolute: true});
	return files.map(file => path.normalize(file)).toSorted();
}

/** A `.sql` pack names what it needs in a comment line: `-- needs: shop, people`. */
async function readSqlPack(file: string): Promise<FoundPack> {
	const text = await readFile(file, 'utf8');
	const needs = /^--\s*needs:\s*(.+)$/m.exec(text)?.[1] ?? '';
	return {kind: 'sql', name: path.basename(file, '.sql'), file, needs: needs.split(',').map(name => name.trim()).filter(Boolean)};
}

async function readCodePacks(file: string): Promise<FoundPack[]> {
	const module = await importSeeds(file);
	return Object.values(module).filter(value => isSeedPack(value)).map(pack => ({
		kind: 'code' as const, name: pack.name, file, pack,
		needs: Object.values(pack.needs).map(need => typeof need === 'string' ? need : need.name),
	}));
}

async function importSeeds(file: string): Promise<Record<string, unknown>> {
	try {
		return await import(pathToFileURL(file).href) as Record<string, unknown>;
	} catch (error) {
		throw new SeedError('ERR_SEED_LOAD', {
			what: `The seed file ${file} cannot be imported: ${(error as Error).message}.`,
			why: 'It has an error, or imports something that is not there. Types are stripped, so TypeScript has to be erasable (no enum, no namespace).',
			fix: `Run: node ${file}`,
			cause: error,
		});
	}
}

/**
 * Imports a seeds folder and collects its packs by name. A pack may be exported from several files.
 * @throws {ERR_SEED_LOAD} when a file cannot be imported or two packs have one name
 */
export async function readPacks(folder: string): Promise<Map<string, FoundPack>> {
	const packs = new Map<string, FoundPack>();
	for (const file of await seedFiles(folder)) {
		for (const found of file.endsWith('.sql') ? [await readSqlPack(file)] : await readCodePacks(file)) {
			addPack(packs, found);
		}
	}

	return packs;
}

function addPack(packs: Map<string, FoundPack>, found: FoundPack): void {
	const known = packs.get(found.name);
	if (!known) {
		packs.set(found.name, found);
		return;
	}

	const isSame = known.kind === 'code' && found.kind === 'code' && known.pack === found.pack;
	if (!isSame) {
		throw new SeedError('ERR_SEED_LOAD', {
			what: `Two seed packs are called '${found.name}': in ${known.file} and in ${found.file}.`,
			why: 'A test asks for a pack by its name, so a name can stand for one pack only.',
			fix: 'Rename one of them.',
		});
	}
}
