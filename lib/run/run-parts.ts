import process from 'node:process';
import {modeVariable, outsideVariable, sessionVariable} from '../config/mode.ts';
import type {HarnessConfig} from '../config/options.ts';
import {assertPeers} from '../config/peers.ts';
import {redirect, type Redirection} from '../config/stray.ts';
import type {KeeperClient} from '../keeper/client.ts';
import {ensureBundle, type BundleMap, type BundledRunner} from '../preload/bundle.ts';
import {isUnavailable} from '../server/unavailable.ts';
import {recordRun, type RecordedRun} from './end-of-run.ts';
import {beginRun} from './run.ts';
import {raiseSignpost} from './signpost.ts';
import {skipDatabaseTests} from './skipped-run.ts';

/** Where nothing leads code in a test away from its database. */
export const untouched: Redirection = {set: {}, removed: []};

/** What a run is made of. */
export interface RunParts {
	readonly harness: HarnessConfig;
	readonly bundle: BundleMap | undefined;
	readonly stray: Redirection;
	/** What workers are told beside their session. */
	readonly environment: Readonly<Record<string, string>>;
}

/** How a runner begins its runs. */
export interface RunStart {
	/** Names of variables that stay as they are: the project sets them for its tests. */
	readonly kept: readonly string[];
	readonly runner: BundledRunner;
	/** Called when the run is recorded, and there is a keeper. */
	onKeeper(run: RecordedRun, keeper: KeeperClient): void;
}

/**
 * Where code in a test finds its database: a signpost, unless the project says where its tests are to connect. What the variables
 * said outside of the tests is kept for a keeper that a worker starts.
 */
export async function redirectStray({strayConnections}: HarnessConfig, {kept, runner}: Pick<RunStart, 'kept' | 'runner'>): Promise<Redirection> {
	if (strayConnections === 'allow') {
		return untouched;
	}

	const {set, removed} = redirect(process.env, await raiseSignpost(runner === 'ava' ? 'macro' : 'wrapper'), kept);
	const outside = Object.fromEntries([...Object.keys(set), ...removed].map(name => [name, process.env[name] ?? null]));
	return {set: {...set, [outsideVariable]: JSON.stringify(outside)}, removed};
}

/**
 * Gets everything ready that a run needs. Without a server, a run that may skip tests goes on.
 * @throws {ERR_CONFIG_PEER} and what beginRun throws
 */
export async function beginRunParts(harness: HarnessConfig, start: RunStart): Promise<RunParts> {
	await assertPeers(harness.projectDir);
	const run = harness.monitor === 'on' ? recordRun(harness) : undefined;
	const shared = Promise.all([ensureBundle(harness.projectDir, start.runner), redirectStray(harness, start)]);
	try {
		const [keeper, [bundle, stray]] = await Promise.all([beginRun(harness), shared]);
		if (run) {
			start.onKeeper(run, keeper);
		}

		return {harness, bundle, stray, environment: {...run?.environment}};
	} catch (error) {
		run?.drop();
		if (harness.onUnavailable !== 'skip' || !isUnavailable(error)) {
			throw error;
		}

		const [bundle, stray] = await shared;
		return {harness, bundle, stray, environment: skipDatabaseTests(error.message)};
	}
}

/** The variables of the processes in which tests run. */
export function workerEnvironment({harness, stray, environment}: RunParts): Record<string, string> {
	return {...stray.set, ...environment, [modeVariable]: 'on', [sessionVariable]: JSON.stringify(harness)};
}
