import path from 'node:path';
import type {HarnessOptions} from '../../config/options.ts';
import {validateOptions} from '../../config/validate.ts';
import {optionsKey} from './keys.ts';

/** What can stand in vitest.config.ts, as far as the harness looks at it. */
export interface VitestConfig {
	/** The options of Vitest itself. */
	readonly test?: object | undefined;
}

/** The same, or a function that gives it, as Vitest takes both. */
type Given<Config extends VitestConfig, Environment> = Config | ((environment: Environment) => Config | Promise<Config>);

/** The options of Vitest's that the harness adds to. */
interface TestOptions {
	readonly globalSetup?: string | readonly string[];
	readonly setupFiles?: string | readonly string[];
	readonly provide?: object;
	readonly server?: {readonly deps?: {readonly external?: readonly unknown[]}};
}

const buildFolder = path.join(import.meta.dirname, '..', '..');
/** What is linked into a project from elsewhere is not in its node_modules: Vitest would take it apart, file by file. */
const ownFiles = new RegExp(`^(?:file://)?${buildFolder.split(path.sep).join('/').replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}/`);

function withHarness<Config extends VitestConfig>(config: Config, options: HarnessOptions): Config {
	const {globalSetup = [], setupFiles = [], provide, server, ...test} = (config.test ?? {}) as TestOptions;
	return {
		...config,
		test: {
			...test,
			globalSetup: [path.join(import.meta.dirname, 'global-setup.js'), ...[globalSetup].flat()],
			setupFiles: [path.join(import.meta.dirname, 'setup-file.js'), ...[setupFiles].flat()],
			provide: {...provide, [optionsKey]: options},
			server: {...server, deps: {...server?.deps, external: [...server?.deps?.external ?? [], ownFiles]}},
		},
	};
}

/**
 * Adds the harness to a configuration of Vitest: `export default withTdd(defineConfig({test: {...}}), {image: 'postgres:18'})`. A global setup
 * holds the servers for the length of the run and reports at its end; a setup file gives each test file its server, and takes it back.
 * @throws {ERR_CONFIG_INVALID} for options that cannot be used
 */
export function withTdd<Config extends VitestConfig, Environment = unknown>(config: (environment: Environment) => Config | Promise<Config>, options?: HarnessOptions): (environment: Environment) => Promise<Config>;
export function withTdd<Config extends VitestConfig>(config?: Config, options?: HarnessOptions): Config;
export function withTdd<Config extends VitestConfig, Environment>(config: Given<Config, Environment> = {} as Config, options: HarnessOptions = {}): Config | ((environment: Environment) => Promise<Config>) {
	validateOptions(options, 'the second argument of withTdd');
	return typeof config === 'function' ? async environment => withHarness(await config(environment), options) : withHarness(config, options);
}
