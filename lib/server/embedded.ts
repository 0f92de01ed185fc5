import path from 'node:path';
import process from 'node:process';
import {cacheSubfolder} from '../config/folders.ts';
import {sweepParts} from '../config/parts.ts';
import {HarnessError} from '../errors.ts';
import {serverAccount, type Account} from './embedded/account.ts';
import {findBinaries, type Binaries} from './embedded/binaries.ts';
import {withClient} from '../postgres/client.ts';
import {killPostmaster, waitUntilReady} from './embedded/boot.ts';
import {copyCluster, createCluster, createServerFolder, readOwner, removeServerFolder, serverFolders} from './embedded/data-folder.ts';
import {freePort} from './embedded/port.ts';
import {Postmaster} from './embedded/postmaster.ts';
import {SnapshotStore} from './embedded/snapshot-store.ts';
import type {Progress, ServerAdapter, ServerIdentity, Snapshot, SnapshotPacker, StartedServer, StartRequest} from './server.ts';
import {throwawaySettings} from './settings.ts';
import {randomPassword} from './start.ts';

/** The longest path that a Unix socket may have on every platform. */
const socketPathLimit = 100;
const bootAttempts = 3;

/** What an embedded adapter needs to know. */
export interface EmbeddedOptions {
	readonly projectDir: string;
	/** The bin folder to use; default: the npm package, else an installed PostgreSQL. */
	readonly binaries?: string | undefined;
	/** Chooses the TCP port; tests pass one that is taken. Default: a free one. */
	readonly choosePort?: () => Promise<number>;
}

interface Prepared {
	readonly folder: string;
	readonly password: string;
}

/** Starts PostgreSQL from native binaries on this machine, each in a folder of its own. */
export class EmbeddedAdapter implements ServerAdapter {
	readonly kind = 'embedded';
	readonly canSnapshot = true;
	readonly packer: SnapshotPacker;
	readonly #binaries: Binaries;
	readonly #account: Account | undefined;
	readonly #choosePort: () => Promise<number>;
	readonly #store: SnapshotStore;
	/** By label, which a server keeps when others wrap it. */
	readonly #running = new Map<string, {readonly postmaster: Postmaster; readonly folder: string}>();

	private constructor(binaries: Binaries, account: Account | undefined, choosePort: () => Promise<number>) {
		this.#binaries = binaries;
		this.#account = account;
		this.#choosePort = choosePort;
		this.#store = new SnapshotStore(account);
		this.packer = {
			pack: async name => this.#store.pack(name),
			unpack: async (name, open, signal) => this.#store.unpack(name, open(), signal),
		};
	}

	/** @returns nothing when no binaries can be found */
	static async create({projectDir, binaries, choosePort = freePort}: EmbeddedOptions): Promise<EmbeddedAdapter | undefined> {
		const account = serverAccount();
		const found = await findBinaries({projectDir, binaries, account});
		return found && new EmbeddedAdapter(found, account, choosePort);
	}

	async identify(): Promise<ServerIdentity> {
		const {version, origin} = this.#binaries;
		return {identity: `embedded ${version} ${process.platform}-${process.arch}`, description: `embedded PostgreSQL ${version} (${origin})`};
	}

	/** Between choosing a port and binding it, another program may take it; then another one is tried. */
	async start({snapshot, owner, progress}: StartRequest): Promise<StartedServer> {
		for (let attempt = 1; ; attempt++) {
			const from = snapshot ?? await this.#ensureEmptyCluster(owner, progress);
			try {
				return await this.#startOnce(from, owner);
			} catch (error) {
				const code = error instanceof HarnessError ? error.code : undefined;
				// The empty cluster is made anew; who asked for another snapshot has to find another one.
				const isWorthAnother = code === 'ERR_SERVER_PORT' || (code === 'ERR_SERVER_SNAPSHOT' && snapshot === undefined);
				if (!isWorthAnother || attempt === bootAttempts) {
					throw error;
				}
			}
		}
	}

	async save(server: StartedServer, name: string): Promise<void> {
		const {postmaster, folder} = this.#find(server);
		const frozen = await readFrozen(server);
		await postmaster.shutDown();
		await this.#store.add(name, path.join(folder, 'data'), {password: server.address.password, frozen});
		await removeServerFolder(folder);
		this.#running.delete(folder);
	}

	async list(): Promise<Snapshot[]> {
		const all = await this.#store.list();
		return all.filter(({name}) => !name.startsWith('empty-'));
	}

