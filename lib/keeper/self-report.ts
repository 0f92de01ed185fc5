import process from 'node:process';
import type {HarnessConfig} from '../config/options.ts';
import type {Clients} from './clients.ts';
import {engineVariables, serverPart, type KeeperIdentity} from './identity.ts';
import type {KeeperAbout, KeeperInfo, KeeperStatus} from './protocol.ts';
import type {World} from './world.ts';

/** What a keeper reports on. */
export interface ReportedKeeper {
	readonly config: HarnessConfig;
	readonly identity: KeeperIdentity;
	readonly clients: Clients;
}

/** What a keeper says of itself. */
export class SelfReport {
	readonly #keeper: ReportedKeeper;
	readonly #startedAt = performance.now();

	constructor(keeper: ReportedKeeper) {
		this.#keeper = keeper;
	}

	/** What can be said before there is a server to run tests on. */
	about(isReady: boolean): KeeperAbout {
		const {config, identity, clients} = this.#keeper;
		return {
			pid: process.pid,
			version: identity.version,
			projectDir: config.projectDir,
			logFile: identity.logFile,
			uptimeMs: performance.now() - this.#startedAt,
			options: serverPart(config),
			environment: Object.fromEntries(engineVariables.map(name => [name, process.env[name]])),
			users: clients.users,
			isReady,
		};
	}

	info({chosen, description}: World): KeeperInfo {
		const {version, logFile} = this.#keeper.identity;
		return {pid: process.pid, version, description, reason: chosen.reason, logFile};
	}

	status(world: World, fingerprint: string | undefined): KeeperStatus {
		const {config, clients} = this.#keeper;
		const {leases} = world;
		return {
			...this.info(world),
			projectDir: config.projectDir,
			fingerprint,
			clients: clients.size,
			waiting: leases.waiting,
			slots: leases.slots.map(slot => slot.status()),
			leases: leases.granted,
			clones: world.requests.clones,
			combinations: world.wishes.list.filter(({layers}) => layers.length === 0).map(({packs}) => packs),
			memoryBytes: process.memoryUsage.rss(),
			uptimeMs: performance.now() - this.#startedAt,
			lingerMs: config.lingerMs,
		};
	}
}
