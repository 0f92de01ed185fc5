import {stat} from 'node:fs/promises';
import path from 'node:path';
import type {HarnessConfig} from '../config/options.ts';
import {seedFiles} from '../seed/catalog.ts';
import {throwawaySettings} from '../server/settings.ts';
import {FileHashes, hashText} from './file-hashes.ts';
import {readImportGraph, readPackageVersions, type ImportGraph} from './import-graph.ts';
import {expandInputs, expandSources, type SchemaStep} from './sources.ts';

/** Raised when what a template holds, or how it is stored, changes its meaning. */
export const formatVersion = 8;

type Inputs = Pick<HarnessConfig, 'projectDir' | 'schemas' | 'seeds' | 'fingerprint'>;

/**
 * Names a template by everything that went into it: file names and contents, seed code with what it imports, the server's
 * identity, settings, and what the user adds. Same inputs, same fingerprint, on every machine.
 */
export class Fingerprinter {
	readonly #inputs: Inputs;
	readonly #hashes = new FileHashes();
	#graph: {readonly key: string; readonly graph: ImportGraph} | undefined;

	constructor(inputs: Inputs) {
		this.#inputs = inputs;
	}

	/** 40 hex digits. */
	async compute(serverIdentity: string): Promise<string> {
		const steps = await expandSources(this.#inputs.schemas);
		const seeds = await seedFiles(this.#inputs.seeds);
		const modules = [...steps.flatMap(step => step.kind === 'migration' ? [step.file] : []), ...seeds.filter(file => !file.endsWith('.sql'))];
		const graph = await this.#importGraph(modules);
		const parts = {
			formatVersion,
			serverIdentity,
			settings: throwawaySettings(99),
			schemas: await Promise.all(steps.map(async step => this.#describe(step))),
			seeds: await this.#contents(seeds),
			imports: await this.#contents(graph.files.filter(file => !modules.includes(file))),
			// Read each time: installing another version changes none of the project's own files.
			packages: await readPackageVersions(graph.packages, this.#inputs.projectDir),
			extra: await Promise.all(this.#inputs.fingerprint.map(async input => this.#extra(input))),
		};
		return hashText(JSON.stringify(parts)).slice(0, 40);
	}

	async #describe(step: SchemaStep): Promise<unknown> {
		return step.kind === 'command'
			? [step.command, await this.#contents(await expandInputs(step))]
			: this.#content(step.file);
	}

	/** A name relative to the project, so that the project may lie anywhere. */
	async #content(file: string): Promise<[string, string]> {
		return [path.relative(this.#inputs.projectDir, file).split(path.sep).join('/'), await this.#hashes.hash(file)];
	}

	async #contents(files: readonly string[]): Promise<Array<[string, string]>> {
		return Promise.all(files.map(async file => this.#content(file)));
	}

	async #extra(input: string): Promise<unknown> {
		const file = path.resolve(this.#inputs.projectDir, input);
		const isFile = await stat(file).then(status => status.isFile(), () => false);
		return isFile ? this.#content(file) : input;
	}

	/** Reads the imports anew only when one of the files that they led to last time has changed. */
	async #importGraph(modules: readonly string[]): Promise<ImportGraph> {
		if (this.#graph && this.#graph.key === await this.#graphKey(modules, this.#graph.graph)) {
			return this.#graph.graph;
		}

		const graph = await readImportGraph(modules, this.#inputs.projectDir);
		this.#graph = {key: await this.#graphKey(modules, graph), graph};
		return graph;
	}

	async #graphKey(modules: readonly string[], {files}: ImportGraph): Promise<string> {
		const contents = await Promise.all(files.map(async file => this.#hashes.hash(file).catch(() => 'gone')));
		return JSON.stringify([modules, files, contents]);
	}
}
