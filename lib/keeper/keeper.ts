import {createHash} from 'node:crypto';
import type {Socket} from 'node:net';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import {cacheSubfolder} from '../config/folders.ts';
import type {HarnessConfig} from '../config/options.ts';
import {KeeperError} from '../errors.ts';
import {chooseServer, type ChosenServer} from '../server/choose.ts';
import {openChannel} from './channel.ts';
import {Clients, type Client} from './clients.ts';
import type {KeeperIdentity} from './identity.ts';
import {KeptDatabases} from './kept-databases.ts';
import {LeaseRequests} from './lease-requests.ts';
import {Leases} from './leases.ts';
import {Linger} from './linger.ts';
import {log} from './log.ts';
import {currentOwner, databaseOwner} from './owner.ts';
import type {ClientApi, ClientRole, KeeperApi, KeeperInfo, KeeperStatus, Lease, Preparation} from './protocol.ts';
import {sweepDead, sweepOwn} from './sweep.ts';
import {Templates} from './templates.ts';
import {Timeline} from './timeline.ts';
import {Wishes} from './wishes.ts';

/** What clones on one server may occupy at most; less where memory is short, because embedded servers lie in it. */
const cloneBudgetBytes = 1_000_000_000;

/** How long a keeper takes at most to end what it has started; then its guardian does. */
const endWithinMs = 5000;
/** Baking starts a server and saves it. */
const bakeWithinMs = 60_000;
/** How long a keeper that ends waits for others to leave what it made on a server that stays. */
const farewellMs = 3000;

/** What a keeper is made of. */
export interface KeeperOptions {
	readonly config: HarnessConfig;
	readonly identity: KeeperIdentity;
	/** False when its socket is gone, or another keeper's by now. */
	readonly isReachable: () => boolean;
	/** Called once, when it begins to end: whoever comes from now on needs another keeper. */
	readonly onEnding: () => void;
	/** Called once, when nothing is left to do; not clean if something may still be running. */
	readonly onEnd: (end: {readonly isClean: boolean}) => void;
}

/** What there is once the server is chosen. */
interface World {
	readonly chosen: ChosenServer;
	readonly description: string;
	readonly templates: Templates;
	readonly leases: Leases;
	readonly requests: LeaseRequests;
	readonly kept: KeptDatabases;
}

/** Owns servers, clones and leases, and ends when nobody needs it any more. */
export class Keeper {
	/** Rejects with the reason when there is no server to run tests on; every client is told. */
	readonly opened: Promise<unknown>;
	readonly #options: KeeperOptions;
	readonly #startedAt = performance.now();
	readonly #clients = new Clients();
	readonly #wishes: Wishes;
	readonly #linger: Linger;
	readonly #timeline = new Timeline();
	readonly #world: Promise<World>;
	#fingerprint: string | undefined;
	#ending: Promise<void> | undefined;

