import {existsSync} from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {sessionVariable} from '../config/mode.ts';
import type {HarnessConfig, HarnessOptions} from '../config/options.ts';

const files = ['ava.config.js', 'ava.config.mjs'];

type AvaFactory = (given: {projectDir: string}) => Promise<{environmentVariables?: Readonly<Record<string, string>>}>;

/** What a project's AVA configuration gives to `withTdd`. */
export interface AvaSetup {
	/** The configuration; undefined where there is none. */
	readonly file: string | undefined;
	/** The options as `withTdd` has resolved them; undefined where the configuration does not use it. */
	readonly config: HarnessConfig | undefined;
}

/** Reads the AVA configuration of a project. */
export async function readAvaSetup(projectDir: string): Promise<AvaSetup> {
	const file = files.map(name => path.join(projectDir, name)).find(candidate => existsSync(candidate));
	const {default: factory} = file === undefined ? {} : await import(pathToFileURL(file).href) as {default?: unknown};
	const {environmentVariables} = typeof factory === 'function' ? await (factory as AvaFactory)({projectDir}) : {};
	const session = environmentVariables?.[sessionVariable];
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
