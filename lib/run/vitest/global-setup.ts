import os from 'node:os';
import type {TestProject} from 'vitest/node';
import {compileCache} from '../../config/compile-cache.ts';
import {loadConfig} from '../../config/load.ts';
import {assertNodeVersion} from '../../config/node-version.ts';
import type {HarnessConfig, HarnessOptions} from '../../config/options.ts';
import {findProject} from '../../config/project.ts';
import {asOneMessage} from '../run.ts';
import {beginRunParts, workerEnvironment} from '../run-parts.ts';
import {optionsKey, workerKey, type WorkerGiven} from './keys.ts';

async function resolve({config, globalConfig}: TestProject): Promise<HarnessConfig> {
	assertNodeVersion();
	const options = (config.provide as Readonly<Record<string, HarnessOptions | undefined>>)[optionsKey] ?? {};
	const workers = options.workers ?? (config.maxWorkers || globalConfig.maxWorkers || os.availableParallelism());
	return loadConfig(findProject(config.root), {...options, workers});
}

/** Begins a run of Vitest's, in its main process, and returns what ends it. Vitest calls it before the first test file runs. */
export default async function setUpRun(project: TestProject): Promise<() => Promise<void>> {
	let end = async (): Promise<void> => {};
	try {
		const harness = await resolve(project);
		const parts = await beginRunParts(harness, {
			kept: Object.keys(project.config.env ?? {}),
			runner: 'vitest',
			onKeeper(run, keeper) {
				end = run.accompany(keeper, project.vitest.config.watch);
			},
		});
		const given: WorkerGiven = {
			environment: workerEnvironment(parts),
			removed: parts.stray.removed,
			bundle: parts.bundle ?? null,
			compileCache: compileCache(harness).NODE_COMPILE_CACHE ?? null,
		};
		(project.provide as (key: string, value: unknown) => void)(workerKey, given);
	} catch (error) {
		throw asOneMessage(error);
	}

	return async () => end();
}
