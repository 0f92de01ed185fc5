import path from 'node:path';
import {cacheSubfolder} from '../config/folders.ts';
import {templateName} from '../config/names.ts';
import {TemplateError} from '../errors.ts';
import {withClient} from '../postgres/client.ts';
import {listDatabases} from '../postgres/databases.ts';
import type {Server} from '../server/server.ts';
import {startServer} from '../server/start.ts';
import {runBuild} from '../template/builder.ts';
import type {Combination} from '../template/combination.ts';
import {Fingerprinter} from '../template/fingerprint.ts';
import type {TemplateRecord} from '../template/record.ts';
import {CloneStrategies} from './clone-strategy.ts';
import {withLock} from './lock.ts';
import {log} from './log.ts';
import type {SnapshotReport} from './protocol.ts';
import {buildSnapshot, type SnapshotBuildOptions} from './snapshot-build.ts';
import {Snapshots} from './snapshots.ts';

/** The template as the sources stand now. */
export interface CurrentTemplate {
	readonly fingerprint: string;
	/** What servers start from; nothing where template databases on a shared server take its place. */
	readonly snapshot: string | undefined;
	/** False if it was built by this very call. */
	readonly isCached: boolean;
	/** The snapshot in whose place it was built, because that one was damaged. */
	readonly damaged?: string | undefined;
}

/** What {@link Templates} works with. */
export interface TemplatesOptions extends SnapshotBuildOptions {
	/** How many saves may lie upon each other in a snapshot. Default 20. */
	readonly maxLayers?: number;
	/** How often a template that another process builds is asked for. Default: for ten minutes. */
	readonly lockAttempts?: number;
}

/** Another builder took over, because this process slept for too long: both build, and the first to save wins. */
function lostLock(error: Error): void {
	log(`the lock between builders was lost: ${error.message}`);
}

/** The sources are not those that a build began with. */
class SourcesChanged extends Error {}

/** Sees to it that the template of the sources as they are now exists: found in the cache, waited for, or built. */
export class Templates {
	readonly #options: TemplatesOptions;
	readonly #fingerprinter: Fingerprinter;
	readonly #snapshots: Snapshots;
	readonly #ending = new AbortController();
	#looking = 0;
	#strategies: CloneStrategies | undefined;
	#identity: string | undefined;
	#pending: {readonly fingerprint: string; readonly promise: Promise<CurrentTemplate>} | undefined;

	constructor(options: TemplatesOptions) {
		this.#options = options;
		this.#fingerprinter = new Fingerprinter(options.config);
		this.#snapshots = new Snapshots(options.adapter, options.wishes);
	}

	/** Builds on one server what a combination lacks there, and returns the records of all its templates. */
	async build(server: Server, fingerprint: string, combinations: readonly Combination[]): Promise<readonly TemplateRecord[]> {
		const {config, databaseOwner, progress} = this.#options;
		return runBuild({address: server.address, config, fingerprint, combinations, owner: databaseOwner, saveLane: false}, progress, this.#ending.signal);
	}

	/** How databases are cloned on this kind of server; known once the template is. */
	get strategies(): CloneStrategies {
		this.#strategies ??= new CloneStrategies(this.#identity ?? '');
		return this.#strategies;
	}

	/**
	 * The template for the sources as they are at this moment. All who ask while it is built wait for the same build and get
	 * the same error.
	 */
	async current(): Promise<CurrentTemplate> {
		this.#identity ??= (await this.#options.adapter.identify(this.#options.progress)).identity;
		const fingerprint = await this.#fingerprinter.compute(this.#identity);
		if (this.#pending?.fingerprint !== fingerprint) {
			this.#pending = {fingerprint, promise: this.#ensureUnchanged(fingerprint)};
			this.#keepUnderItsName(this.#pending.promise);
			return this.#pending.promise;
		}

		return {...await this.#pending.promise, isCached: true};
	}

	/** Lets the next call try again after a failed build. */
	forgetFailure(): void {
		const pending = this.#pending;
		pending?.promise.catch(() => {
			if (this.#pending === pending) {
				this.#pending = undefined;
			}
		});
	}

	/** Ends builds that are under way; who waits for one gets the reason. */
	stop(reason: Error): void {
		this.#ending.abort(reason);
	}

	/** Looks for the template again at the next call: its snapshot has gone since it was found. */
	invalidate(): void {
		this.#pending = undefined;
	}

	/** True while a template is looked for, waited for or built. */
	get isBusy(): boolean {
		return this.#looking > 0;
	}

	/** What is known of the snapshot that servers start from now. */
	async snapshot(): Promise<SnapshotReport | undefined> {
		const current = await this.#pending?.promise.catch(() => {});
		const found = current?.snapshot === undefined ? undefined : await this.#snapshots.get(current.snapshot);
		return found && {...found, fingerprint: current!.fingerprint, createdAt: found.createdAt.getTime(), lastUsedAt: found.lastUsedAt.getTime()};
	}

	/** Saves a snapshot that also holds what tests have asked for since the last one. */
	async bake(): Promise<void> {
		const current = await this.#pending?.promise.catch(() => {});
		if (!current?.snapshot || current.snapshot === this.#snapshots.nameOf(current.fingerprint)) {
			return;
		}

		const snapshot = await this.#locked(current.fingerprint, async () => this.#bakeFrom(current.fingerprint, current.snapshot!));
		this.#pending = {fingerprint: current.fingerprint, promise: Promise.resolve({...current, snapshot})};
	}

	/** A template that was built from edited sources is the answer for those, not for the ones that were asked about. */
	#keepUnderItsName(promise: Promise<CurrentTemplate>): void {
		promise.then(({fingerprint}) => {
			if (this.#pending?.promise === promise) {
				this.#pending = {fingerprint, promise};
			}
		}, () => {
			// Whoever asked gets the error; unheard, it would end the process.
		});
	}

	/** Builds again, from the sources as they are now, when they were edited in the middle of a build. */
	async #ensureUnchanged(fingerprint: string): Promise<CurrentTemplate> {
		this.#looking++;
		try {
			return await this.#ensure(fingerprint);
		} catch (error) {
			if (!(error instanceof SourcesChanged)) {
				throw error;
			}

			log('the sources changed while they were built from; building again');
			return await this.#ensureUnchanged(await this.#fingerprinter.compute(this.#identity ?? ''));
		} finally {
			this.#looking--;
		}
	}

