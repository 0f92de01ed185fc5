import {existsSync} from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {sessionVariable} from '../config/mode.ts';
import type {HarnessConfig, HarnessOptions} from '../config/options.ts';
<<<<<<< HEAD
import {ConfigError, HarnessError} from '../errors.ts';
=======
import {ConfigError} from '../errors.ts';
import {oneLine} from '../report/format.ts';
>>>>>>> 1eaa95426b78415ebf4137b8b3fc4cf8b0d938d1

const files = ['ava.config.js', 'ava.config.mjs'];

type AvaFactory = (given: {projectDir: string}) => Promise<{environmentVariables?: Readonly<Record<string, string>>}>;

/** What a project's AVA configuration gives to `withTdd`. */
export interface AvaSetup {
	/** The configuration; undefined where there is none. */
	readonly file: string | undefined;
	/** The options as `withTdd` has resolved them; undefined where the configuration does not use it. */
	readonly config: HarnessConfig | undefined;
}

<<<<<<< HEAD
/** Runs a configuration, as AVA does, for the variables that it gives to workers. */
async function runAvaConfig(file: string, projectDir: string): Promise<Readonly<Record<string, string>>> {
	try {
		const {default: factory} = await import(pathToFileURL(file).href) as {default?: unknown};
		const {environmentVariables} = typeof factory === 'function' ? await (factory as AvaFactory)({projectDir}) : {};
		return environmentVariables ?? {};
	} catch (error) {
		throw error instanceof HarnessError ? error : cannotLoad(file, error);
	}
}

function cannotLoad(file: string, error: unknown): ConfigError {
	return new ConfigError('ERR_CONFIG_LOAD', {
		what: `The configuration ${file} cannot be loaded: ${error instanceof Error ? error.message : String(error)}.`,
		why: 'The file has an error, or imports something that is not installed.',
		fix: `Run \`node ${path.basename(file)}\`, or npx ava, to see where.`,
		cause: error,
	});
}

/**
 * Reads the AVA configuration of a project.
 * @throws {ERR_CONFIG_LOAD} when it cannot be run
 */
export async function readAvaSetup(projectDir: string): Promise<AvaSetup> {
	const file = files.map(name => path.join(projectDir, name)).find(candidate => existsSync(candidate));
	const session = file === undefined ? undefined : (await runAvaConfig(file, projectDir))[sessionVariable];
=======
/**
 * Imports a configuration, and calls it if it is a function, as `withTdd` makes it one.
 * @throws {ERR_CONFIG_LOAD} when it cannot be imported
 */
async function load(file: string): Promise<unknown> {
	try {
		return (await import(pathToFileURL(file).href) as {default?: unknown}).default;
	} catch (error) {
		const isModule = error instanceof SyntaxError && file.endsWith('.js') && /import statement|export/.test(error.message);
		throw new ConfigError('ERR_CONFIG_LOAD', {
			what: `${path.basename(file)} cannot be loaded: ${oneLine(String(error))}.`,
			why: isModule ? 'It is an ES module, and package.json does not say so.' : 'The file has an error, or imports something that is not installed.',
			fix: isModule ? 'Run: npm pkg set type=module' : `Run \`node ${path.basename(file)}\` to see where.`,
			cause: error,
		});
	}
}

/**
 * Reads the AVA configuration of a project.
 * @throws {ERR_CONFIG_LOAD} when it cannot be imported
 */
export async function readAvaSetup(projectDir: string): Promise<AvaSetup> {
	const file = files.map(name => path.join(projectDir, name)).find(candidate => existsSync(candidate));
	const factory = file === undefined ? undefined : await load(file);
	const {environmentVariables} = typeof factory === 'function' ? await (factory as AvaFactory)({projectDir}) : {};
	const session = environmentVariables?.[sessionVariable];
>>>>>>> 1eaa95426b78415ebf4137b8b3fc4cf8b0d938d1
	return {file, config: session === undefined ? undefined : JSON.parse(session) as HarnessConfig};
}

/** The options that a project gives as the second argument of `withTdd`, so that commands speak to the same keeper as tests. */
export async function readAvaOptions(projectDir: string): Promise<HarnessOptions> {
	const {config} = await readAvaSetup(projectDir);
	if (!config) {
		return {};
	}

	const {projectDir: _, shuffle: __, binaries, role, maxQueries, ...options} = config;
	return {
		...options,
		...(binaries !== undefined && {binaries}), ...(role !== undefined && {role}), ...(maxQueries !== undefined && {maxQueries}),
	};
}
