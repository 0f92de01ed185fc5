import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import path from 'node:path';
import {SeedError} from '../errors.ts';

/** What a set of modules consists of: the project's own files, and the packages they import. */
export interface ImportGraph {
	readonly files: readonly string[];
	/** The names of the packages, in order. */
	readonly packages: readonly string[];
}

/**
 * Follows the imports of modules through the project's own files, by esbuild; nothing is run.
 * @throws {ERR_SEED_LOAD} when a file cannot be parsed or an import cannot be found
 */
export async function readImportGraph(entries: readonly string[], projectDir: string): Promise<ImportGraph> {
	if (entries.length === 0) {
		return {files: [], packages: []};
	}

	const {build} = await import('esbuild');
	try {
		const {metafile} = await build({
			entryPoints: [...entries], absWorkingDir: projectDir, bundle: true, write: false, metafile: true, outdir: 'out',
			platform: 'node', format: 'esm', packages: 'external', logLevel: 'silent', loader: {'.sql': 'text', '.csv': 'text', '.node': 'empty'},
		});
		const imports = Object.values(metafile.inputs).flatMap(input => input.imports).filter(({external}) => external);
		const names = new Set(imports.map(({path: specifier}) => packageName(specifier)).filter(name => name !== undefined));
		return {files: Object.keys(metafile.inputs).map(file => path.resolve(projectDir, file)).toSorted(), packages: [...names].toSorted()};
	} catch (error) {
		throw new SeedError('ERR_SEED_LOAD', {
			what: `A seed or migration file cannot be read: ${(error as Error).message.split('\n').slice(1, 3).join('; ') || (error as Error).message}.`,
			why: 'It has a syntax error, or imports a file that is not there.',
			fix: 'Correct it and run again.',
			cause: error,
		});
	}
}

function packageName(specifier: string): string | undefined {
	if (specifier.startsWith('node:') || specifier.startsWith('.') || path.isAbsolute(specifier)) {
		return undefined;
	}

	return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

/** The installed version of each package, as `name@version`. */
export async function readPackageVersions(names: readonly string[], projectDir: string): Promise<string[]> {
	return Promise.all(names.map(async name => `${name}@${await packageVersion(name, projectDir)}`));
}

async function packageVersion(name: string, projectDir: string): Promise<string> {
	const paths = createRequire(path.join(projectDir, 'package.json')).resolve.paths(name) ?? [];
	for (const folder of paths) {
		try {
			return (JSON.parse(await readFile(path.join(folder, name, 'package.json'), 'utf8')) as {version: string}).version;
		} catch {}
	}

	return 'unknown';
}
