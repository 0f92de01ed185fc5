import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {chownSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {dockerGet, imageLabels, RawContainer} from '../docker.ts';
import type {Workspace} from '../workspace.ts';

/** What a start costs without the harness. */
export interface BareStart {
	readonly name: string;
	/** Starts a server, and returns the ms until a client has its first answer. */
	time(): Promise<number>;
}

interface Address {
	readonly host: string;
	readonly port: number;
	readonly password: string;
}

async function firstQuery({harness}: Workspace, address: Address): Promise<void> {
	const client = await harness.postgres.connectWhenReady({...address, user: 'postgres', database: 'postgres'}, 30_000);
	await client.query('select 1');
	await client.end();
}

/** `postgres` on a copy of a snapshot's data folder; the copy is made outside of the measured time. */
export class BarePostmaster implements BareStart {
	readonly name = 'bare postgres on a copy made before';
	readonly #workspace: Workspace;
	readonly #snapshot: string;
	readonly #binaries: {readonly folder: string; readonly major: number};

	private constructor(workspace: Workspace, snapshot: string, binaries: {readonly folder: string; readonly major: number}) {
		this.#workspace = workspace;
		this.#snapshot = path.join(process.env['DATAFLOW_TDD_CACHE']!, 'snapshots', snapshot);
		this.#binaries = binaries;
	}

	static async create(workspace: Workspace, snapshot: string): Promise<BarePostmaster> {
		const {binaries, account} = workspace.harness;
		const found = await binaries.findBinaries({projectDir: path.dirname(path.dirname(import.meta.dirname)), account: account.serverAccount()});
		return new BarePostmaster(workspace, snapshot, found!);
	}

	async time(): Promise<number> {
		const account = this.#workspace.harness.account.serverAccount();
		const folder = mkdtempSync(path.join(this.#workspace.folder, 'bare-'));
		const {password} = JSON.parse(readFileSync(path.join(this.#snapshot, 'record.json'), 'utf8')) as {password: string};
		this.#copy(folder, account);
		const startedAt = performance.now();
		const server = spawn(path.join(this.#binaries.folder, 'postgres'), this.#arguments(folder), {...account, stdio: 'ignore', cwd: folder});
		try {
			await firstQuery(this.#workspace, {host: folder, port: 5432, password});
			return performance.now() - startedAt;
		} finally {
			const ended = once(server, 'exit');
			server.kill('SIGQUIT');
			await ended;
			rmSync(folder, {recursive: true, force: true, maxRetries: 3});
		}
	}

	#copy(folder: string, account: {readonly uid: number; readonly gid: number} | undefined): void {
		if (account) {
			chownSync(folder, account.uid, account.gid);
		}

		const {status, stderr} = spawnSync('cp', ['-Rp', path.join(this.#snapshot, 'data'), folder], {...account});
		if (status !== 0) {
			throw new Error(`cp failed: ${stderr.toString()}`);
		}
	}

	#arguments(folder: string): string[] {
		const settings = [...this.#workspace.harness.settings.throwawaySettings(this.#binaries.major), 'listen_addresses=', 'port=5432', `unix_socket_directories=${folder}`];
		return ['-D', path.join(folder, 'data'), ...settings.flatMap(setting => ['-c', setting])];
	}
}

/** Three calls of the engine's API, then connection attempts until one is accepted. */
export class BareContainer implements BareStart {
	readonly name = 'docker create + start';
	readonly #workspace: Workspace;
	readonly #image: string;
	readonly #password: string;
	readonly #major: number;

	private constructor(workspace: Workspace, image: string, {password, major}: {password: string; major: number}) {
		this.#workspace = workspace;
		this.#image = image;
		this.#password = password;
		this.#major = major;
	}

	static async create(workspace: Workspace, snapshot: string): Promise<BareContainer> {
		const image = `dataflow-tdd-snapshot:${snapshot}`;
		const password = (await imageLabels(image))['dataflow-tdd.password']!;
		const {body} = await dockerGet(`/images/${encodeURIComponent(image)}/json`) as {body: {Config: {Env: string[]}}};
		const major = Number(body.Config.Env.find(pair => pair.startsWith('PG_MAJOR='))?.slice('PG_MAJOR='.length));
		return new BareContainer(workspace, image, {password, major});
	}

	async time(): Promise<number> {
		const settings = this.#workspace.harness.settings.throwawaySettings(this.#major);
		const command = ['postgres', ...settings.flatMap(setting => ['-c', setting])];
		const startedAt = performance.now();
		const container = await RawContainer.start(this.#image, {command});
		try {
			await firstQuery(this.#workspace, {host: '127.0.0.1', port: container.port, password: this.#password});
			return performance.now() - startedAt;
		} finally {
			await container.remove();
		}
	}
}
