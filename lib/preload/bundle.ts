import {createHash} from 'node:crypto';
import {mkdir, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath, pathToFileURL} from 'node:url';
import type {Plugin} from 'esbuild';
import {partName, sweepParts} from '../config/parts.ts';
import {packageVersion} from '../keeper/identity.ts';

/** Modules as they lie in their packages, and the bundled files that stand for them: URLs of files. */
export interface BundleMap {
	/** The folder of the bundled files, as a URL that ends in a slash. */
	readonly folder: string;
	readonly modules: Readonly<Record<string, string>>;
	/** From where the bundled files import what is not bundled. */
	readonly importer: string;
	/** From where the project imports, as the URL of a file. */
	readonly project: string;
}

const buildFolder = path.dirname(import.meta.dirname);

/**
 * The folder of a bundle's files, below the one of its key. AVA leaves what lies in a folder of its own name out of the stacks that it shows, and it is
 * the only one to see those of assertions; frames of minified files tell a reader nothing, and hide the line of the test.
 */
const hiddenFolder = 'ava';

/** The harness's own, for each runner: the doors that its test files open, and what has to be one with them. */
const ownDoors = {
	'ava': [['dataflow-tdd', 'index.js'], ['dataflow-tdd/ava', 'ava.js']],
	'vitest': [['dataflow-tdd', 'index.js'], ['dataflow-tdd/vitest', 'vitest.js'], ['dataflow-tdd/vitest/file', 'fixtures/vitest/vitest-file.js']],
	'node-test': [['dataflow-tdd', 'index.js'], ['dataflow-tdd/node-test', 'node-test.js']],
} as const;

/** A runner whose workers get a bundle: one of its own, so that none loads what is for another. */
export type BundledRunner = keyof typeof ownDoors;

interface PackageJson {
	readonly name: string;
	readonly version: string;
	readonly exports?: Readonly<Record<string, unknown>>;
}

/** The doors of a package: each specifier that users may import, with the file that it leads to. */
function doorsOf({name, exports = {'.': ''}}: PackageJson, from: URL): Array<[string, string]> {
	const resolve = (specifier: string): string | undefined => {
		try {
			return import.meta.resolve(specifier, from);
		} catch {
			return undefined;
		}
	};

	return Object.keys(exports).filter(door => !door.includes('*') && !door.endsWith('.json')).flatMap(door => {
		const specifier = path.posix.join(name, door);
		const url = resolve(specifier);
		return url === undefined ? [] : [[specifier, url] as [string, string]];
	});
}

/** Finds the Kysely that the project has installed: harness and user code must share one. */
async function findKysely(projectDir: string): Promise<{json: PackageJson; root: string} | undefined> {
	try {
		const entry = createRequire(path.join(projectDir, 'package.json')).resolve('kysely');
		const root = entry.slice(0, entry.lastIndexOf(`${path.sep}kysely${path.sep}`) + 8);
		return {json: JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as PackageJson, root};
	} catch {
		return undefined;
	}
}

/** A bundled file lies elsewhere, so what the harness's files know of their own place is written into them. */
const keepPlaces: Plugin = {
	name: 'keep-places',
	setup(build) {
		build.onLoad({filter: /\.js$/}, async ({path: file}) => file.startsWith(buildFolder) ? {
			contents: (await readFile(file, 'utf8'))
				.replaceAll('import.meta.dirname', JSON.stringify(path.dirname(file)))
				.replaceAll('import.meta.filename', JSON.stringify(file)),
			loader: 'js',
		} : undefined);
	},
};

/** Marks a file whose bundled form is for `require`: what it exports is then all that it gives. */
const requireMark = '?require';

