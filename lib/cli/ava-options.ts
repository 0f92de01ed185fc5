import {existsSync} from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {sessionVariable} from '../config/mode.ts';
import type {HarnessConfig, HarnessOptions} from '../config/options.ts';
import {ConfigError, HarnessError} from '../errors.ts';
import {oneLine} from '../report/format.ts';

const files = ['ava.config.js', 'ava.config.mjs'];

type AvaFactory = (given: {projectDir: string}) => Promise<{environmentVariables?: Readonly<Record<string, string>>}>;

/** What a project's AVA configuration gives to `withTdd`. */
export interface AvaSetup {
	/** The configuration; undefined where there is none. */
	readonly file: string | undefined;
	/** The options as `withTdd` has resolved them; undefined where the configuration does not use it. */
	readonly config: HarnessConfig | undefined;
}

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
	const isModule = error instanceof SyntaxError && file.endsWith('.js') && /import statement|export/.test(error.message);
	return new ConfigError('ERR_CONFIG_LOAD', {
		what: `${path.basename(file)} cannot be loaded: ${oneLine(String(error))}.`,
		why: isModule ? 'It is an ES module, and package.json does not say so.' : 'The file has an error, or imports something that is not installed.',
		fix: isModule ? 'Run: npm pkg set type=module' : `Run \`node ${path.basename(file)}\`, or npx ava, to see where.`,
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
