import {existsSync} from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {sessionVariable} from '../config/mode.ts';
import type {HarnessConfig, HarnessOptions} from '../config/options.ts';

const files = ['ava.config.js', 'ava.config.mjs'];

type AvaFactory = (given: {projectDir: string}) => Promise<{environmentVariables?: Readonly<Record<string, string>>}>;

/** The options that a project gives as the second argument of `withTdd`, so that commands speak to the same keeper as tests. */
export async function readAvaOptions(projectDir: string): Promise<HarnessOptions> {
	const file = files.map(name => path.join(projectDir, name)).find(candidate => existsSync(candidate));
	if (file === undefined) {
		return {};
	}

	const {default: factory} = await import(pathToFileURL(file).href) as {default?: unknown};
	if (typeof factory !== 'function') {
		return {};
	}

	const {environmentVariables} = await (factory as AvaFactory)({projectDir});
	const session = environmentVariables?.[sessionVariable];
	if (session === undefined) {
		return {};
	}

	const {projectDir: _, shuffle: __, binaries, role, maxQueries, ...options} = JSON.parse(session) as HarnessConfig;
	return {
		...options,
		...(binaries !== undefined && {binaries}), ...(role !== undefined && {role}), ...(maxQueries !== undefined && {maxQueries}),
	};
}