	constructor(options: KeeperOptions) {
		this.#options = options;
		const {config} = options;
		this.#wishes = new Wishes(path.join(cacheSubfolder('wishes'), `${wishKey(config)}.json`));
		this.#linger = new Linger(config.lingerMs, {
			isReachable: options.isReachable,
			onEnd: reason => void this.stop(reason),
		});
		this.#world = this.#open();
		this.opened = this.#world;
	}

	/** Serves one connection for as long as it lasts. */
	serve(socket: Socket): void {
		if (this.#ending) {
			socket.destroy();
			return;
		}

		this.#linger.cancel();
		const client: Client = {role: 'visitor', leases: new Set(), remote: undefined as never};
		Object.assign(client, {remote: openChannel<ClientApi, KeeperApi>(socket, this.#apiFor(client))});
		this.#clients.add(client);
		socket.once('close', () => void this.#leave(client));
	}

	/** Begins to wait for clients; a keeper to which nobody comes ends. */
	begin(): void {
		if (this.#clients.size === 0) {
			this.#linger.begin({wasRun: false});
		}
	}

	/** Ends everything this keeper started. Calling it again waits for the same end. */
	async stop(reason: string): Promise<void> {
		this.#ending ??= this.#end(reason);
		return this.#ending;
	}

	async #open(): Promise<World> {
		const {config, identity} = this.#options;
		const owner = currentOwner();
		const progress = (step: string, fraction?: number): void => {
			this.#broadcast(step, fraction);
		};

		const chosen = await chooseServer(config);
		const {description} = await chosen.adapter.identify(progress);
		log(`keeper ${identity.id} (${process.pid}) on ${description}`);
		const owners = {owner, databaseOwner: databaseOwner(owner)};
		const templates = new Templates({adapter: chosen.adapter, config, ...owners, wishes: this.#wishes, progress, timeline: this.#timeline});
		const budgetBytes = Math.min(cloneBudgetBytes, os.freemem() / 4 / config.workers);
		const leases = new Leases(config.workers, os.availableParallelism(), {adapter: chosen.adapter, templates, ...owners, budgetBytes, timeline: this.#timeline});
		const kept = new KeptDatabases(identity.id);
		const requests = new LeaseRequests({leases, wishes: this.#wishes, kept, lingerMs: config.lingerMs});
		void sweepDead(chosen.adapter);
		return {chosen, description, templates, leases, requests, kept};
	}

	#apiFor(client: Client): KeeperApi {
		return {
			hello: async ({role}) => {
				client.role = role;
				return this.#info(await this.#world);
			},
			prepare: async () => this.#prepare(),
			acquire: async file => this.#acquire(client, file),
			release: async lease => {
				client.leases.delete(lease);
				await (await this.#world).leases.release(lease, {isClean: true});
			},
			renew: async (lease, file) => {
				client.leases.delete(lease);
				const {leases} = await this.#world;
				return this.#hold(client, await leases.renew(lease, file));
			},
			lane: async request => (await this.#world).requests.lane(request),
			taint: async (lease, database) => {
				(await this.#world).requests.databases(lease).taint(database);
			},
			clone: async request => (await this.#world).requests.clone(request),
			expectClones: async request => (await this.#world).requests.expectClones(request),
			retire: async (lease, database) => {
				(await this.#world).requests.databases(lease).retire(database);
			},
			keep: async (lease, request) => (await this.#world).requests.keep(lease, request),
			status: async () => this.#status(await this.#world),
			snapshot: async () => (await this.#world).templates.snapshot(),
			timeline: async since => this.#timeline.since(since),
			stop: async () => {
				void this.stop('it was asked to');
			},
		};
	}

	async #acquire(client: Client, file: string): Promise<Lease> {
		const {leases} = await this.#world;
		return this.#hold(client, await leases.acquire(file));
	}

	/** A client that has left while it waited gets nothing: its lease would never end. */
	async #hold(client: Client, lease: Lease): Promise<Lease> {
		if (this.#clients.has(client)) {
			client.leases.add(lease.id);
		} else {
			await (await this.#world).leases.release(lease.id, {isClean: true});
		}

		return lease;
	}

	async #prepare(): Promise<Preparation> {
		const startedAt = performance.now();
		const {templates, leases} = await this.#world;
		const current = await templates.current();
		this.#fingerprint = current.fingerprint;
		leases.warm();
		return {fingerprint: current.fingerprint, isCached: current.isCached, damaged: current.damaged, tookMs: performance.now() - startedAt};
	}

	async #leave(client: Client): Promise<void> {
		this.#clients.remove(client);
		const world = await this.#world.catch(() => {});
		for (const lease of client.leases) {
			await world?.leases.release(lease, {isClean: false}).catch((error: unknown) => {
				log(`lease ${lease}: ${String(error)}`);
			});
		}

		if (this.#clients.size === 0 && !this.#ending && world) {
			await this.#becomeIdle(world, client.role);
		}
	}

	async #becomeIdle({templates}: World, lastRole: ClientRole): Promise<void> {
		templates.forgetFailure();
		this.#linger.begin({wasRun: lastRole !== 'worker'});
		await templates.bake().catch((error: unknown) => {
			log(`baking failed: ${String(error)}`);
		});
	}

	#broadcast(step: string, fraction?: number): void {
		log(`${step}${fraction === undefined ? '' : ` (${Math.round(fraction * 100)} %)`}`);
		this.#clients.tellProgress(step, fraction);
	}

	#info({chosen, description}: World): KeeperInfo {
		const {identity} = this.#options;
		return {pid: process.pid, version: identity.version, description, reason: chosen.reason, logFile: identity.logFile};
	}

	#status(world: World): KeeperStatus {
		const {leases} = world;
		return {
			...this.#info(world),
			projectDir: this.#options.config.projectDir,
			fingerprint: this.#fingerprint,
			clients: this.#clients.size,
			waiting: leases.waiting,
			slots: leases.slots.map(slot => slot.status()),
			leases: leases.granted,
			clones: world.requests.clones,
			combinations: this.#wishes.list.filter(({layers}) => layers.length === 0).map(({packs}) => packs),
			memoryBytes: process.memoryUsage.rss(),
			uptimeMs: performance.now() - this.#startedAt,
			lingerMs: this.#options.config.lingerMs,
		};
	}

	async #end(reason: string): Promise<void> {
		log(`ending: ${reason}`);
		this.#options.onEnding();
		this.#linger.cancel();
		const lost = new KeeperError('ERR_KEEPER_LOST', {
			what: `The keeper ended while a worker was waiting for a server: ${reason}.`,
			why: 'Somebody stopped it, or the machine is shutting down.',
			fix: 'Run again: a new one is started.',
		});
		// Choosing a server may wait for an engine or an image, and baking for both: what takes too long is the guardian's.
		const world = await within(this.#world.catch(() => {}), endWithinMs);
		if (world && !world.templates.isBusy) {
			await within(world.templates.bake().catch(() => {}), bakeWithinMs);
		}

		const isClean = await within(world ? this.#letGo(world, lost) : this.#world.then(() => false, () => true), endWithinMs) ?? false;
		log(isClean ? 'ended' : `not everything has ended within ${endWithinMs / 1000} s: leaving the rest to the guardian`);
		this.#options.onEnd({isClean});
	}

	/** Ends servers and drops databases. An engine that was stopped while a server started may never answer. */
	async #letGo({chosen, templates, leases, kept}: World, reason: Error): Promise<true> {
		templates.stop(reason);
		try {
			await leases.stop(reason);
			await sweepOwn(chosen.adapter, databaseOwner(currentOwner()), farewellMs);
		} catch (error) {
			log(`letting go failed: ${String(error)}`);
		}

		kept.clear();
		return true;
	}
}

/** What a promise gives, or nothing when it takes too long. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
	return Promise.race([promise, delay(ms, undefined, {ref: false})]);
}

/** Wishes belong to a project and its seeds; which server it runs on does not matter. */
function wishKey({projectDir, seeds}: HarnessConfig): string {
	return createHash('sha256').update(`${projectDir}\n${seeds}`).digest('hex').slice(0, 16);
}