	async #bakeFrom(fingerprint: string, from: string): Promise<string> {
		const name = this.#snapshots.nameOf(fingerprint);
		if (await this.#options.adapter.has(name)) {
			return name;
		}

		// Engines refuse images of more than some 125 layers, and each layer keeps what the next one overwrites.
		const {wishes, maxLayers = 20} = this.#options;
		const isDeep = ((await this.#snapshots.get(from))?.layers ?? 0) >= maxLayers;
		log(`baking ${wishes.list.length} combinations into the snapshot ${name}${isDeep ? `, anew, as ${from} has ${maxLayers} layers` : ''}`);
		return this.#save(fingerprint, isDeep ? undefined : from);
	}

	async #ensure(fingerprint: string): Promise<CurrentTemplate> {
		if (!this.#options.adapter.canSnapshot) {
			return this.#ensureOnSharedServer(fingerprint);
		}

		const found = await this.#snapshots.find(fingerprint);
		if (found) {
			return {fingerprint, snapshot: found.name, isCached: true};
		}

		return this.#locked(fingerprint, async () => {
			const builtMeanwhile = await this.#snapshots.find(fingerprint);
			const snapshot = builtMeanwhile?.name ?? await this.#save(fingerprint);
			await this.#snapshots.prune(snapshot);
			return {fingerprint, snapshot, isCached: builtMeanwhile !== undefined, damaged: this.#snapshots.damaged};
		});
	}

	async #ensureOnSharedServer(fingerprint: string): Promise<CurrentTemplate> {
		const server = await startServer(this.#options.adapter, {owner: this.#options.owner});
		try {
			const name = templateName(fingerprint, 'schema');
			const found = await withClient(server.address, async client => listDatabases(client, name));
			await this.build(server, fingerprint, this.#options.wishes.list);
			return {fingerprint, snapshot: undefined, isCached: found.length > 0};
		} finally {
			await server.stop();
		}
	}

	/** One process builds a template, the others wait for it; a lock whose holder died is taken over after 5 s. */
	async #locked<T>(fingerprint: string, action: () => Promise<T>): Promise<T> {
		const file = path.join(cacheSubfolder('locks'), fingerprint.slice(0, 24));
		let isHeld = false;
		try {
			return await withLock(file, {attempts: this.#options.lockAttempts ?? 8000, pauseMs: 100, onLost: lostLock}, async () => {
				isHeld = true;
				return action();
			});
		} catch (error) {
			throw isHeld ? error : new TemplateError('ERR_TEMPLATE_LOCKED', {
				what: `Another process has been building the template ${fingerprint.slice(0, 8)} for ten minutes.`,
				why: 'It may hang in a migration.',
				fix: `Stop it, or remove ${file}.lock if there is none.`,
				cause: error,
			});
		}
	}

	async #save(fingerprint: string, from?: string): Promise<string> {
		return buildSnapshot(this.#options, {
			fingerprint,
			nameOf: combinations => this.#snapshots.nameOf(fingerprint, combinations),
			from,
			signal: this.#ending.signal,
			assertUnchanged: async () => this.#assertUnchanged(fingerprint),
		});
	}

	/** A file that was edited while it was built from would give a snapshot the name of other sources. */
	async #assertUnchanged(fingerprint: string): Promise<void> {
		if (await this.#fingerprinter.compute(this.#identity ?? '') !== fingerprint) {
			throw new SourcesChanged();
		}
	}
}
