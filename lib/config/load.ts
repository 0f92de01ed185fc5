import {randomInt} from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {pathToFileURL} from 'node:url';
import {lilconfig, type LilconfigResult} from 'lilconfig';
import {ConfigError} from '../errors.ts';
import {optionsFromEnvironment} from './environment.ts';
import type {HarnessConfig, HarnessOptions, SchemaSource} from './options.ts';
import {validateOptions} from './validate.ts';

/** What a test may take when nobody said otherwise, in ms. */
const defaultBudgetMs = 100;
/** The image that container servers start when nobody chose one. */
export const defaultImage = 'postgres:17';

const importModule = async (file: string): Promise<unknown> => ((await import(pathToFileURL(file).href)) as {default?: unknown}).default;

async function search(projectDir: string): Promise<LilconfigResult> {
	const loaders = {'.ts': importModule, '.mjs': importModule, '.js': importModule};
	const searchPlaces = ['dataflow-tdd.config.ts', 'dataflow-tdd.config.mjs', 'dataflow-tdd.config.js', 'package.json'];
	try {
		return await lilconfig('dataflow-tdd', {loaders, searchPlaces, stopDir: projectDir}).search(projectDir);
	} catch (error) {
		throw new ConfigError('ERR_CONFIG_LOAD', {
			what: `The configuration in ${projectDir} cannot be loaded: ${(error as Error).message}.`,
			why: 'The file has an error, or imports something that is not installed.',
			fix: 'Run `node dataflow-tdd.config.ts` to see where.',
			cause: error,
		});
	}
}

/** The options that the project's own files set. */
export async function optionsFromFiles(projectDir: string): Promise<HarnessOptions> {
	const found = await search(projectDir);
	return found && !found.isEmpty ? validateOptions(found.config, path.relative(projectDir, found.filepath)) : {};
}

/** True where a run is unattended: nothing should stay behind, nothing should animate. */
export function isCi(env: Readonly<Record<string, string | undefined>> = process.env): boolean {
	return env.CI !== undefined && env.CI !== '' && env.CI !== 'false' && env.CI !== '0';
}

function absoluteSource(source: SchemaSource, projectDir: string): SchemaSource {
	return typeof source === 'string'
		? path.resolve(projectDir, source)
		: {command: source.command, inputs: source.inputs.map(input => path.resolve(projectDir, input))};
}

/** Fills in the defaults and makes paths absolute. */
export function resolveOptions(projectDir: string, options: HarnessOptions): HarnessConfig {
	const given: SchemaSource | readonly SchemaSource[] = options.schemas ?? 'schemas';
	const sources = Array.isArray(given) ? given as readonly SchemaSource[] : [given as SchemaSource];
	return {
		projectDir,
		schemas: sources.map(source => absoluteSource(source, projectDir)),
		seeds: path.resolve(projectDir, options.seeds ?? 'seeds'),
		server: options.server ?? 'auto',
		allowServers: options.allowServers ?? [],
		strayConnections: options.strayConnections ?? 'refuse',
		image: options.image ?? defaultImage,
		binaries: options.binaries === undefined ? undefined : path.resolve(projectDir, options.binaries),
		workers: options.workers ?? (isCi() ? 2 : os.availableParallelism()),
		lanes: options.lanes ?? 1,
		role: options.role,
		shuffle: options.shuffle === 'random' ? randomInt(1_000_000) : options.shuffle,
		lingerMs: options.lingerMs ?? (isCi() ? 0 : 300_000),
		monitor: options.monitor ?? 'on',
		budgetMs: {default: defaultBudgetMs, ...(typeof options.budgetMs === 'number' ? {default: options.budgetMs} : options.budgetMs)},
		maxQueries: options.maxQueries,
		repeatedStatements: options.repeatedStatements ?? 'warn',
		allowedRepeats: options.allowedRepeats ?? [],
		slowMs: options.slowMs ?? 50,
		onUnavailable: options.onUnavailable ?? 'fail',
		fingerprint: options.fingerprint ?? [],
		historyFile: path.resolve(projectDir, options.historyFile ?? 'tests/performance_history.json'),
		report: [options.report ?? 'summary'].flat().filter(kind => kind !== 'none'),
	};
}

/**
 * Loads the configuration of a project: files first, then what the caller gives, then the environment; later wins.
 * @throws {ERR_CONFIG_LOAD} when a config file cannot be run, {ERR_CONFIG_INVALID} when an option cannot be used
 */
export async function loadConfig(projectDir: string, given: HarnessOptions = {}): Promise<HarnessConfig> {
	const fromFiles = await optionsFromFiles(projectDir);
	const fromCaller = validateOptions(given, 'the options given in code');
	return resolveOptions(projectDir, {...fromFiles, ...dropUndefined(fromCaller), ...optionsFromEnvironment(process.env)});
}

function dropUndefined(options: HarnessOptions): HarnessOptions {
	return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