/** Packages that are still CommonJS get the very same pg: a pool is known by its class. */
const forRequire: Plugin = {
	name: 'for-require',
	setup(build) {
		build.onResolve({filter: /\?require$/}, ({path: file}) => ({path: file.slice(0, -requireMark.length), namespace: 'for-require'}));
		build.onLoad({filter: /.*/, namespace: 'for-require'}, ({path: file}) => ({
			// A name of its own: an import that is exported under such a name makes esbuild write code that is none.
			contents: `import all from ${JSON.stringify(file)}; const own = all; export {own as 'module.exports', own as default};`,
			resolveDir: path.dirname(file),
		}));
	},
};

async function writeBundle(doors: ReadonlyArray<readonly [string, string]>, folder: string): Promise<void> {
	const {build} = await import('esbuild');
	const part = partName(folder);
	sweepParts(path.dirname(folder));
	const entryPoints = doors.map(([name, url], index) => ({in: `${fileURLToPath(url)}${name.endsWith(requireMark) ? requireMark : ''}`, out: `door-${index}`}));
	await build({
		entryPoints, outdir: path.join(part, hiddenFolder), bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node22',
		external: ['ava', 'vitest', 'esbuild', 'libpg-query', 'oxc-parser', '@typescript-eslint/scope-manager', 'write-file-atomic', 'pg-native', 'cloudflare:sockets'], plugins: [keepPlaces, forRequire], logLevel: 'silent', legalComments: 'none', minifySyntax: true, minifyWhitespace: true,
		banner: {js: `import {createRequire as harnessRequire} from 'node:module'; const require = harnessRequire(import.meta.url);`},
	});
	await writeFile(path.join(part, 'package.json'), '{"type":"module"}');
	await rename(part, folder).catch(async () => rm(part, {recursive: true, force: true}));
}

/**
 * Bundles what each worker would otherwise import file by file: the project's Kysely, `pg`, and the harness. It is made once
 * for each set of versions.
 * @returns nothing where it cannot be made, which costs time in each worker but nothing else
 */
export async function ensureBundle(projectDir: string, runner: BundledRunner = 'ava'): Promise<BundleMap | undefined> {
	const kysely = await findKysely(projectDir);
	if (!kysely || process.env.DATAFLOW_TDD_BUNDLE === '0' || !import.meta.filename.endsWith('.js')) {
		return undefined;
	}

	try {
		const own = ownDoors[runner].map(([name, file]) => [name, pathToFileURL(path.join(buildFolder, file)).href] as [string, string]);
		const doors = [...own, ...doorsOf(kysely.json, pathToFileURL(path.join(projectDir, 'package.json')))];
		const pg = import.meta.resolve('pg');
		const required = pathToFileURL(createRequire(import.meta.url).resolve('pg')).href;
		const all: Array<[string, string]> = [...doors, ['pg', pg], [`pg${requireMark}`, required]];
		const folder = path.join(projectDir, 'node_modules', '.cache', 'dataflow-tdd', await bundleKey(all));
		await mkdir(path.dirname(folder), {recursive: true});
		if (!await readFile(path.join(folder, 'package.json')).then(() => true, () => false)) {
			await writeBundle(all, folder);
		}

		const modules = Object.fromEntries(all.map(([, url], index) => [url, pathToFileURL(path.join(folder, hiddenFolder, `door-${index}.js`)).href]));
		return {folder: `${pathToFileURL(folder).href}/`, modules, importer: pathToFileURL(path.join(buildFolder, 'index.js')).href, project: pathToFileURL(path.join(projectDir, 'package.json')).href};
	} catch {
		return undefined;
	}
}

/** Changes with every file that could be in the bundle: by version for packages, by content for what a package cannot say. */
async function bundleKey(doors: ReadonlyArray<readonly [string, string]>): Promise<string> {
	const contents = await Promise.all(doors.map(async ([, url]) => readFile(fileURLToPath(url), 'utf8')));
	const stamp = await readFile(path.join(buildFolder, 'stamp'), 'utf8').catch(() => packageVersion());
	return createHash('sha256').update(JSON.stringify([hiddenFolder, doors, contents, stamp, process.versions.node.split('.')[0]])).digest('hex').slice(0, 16);
}
