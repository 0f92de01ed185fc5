// Run by Vitest before each test file, in the worker of that file.
import {enableCompileCache} from 'node:module';
import process from 'node:process';
import {afterAll, beforeAll, inject} from 'vitest';
import {sessionVariable} from '../../config/mode.ts';
import preload from '../../preload/main.ts';
import {workerKey, type WorkerGiven} from './keys.ts';

/** How long the first test of a file may wait for a server, or for a template that has to be built. */
const patienceMs = 600_000;

const given = (inject as (key: string) => WorkerGiven | undefined)(workerKey);

// Without isolation, a worker runs several files: what it was told stays.
if (given && process.env[sessionVariable] !== given.environment[sessionVariable]) {
	if (given.compileCache !== null) {
		enableCompileCache(given.compileCache);
	}

	Object.assign(process.env, given.environment);
	preload(given.bundle ?? undefined, given.removed);
}

// Only now: it is one with what test files import.
const {vitestFile} = await import('../../fixtures/vitest/vitest-file.ts');

// Vitest reads parameters to find out which of its fixtures a function wants; and Vitest 4 gives the file first, Vitest 5 last.
beforeAll(async function () {
	const file = Array.from(arguments as ArrayLike<unknown>).at(-1) as {readonly file: {readonly filepath: string}};
	await vitestFile.begin(file.file.filepath);
}, patienceMs);

afterAll(async () => vitestFile.end(), patienceMs);
