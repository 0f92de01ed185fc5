// Imported by Node before a test file: `node --import dataflow-tdd/node-test/register --test`.
import nodeModule from 'node:module';
import process from 'node:process';
import {compileCache} from '../../config/compile-cache.ts';
import {loadConfig} from '../../config/load.ts';
import {sessionVariable} from '../../config/mode.ts';
import {assertNodeVersion} from '../../config/node-version.ts';
import type {HarnessConfig} from '../../config/options.ts';
import {assertPeers} from '../../config/peers.ts';
import {findProject} from '../../config/project.ts';
import {ensureBundle} from '../../preload/bundle.ts';
import {redirectStray, workerEnvironment} from '../run-parts.ts';

/** What a global setup has resolved for the whole run, or what the project says. */
async function resolve(): Promise<HarnessConfig> {
	const given = process.env[sessionVariable];
	return given === undefined ? loadConfig(findProject()) : JSON.parse(given) as HarnessConfig;
}

assertNodeVersion();
// Imports by name what an older Node does not have.
const {default: preload} = await import('../../preload/main.ts');
const isSetUp = process.env[sessionVariable] !== undefined;
const harness = await resolve();
if (!isSetUp) {
	await assertPeers(harness.projectDir);
}

const {NODE_COMPILE_CACHE} = compileCache(harness);
if (NODE_COMPILE_CACHE !== undefined) {
	nodeModule.enableCompileCache(NODE_COMPILE_CACHE);
}

const bundle = await ensureBundle(harness.projectDir, 'node-test');
if (isSetUp) {
	preload(bundle);
} else {
	const stray = await redirectStray(harness, {kept: [], runner: 'node-test'});
	Object.assign(process.env, workerEnvironment({harness, bundle, stray, environment: {}}));
	preload(bundle, stray.removed);
}
