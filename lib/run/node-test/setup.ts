import process from 'node:process';
import {loadConfig} from '../../config/load.ts';
import {assertNodeVersion} from '../../config/node-version.ts';
import type {HarnessOptions} from '../../config/options.ts';
import {findProject} from '../../config/project.ts';
import {validateOptions} from '../../config/validate.ts';
import {asOneMessage} from '../run.ts';
import {beginRunParts, workerEnvironment} from '../run-parts.ts';

/** What a module for `--test-global-setup` exports. */
export interface GlobalSetup {
	/** Starts servers, and keeps them until `globalTeardown`. */
	globalSetup(): Promise<void>;
	/** Reports, and lets the servers go. */
	globalTeardown(): Promise<void>;
}

async function setUpRun(options: HarnessOptions): Promise<() => Promise<void>> {
	try {
		assertNodeVersion();
		let end = async (): Promise<void> => {};
		const parts = await beginRunParts(await loadConfig(findProject(), options), {
			kept: [],
			runner: 'node-test',
			onKeeper(run, keeper) {
				end = run.accompany(keeper, process.execArgv.includes('--watch'));
			},
		});
		// The processes of the test files get the environment of this one.
		for (const name of parts.stray.removed) {
			delete process.env[name];
		}

		Object.assign(process.env, workerEnvironment(parts));
		return end;
	} catch (error) {
		throw asOneMessage(error);
	}
}

/**
 * Makes what a module for `--test-global-setup` (Node 24 and newer) exports, with options:
 * `export const {globalSetup, globalTeardown} = withTdd({image: 'postgres:18'})`. It holds the servers for the length of the run, and reports at its end.
 * @throws {ERR_CONFIG_INVALID} for options that cannot be used
 */
export function withTdd(options: HarnessOptions = {}): GlobalSetup {
	validateOptions(options, 'the argument of withTdd');
	let end: (() => Promise<void>) | undefined;
	return {
		async globalSetup() {
			end = await setUpRun(options);
		},
		async globalTeardown() {
			await end?.();
		},
	};
}

const plain = withTdd();

/** Begins a run of node:test's in its main process: `node --test --test-global-setup=node_modules/dataflow-tdd/build/node-test-setup.js`. */
export const globalSetup: () => Promise<void> = async () => plain.globalSetup();

/** Ends it: writes down what was measured, and reports. */
export const globalTeardown: () => Promise<void> = async () => plain.globalTeardown();
