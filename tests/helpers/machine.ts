import assert from 'node:assert/strict';
import {existsSync, readFileSync} from 'node:fs';
import {readdir, rm} from 'node:fs/promises';
import path from 'node:path';
import type {ExecutionContext} from 'ava';
import {folderFor} from './folder.ts';
import {freshSchema, makeProjectFolder, runCli, type Finished} from './project.ts';

/** A machine that never saw a project: a copy of it in a folder of its own, and a cache of its own. */
export interface Machine {
	readonly dir: string;
	readonly cache: string;
	cli(...args: string[]): Promise<Finished>;
	/** A command that succeeds, and what it prints for programs. */
	json(...args: string[]): Promise<any>;
	/** What lies among the embedded snapshots, but for the empty cluster. */
	snapshots(): Promise<string[]>;
	/** How often the schema was built here: one of its steps leaves a trace outside of the database. */
	timesMigrated(): number;
}

/** The same for each machine of a test, and for no other test. */
export interface MachineFiles {
	readonly schema: string;
	readonly options: Readonly<Record<string, unknown>>;
}

const tracingStep = `import {appendFileSync} from 'node:fs';\nappendFileSync(process.env.TRACE_FILE, 'migrated\\n');\n`;

/** A project that no other test has. */
export function filesOf(options: Readonly<Record<string, unknown>>): MachineFiles {
	return {schema: freshSchema(`create table items (id int generated always as identity primary key, name text);\ninsert into items (name) values ('carried');`), options};
}

/** Sets a machine up; after the test its keeper is stopped, and its folders are removed. */
export async function makeMachine(t: Pick<ExecutionContext, 'teardown'>, {schema, options}: MachineFiles, env: Readonly<Record<string, string | undefined>> = {}): Promise<Machine> {
	const dir = await makeProjectFolder({
		'package.json': JSON.stringify({type: 'module', 'dataflow-tdd': {workers: 1, lingerMs: 0, schemas: ['schemas', {command: 'node step.mjs', inputs: ['step.mjs']}], ...options}}),
		'schemas/001.sql': schema,
		'step.mjs': tracingStep,
	});
	t.teardown(async () => rm(dir, {recursive: true, force: true, maxRetries: 3}));
	const cache = await folderFor(t);
	const trace = path.join(dir, 'trace');
	const cli: Machine['cli'] = async (...args) => runCli(dir, args, {DATAFLOW_TDD_SERVER: undefined, DATAFLOW_TDD_CACHE: cache, TRACE_FILE: trace, ...env});
	t.teardown(async () => cli('stop'));
	return {
		dir, cache, cli,
		async json(...args) {
			const {status, stdout, stderr} = await cli(...args, '--json');
			assert.equal(status, 0, stderr);
			return JSON.parse(stdout);
		},
		snapshots: async () => (await readdir(path.join(cache, 'snapshots')).catch(() => [])).filter(name => !/^empty-[\d-]+$/.test(name)),
		timesMigrated: () => existsSync(trace) ? readFileSync(trace, 'utf8').split('\n').length - 1 : 0,
	};
}

/** The error that a command ended with, as a program reads it. */
export function errorOf(t: ExecutionContext, {status, stdout, stderr}: Finished): {readonly code: string; readonly message: string} {
	t.is(status, 1, stdout + stderr);
	t.is(stdout, '');
	return JSON.parse(stderr.trim().split('\n').at(-1)!).error;
}
