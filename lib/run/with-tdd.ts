import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {compileCache} from '../config/compile-cache.ts';
import {assertNodeVersion} from '../config/node-version.ts';
import {isCi, loadConfig} from '../config/load.ts';
import {modeVariable, sessionVariable} from '../config/mode.ts';
import type {HarnessConfig, HarnessOptions} from '../config/options.ts';
import {bySeed} from '../config/order.ts';
import {validateOptions} from '../config/validate.ts';
import {wantedReports} from '../report/reports.ts';
import {isParallelBuild} from './parallel-build.ts';
import {asOneMessage} from './run.ts';
import {beginRunParts, untouched, type RunParts} from './run-parts.ts';

/** What can stand in ava.config.mjs, as far as the harness looks at it. */
export interface AvaConfig {
	/** How many test files run at once. Default: AVA's. */
	readonly concurrency?: number;
	/** Whether files, and tests in them, run one after the other. Default false. */
	readonly serial?: boolean;
	/** Modules that are loaded before each test file; the harness puts its own before them. Default none. */
	readonly require?: unknown;
	/** Variables that test files see. Default none. */
	readonly environmentVariables?: Readonly<Record<string, string>>;
	/** Which endings test files have. Default: AVA's, and `ts` too if a pattern of `files` has it. */
	readonly extensions?: unknown;
	readonly [option: string]: unknown;
}

type Factory = (given: {projectDir: string}) => AvaConfig | Promise<AvaConfig>;

/** True in AVA's main process; linters and editors load the same file, and must not start servers. */
function isAvaRun(): boolean {
	return /[/\\]ava[/\\]entrypoints[/\\]cli\.[cm]?js$|[/\\]\.bin[/\\]ava$/.test(process.argv[1] ?? '');
}

/** How many workers AVA will run at once, as its command line and its configuration say. */
function concurrencyOf(config: AvaConfig): number {
	const args = process.argv.slice(2);
	if (config.serial === true || args.includes('--serial') || args.includes('-s')) {
		return 1;
	}

	const flag = args.findIndex(argument => argument === '-c' || argument === '--concurrency');
	const asked = flag === -1 ? /^--concurrency=(\d+)$/.exec(args.find(argument => argument.startsWith('--concurrency=')) ?? '')?.[1] : args[flag + 1];
	return Number(asked) || config.concurrency || (isCi() ? 2 : os.availableParallelism());
}

/** TypeScript runs by itself on every Node that the harness runs on, but AVA looks for `.js` files only, unless told. */
function withDefaults(config: AvaConfig): AvaConfig {
	const files = [config.files].flat().filter(file => typeof file === 'string');
	const hasTypeScript = files.some(file => /\.(?:ts|\*|\{(?:[^}]*,)?ts(?:,[^}]*)?\})$/.test(file));
	return hasTypeScript && config.extensions === undefined ? {...config, extensions: ['ts', 'js', 'mjs']} : config;
}

/** What a run writes must not begin the next one in watch mode. */
function withIgnored({watchMode}: AvaConfig, {projectDir, report, historyFile}: HarnessConfig): Readonly<Record<string, unknown>> {
	const given = (watchMode ?? {}) as {readonly ignoreChanges?: readonly string[]};
	const written = [...wantedReports({projectDir, report, historyFile}).map(({file}) => file), historyFile];
	const patterns = written.map(file => path.relative(projectDir, file)).filter(file => !file.startsWith('..')).map(file => file.split(path.sep).join('/'));
	return {...given, ignoreChanges: [...given.ignoreChanges ?? [], ...patterns, ...patterns.map(file => `${file}.*`)]};
}

function withHarness(config: AvaConfig, {harness, bundle, stray, environment}: RunParts): AvaConfig {
	return {
		...withDefaults(config),
		watchMode: withIgnored(config, harness),
		// Each of several jobs that divide the files would draw an order of its own, and files would run twice, or nowhere.
		...(harness.shuffle !== undefined && !isParallelBuild() && {sortTestFiles: bySeed(harness.shuffle)}),
		require: [[path.join(import.meta.dirname, '..', 'preload', 'main.js'), bundle, stray.removed], ...[config.require ?? []].flat()],
		environmentVariables: {...compileCache(harness), ...stray.set, ...environment, ...config.environmentVariables, [modeVariable]: 'on', [sessionVariable]: JSON.stringify(harness)},
	};
}

/**
 * Adds the harness to an AVA configuration: `export default withTdd({files: ['tests/**' + '/*.test.ts']}, {image: 'postgres:18'})`.
 * It starts servers while AVA starts its workers, shows progress where something takes long, and keeps the servers for the
 * length of the run.
 * @throws {ERR_CONFIG_INVALID} for options that cannot be used
 */
export function withTdd(avaConfig: AvaConfig | Factory = {}, options: HarnessOptions = {}): Factory {
	return async ({projectDir}) => {
		const config = typeof avaConfig === 'function' ? await avaConfig({projectDir}) : avaConfig;
		try {
			assertNodeVersion();
			validateOptions(options, 'the second argument of withTdd');
			const harness = await loadConfig(projectDir, {...options, workers: options.workers ?? concurrencyOf(config)});
			if (!isAvaRun()) {
				return withHarness(config, {harness, bundle: undefined, stray: untouched, environment: {}});
			}

			return withHarness(config, await beginRunParts(harness, {runner: 'ava', kept: Object.keys(config.environmentVariables ?? {}), onKeeper(run, keeper) {
				run.follow(keeper);
			}}));
		} catch (error) {
			// Commands of the harness load this file, too, and show errors in their own way.
			throw isAvaRun() ? asOneMessage(error) : error;
		}
	};
}
