import {spawnSync} from 'node:child_process';
import {chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {withEnvironment} from './environment.ts';
import {importHarness, type Harness} from './harness.ts';
import {Keepers} from './keepers.ts';

const repository = path.dirname(import.meta.dirname);

/** Builds the harness from `lib/` as it is now, beside the repository's own build, which may be in use. */
function buildHarness(folder: string): string {
	const source = path.join(folder, 'source');
	mkdirSync(source);
	for (const name of ['lib', 'scripts', 'package.json', 'tsconfig.json']) {
		cpSync(path.join(repository, name), path.join(source, name), {recursive: true});
	}

	symlinkSync(path.join(repository, 'node_modules'), path.join(source, 'node_modules'));
	const {status, stdout} = spawnSync(process.execPath, [path.join(source, 'scripts', 'build.mjs')], {cwd: source, encoding: 'utf8'});
	if (status !== 0) {
		process.stderr.write(`the harness does not compile cleanly:\n${stdout}\n`);
	}

	return source;
}

/** Installs what was built as a package beside the repository's dependencies, the way a project has it. */
function install(folder: string): string {
	const source = buildHarness(folder);
	const modules = path.join(folder, 'node_modules');
	mkdirSync(modules);
	for (const name of readdirSync(path.join(repository, 'node_modules'))) {
		if (name !== '.cache' && name !== 'dataflow-tdd') {
			symlinkSync(path.join(repository, 'node_modules', name), path.join(modules, name));
		}
	}

	const installed = path.join(modules, 'dataflow-tdd');
	mkdirSync(installed);
	renameSync(path.join(source, 'build'), path.join(installed, 'build'));
	cpSync(path.join(source, 'package.json'), path.join(installed, 'package.json'));
	rmSync(source, {recursive: true});
	return path.join(installed, 'build');
}

/**
 * The bench's own folder: the harness as an installed package, the projects that are generated, and the cache of everything.
 * It lies where the user that PostgreSQL runs as can reach it.
 */
export class Workspace {
	readonly folder: string;
	readonly harness: Harness;
	readonly keepers: Keepers;
	/** The cache is part of what tells one keeper from another. */
	readonly #caches: Set<string>;
	readonly #undo: Array<() => Promise<unknown>> = [];

	private constructor(folder: string, {harness, cache}: {harness: Harness; cache: string}) {
		this.folder = folder;
		this.#caches = new Set([cache]);
		this.harness = harness;
		this.keepers = new Keepers(harness);
	}

	static async create(): Promise<Workspace> {
		const folder = mkdtempSync(process.platform === 'win32' ? 'dft-bench-' : '/var/tmp/dft-bench-');
		try {
			chmodSync(folder, 0o755);
			const cache = path.join(folder, 'cache');
			process.env['DATAFLOW_TDD_CACHE'] = cache;
			return new Workspace(folder, {cache, harness: await importHarness(install(folder))});
		} catch (error) {
			rmSync(folder, {recursive: true, force: true});
			throw error;
		}
	}

	/** Makes a folder in the workspace. */
	makeFolder(...names: string[]): string {
		const made = path.join(this.folder, ...names);
		mkdirSync(made, {recursive: true});
		return made;
	}

	/** Does something with a cache of which nothing is left afterwards. */
	async withFreshCache<T>(action: () => Promise<T>): Promise<T> {
		const cache = mkdtempSync(path.join(this.folder, 'cache-'));
		this.#caches.add(cache);
		try {
			return await withEnvironment({DATAFLOW_TDD_CACHE: cache}, action);
		} finally {
			this.#caches.delete(cache);
			rmSync(cache, {recursive: true, force: true, maxRetries: 3});
		}
	}

	/** Has something done when the workspace is removed: the last first. */
	onRemove(action: () => Promise<unknown>): void {
		this.#undo.unshift(action);
	}

	/** Stops and removes everything that the bench has made, whatever it was doing. */
	async remove(): Promise<void> {
		const stops = [...this.#caches].map(cache => async () => withEnvironment({DATAFLOW_TDD_CACHE: cache}, async () => this.keepers.removeAll()));
		for (const action of [...this.#undo.splice(0), ...stops]) {
			await action().catch((error: unknown) => {
				process.stderr.write(`cleaning up: ${(error as Error).message}\n`);
			});
		}

		rmSync(this.folder, {recursive: true, force: true, maxRetries: 3});
	}
}
