import type {Socket} from 'node:net';
import {setTimeout as delay} from 'node:timers/promises';
import type {HarnessConfig} from '../config/options.ts';
import {KeeperError} from '../errors.ts';
import {openChannel} from './channel.ts';
import {Clients, type Client} from './clients.ts';
import type {KeeperIdentity} from './identity.ts';
import {Linger} from './linger.ts';
import {log} from './log.ts';
import {currentOwner, databaseOwner} from './owner.ts';
import type {ClientApi, ClientRole, KeeperApi, Lease, Preparation} from './protocol.ts';
import {SelfReport} from './self-report.ts';
import {sweepDead, sweepOwn} from './sweep.ts';
import {Timeline} from './timeline.ts';
import {openWorld, type World} from './world.ts';

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

/** Owns servers, clones and leases, and ends when nobody needs it any more. */
export class Keeper {
	/** Rejects with the reason when there is no server to run tests on; every client is told. */
	readonly opened: Promise<unknown>;
	readonly #options: KeeperOptions;
	readonly #clients = new Clients();
	readonly #linger: Linger;
	readonly #timeline = new Timeline();
	readonly #report: SelfReport;
	readonly #world: Promise<World>;
	#isReady = false;
	#fingerprint: string | undefined;
	#ending: Promise<void> | undefined;

	constructor(options: KeeperOptions) {
		this.#options = options;
		const {config, identity} = options;
		this.#linger = new Linger(config.lingerMs, {
			isReachable: options.isReachable,
			onEnd: reason => void this.stop(reason),
		});
		const progress = (step: string, fraction?: number): void => {
			this.#broadcast(step, fraction);
		};

		this.#world = openWorld({config, keeper: identity.id, progress, timeline: this.#timeline});
		this.#report = new SelfReport({config, identity, clients: this.#clients});
		this.opened = this.#world.then(() => {
			this.#isReady = true;
		});
	}

	/** Serves one connection for as long as it lasts. */
	serve(socket: Socket): void {
		if (this.#ending) {
			socket.destroy();
			return;
		}

		this.#linger.cancel();
		const client: Client = {role: undefined, leases: new Set(), remote: undefined as never};
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

	#apiFor(client: Client): KeeperApi {
		return {
			about: async () => this.#report.about(this.#isReady),
			hello: async ({role}) => {
				client.role = role;
				this.#linger.forget();
				return this.#report.info(await this.#world);
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
			status: async () => this.#report.status(await this.#world, this.#fingerprint),
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

	async #becomeIdle({templates}: World, lastRole: ClientRole | undefined): Promise<void> {
		if (lastRole === undefined && this.#linger.resume()) {
			return;
		}

		templates.forgetFailure();
		this.#linger.begin({wasRun: lastRole === 'run' || lastRole === 'visitor'});
		await templates.bake().catch((error: unknown) => {
			log(`baking failed: ${String(error)}`);
		});
	}

	#broadcast(step: string, fraction?: number): void {
		log(`${step}${fraction === undefined ? '' : ` (${Math.round(fraction * 100)} %)`}`);
		this.#clients.tellProgress(step, fraction);
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
	async #letGo({chosen, templates, leases, kept, share}: World, reason: Error): Promise<true> {
		templates.stop(reason);
		try {
			await leases.stop(reason);
			await share?.release();
			await sweepOwn(chosen.adapter, databaseOwner(currentOwner()), farewellMs);
			// Where servers stay, a runner that died beside this one has left something that nobody else may come for.
			await (chosen.adapter.canSnapshot ? undefined : sweepDead(chosen.adapter));
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
