// Imported by Node before a test file: `node --import dataflow-tdd/node-test/register --test`.
import {enableCompileCache} from 'node:module';
import process from 'node:process';
import {compileCache} from '../../config/compile-cache.ts';
import {loadConfig} from '../../config/load.ts';
import {sessionVariable} from '../../config/mode.ts';
import type {HarnessConfig} from '../../config/options.ts';
import {findProject} from '../../config/project.ts';
import {ensureBundle} from '../../preload/bundle.ts';
import preload from '../../preload/main.ts';
import {redirectStray, workerEnvironment} from '../run-parts.ts';

/** What a global setup has resolved for the whole run, or what the project says. */
async function resolve(): Promise<HarnessConfig> {
	const given = process.env[sessionVariable];
	return given === undefined ? loadConfig(findProject()) : JSON.parse(given) as HarnessConfig;
}

const isSetUp = process.env[sessionVariable] !== undefined;
const harness = await resolve();
const {NODE_COMPILE_CACHE} = compileCache(harness);
if (NODE_COMPILE_CACHE !== undefined) {
	enableCompileCache(NODE_COMPILE_CACHE);
}

const bundle = await ensureBundle(harness.projectDir, 'node-test');
if (isSetUp) {
	preload(bundle);
} else {
	const stray = await redirectStray(harness, {kept: [], runner: 'node-test'});
	Object.assign(process.env, workerEnvironment({harness, bundle, stray, environment: {}}));
	preload(bundle, stray.removed);
}
