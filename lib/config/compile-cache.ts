import path from 'node:path';
import process from 'node:process';
import type {HarnessConfig} from './options.ts';

/**
 * What one process has compiled, the next one need not: AVA itself, the bundle and the test files in workers, the engine's client in
 * the keeper. Nothing where coverage is taken, which would be less precise.
 * @see https://nodejs.org/api/module.html#module-compile-cache
 */
export function compileCache({projectDir}: HarnessConfig): Readonly<Record<string, string>> {
	return process.env.NODE_V8_COVERAGE === undefined ? {NODE_COMPILE_CACHE: path.join(projectDir, 'node_modules', '.cache', 'dataflow-tdd', 'compiled')} : {};
}
