import type {HarnessConfig} from '../lib/config/options.ts';
import type {KeeperStatus} from '../lib/keeper/protocol.ts';
import type {Harness} from './harness.ts';

/** The keepers and snapshots that the bench has caused. */
export class Keepers {
	readonly #harness: Harness;
	readonly #configs = new Map<string, HarnessConfig>();
	readonly #fingerprints = new Map<string, Set<string>>();

	constructor(harness: Harness) {
		this.#harness = harness;
	}

	/** Remembers a configuration, so that its keeper is stopped and its snapshots are removed in the end. */
	add(config: HarnessConfig): void {
		this.#configs.set(config.projectDir, config);
	}

	/** Asks the keeper of a configuration how it is, if there is one. */
	async status(config: HarnessConfig): Promise<KeeperStatus | undefined> {
		const keeper = await this.#harness.client.visitRunningKeeper(config);
		try {
			const status = await keeper?.api.status();
			this.#remember(config, status?.fingerprint);
			return status;
		} finally {
			keeper?.close();
		}
	}

	/** Ends the keeper of a configuration, if there is one, and waits until it has ended. */
	async stop(config: HarnessConfig): Promise<void> {
		await this.status(config);
		const keeper = await this.#harness.client.visitRunningKeeper(config);
		if (keeper) {
			keeper.ref();
			await keeper.api.stop();
			await keeper.closed;
		}
	}

	/** Sees to it that the snapshot of a configuration is there. */
	async prepare(config: HarnessConfig): Promise<string> {
		const keeper = await this.#harness.client.openKeeper(config, 'run');
		try {
			const {fingerprint} = await keeper.api.prepare();
			this.#remember(config, fingerprint);
			return fingerprint;
		} finally {
			keeper.close();
		}
	}

	/** Removes the snapshots of a configuration. */
	async removeSnapshots(config: HarnessConfig): Promise<void> {
		const {adapter} = await this.#harness.choose.chooseServer(config);
		const mine = [...this.#fingerprints.get(config.projectDir) ?? []].map(fingerprint => fingerprint.slice(0, 24));
		for (const {name} of await adapter.list()) {
			if (mine.some(prefix => name.startsWith(prefix))) {
				await adapter.remove(name);
			}
		}
	}

	async removeAll(): Promise<void> {
		for (const config of this.#configs.values()) {
			await this.stop(config);
			await this.removeSnapshots(config);
		}
	}

	#remember({projectDir}: HarnessConfig, fingerprint: string | undefined): void {
		if (fingerprint !== undefined) {
			this.#fingerprints.set(projectDir, (this.#fingerprints.get(projectDir) ?? new Set()).add(fingerprint));
		}
	}
}