	async has(name: string): Promise<boolean> {
		return this.#store.has(name);
	}

	async remove(name: string): Promise<void> {
		await this.#store.remove(name);
	}

	async sweep(isAlive: (owner: string) => boolean): Promise<string[]> {
		const removed: string[] = [];
		for (const folder of await serverFolders()) {
			const owner = await readOwner(folder);
			if (owner !== '' && !isAlive(owner)) {
				await killPostmaster(folder);
				await removeServerFolder(folder);
				removed.push(folder);
			}
		}

		return [...removed, ...sweepParts(cacheSubfolder('snapshots')), ...sweepParts(cacheSubfolder('binaries'))];
	}

	async #startOnce(snapshot: string, owner: string): Promise<StartedServer> {
		const prepared = await this.#prepare(snapshot, owner);
		try {
			return await this.#boot(prepared);
		} catch (error) {
			await removeServerFolder(prepared.folder);
			await this.#store.assertWhole(snapshot, error);
			throw error;
		}
	}

	/** `initdb` takes most of a second, so its result is kept as a snapshot of its own. */
	async #ensureEmptyCluster(owner: string, progress?: Progress): Promise<string> {
		const name = `empty-${this.#binaries.version.replaceAll(/[^\d]/g, '-')}-2`;
		if (!await this.#store.has(name)) {
			progress?.('creating an empty cluster');
			const folder = await createServerFolder({owner, account: this.#account});
			try {
				const data = path.join(folder, 'data');
				const password = randomPassword();
				await createCluster(data, {binaries: this.#binaries, account: this.#account, password});
				await this.#store.add(name, data, {password, frozen: []});
			} finally {
				await removeServerFolder(folder);
			}
		}

		return name;
	}

	async #prepare(snapshot: string, owner: string): Promise<Prepared> {
		const {password, frozen} = await this.#store.use(snapshot);
		const folder = await createServerFolder({owner, snapshot, account: this.#account});
		try {
			await copyCluster({from: this.#store.dataFolder(snapshot), to: path.join(folder, 'data'), frozen, account: this.#account});
			return {folder, password};
		} catch (error) {
			await removeServerFolder(folder);
			throw error;
		}
	}

	async #boot({folder, password}: Prepared): Promise<StartedServer> {
		const port = await this.#choosePort();
		const hasSocket = process.platform !== 'win32' && folder.length + 20 < socketPathLimit;
		const postmaster = Postmaster.start({
			folder, account: this.#account, program: path.join(this.#binaries.folder, 'postgres'), args: this.#arguments(folder, port, hasSocket),
		});
		await waitUntilReady(postmaster, folder, port);
		const tcp = {host: '127.0.0.1', port};
		this.#running.set(folder, {postmaster, folder});
		return {
			address: {...(hasSocket ? {host: folder, port, tcp} : tcp), user: 'postgres', password, database: 'postgres'},
			label: folder,
			ended: postmaster.ended,
			stop: once(async () => this.#stop(postmaster, folder)),
			log: async () => postmaster.log,
		};
	}

	async #stop(postmaster: Postmaster, folder: string): Promise<void> {
		await postmaster.stop();
		await removeServerFolder(folder);
		this.#running.delete(folder);
	}

	#find(server: StartedServer): {readonly postmaster: Postmaster; readonly folder: string} {
		const found = this.#running.get(server.label);
		if (!found) {
			throw new Error(`the server ${server.label} is not running, or was not started by this adapter`);
		}

		return found;
	}

	#arguments(folder: string, port: number, hasSocket: boolean): string[] {
		const settings = [
			...throwawaySettings(this.#binaries.major),
			'listen_addresses=127.0.0.1',
			`port=${port}`,
			`unix_socket_directories=${hasSocket ? folder : ''}`,
			'logging_collector=off',
			// In its folder, so that it goes with it even when the server is killed.
			'dynamic_shared_memory_type=mmap',
		];
		return ['-D', path.join(folder, 'data'), ...settings.flatMap(setting => ['-c', setting])];
	}
}

/** The folders of databases that refuse connections, which are named by their object ids. */
async function readFrozen({address}: StartedServer): Promise<string[]> {
	return withClient(address, async client => {
		const {rows} = await client.query<{oid: string}>('select oid::text from pg_database where not datallowconn');
		return rows.map(({oid}) => oid);
	});
}

function once(action: () => Promise<void>): () => Promise<void> {
	let result: Promise<void> | undefined;
	return async () => {
		result ??= action();
		return result;
	};
}
