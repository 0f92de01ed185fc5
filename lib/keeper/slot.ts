import {HarnessError} from '../errors.ts';
import {withClient, type Client} from '../postgres/client.ts';
import {connectAdmin} from '../server/admin.ts';
import type {Server, ServerAdapter, ServerAddress} from '../server/server.ts';
import {startServer} from '../server/start.ts';
import {ServerDatabases} from './databases.ts';
import {log} from './log.ts';
import type {SlotStatus} from './protocol.ts';
import type {CurrentTemplate, Templates} from './templates.ts';
import type {Timeline} from './timeline.ts';

const checkMs = 3000;

/** What a slot needs to start servers. */
export interface SlotOptions {
	readonly adapter: ServerAdapter;
	readonly templates: Templates;
	readonly owner: string;
	readonly databaseOwner: string;
	/** What the clones on one server may occupy, in bytes. */
	readonly budgetBytes: number;
	readonly timeline?: Timeline | undefined;
}

interface Running {
	readonly server: Server;
	readonly admin: Client;
	readonly databases: ServerDatabases;
	readonly fingerprint: string;
	readonly startMs: number;
	hasEnded: boolean;
}

/** A place for one server. It is started when somebody needs it, and anew when it died or the template has changed. */
export class Slot {
	readonly index: number;
	/** The test file that holds the lease. */
	file: string | undefined;
	readonly #options: SlotOptions;
	#running: Running | undefined;
	#starting: Promise<Running> | undefined;

	constructor(index: number, options: SlotOptions) {
		this.index = index;
		this.#options = options;
	}

	/** The running server's address. */
	get address(): ServerAddress | undefined {
		return this.#running?.server.address;
	}

	get isLeased(): boolean {
		return this.file !== undefined;
	}

	/** True if a server of this template is up, so that a lease costs nothing. */
	isWarm(fingerprint: string | undefined): boolean {
		return this.#running !== undefined && !this.#running.hasEnded && (fingerprint === undefined || this.#running.fingerprint === fingerprint);
	}

	/** The server, of the template as it is now. Whoever asks while it starts waits for the same start. */
	async ensure(): Promise<Running> {
		const current = await this.#options.templates.current();
		if (this.isWarm(current.fingerprint)) {
			return this.#running!;
		}

		this.#starting ??= this.#restart(current).catch(async (error: unknown) => this.#retry(error)).finally(() => {
			this.#starting = undefined;
		});
		return this.#starting;
	}

	/** The databases of the running server. */
	get databases(): ServerDatabases | undefined {
		return this.#running?.hasEnded ? undefined : this.#running?.databases;
	}

	/** Does what can wait until nobody does, and stops when somebody has the server again. */
	async rest(): Promise<void> {
		const isIdle = (): boolean => !this.isLeased;
		try {
			await this.databases?.tidy(isIdle);
			await this.databases?.measureCloning(isIdle);
		} catch (error) {
			log(`slot ${this.index}: ${String(error)}`);
		}
	}

	/** Asks the server whether it lives, as a worker would: with a connection of its own. One that does not is replaced when next it is needed. */
	async check(): Promise<void> {
		const running = this.#running;
		try {
			await (running && withClient({...running.server.address, timeoutMs: checkMs}, async client => client.query('select')));
		} catch (error) {
			running!.hasEnded = true;
			log(`slot ${this.index}: ${running!.server.label} does not answer: ${(error as Error).message}`);
		}
	}

	async stop(): Promise<void> {
		await this.#starting?.catch(() => {});
		const running = this.#running;
		this.#running = undefined;
		if (!running) {
			return;
		}

		if (!this.#options.adapter.canSnapshot && !running.hasEnded) {
			await running.databases.dropAll().catch((error: unknown) => {
				log(`slot ${this.index}: ${String(error)}`);
			});
		}

		// The server first: closing the connection before would let the lifeline of a container notice an idle server.
		await running.server.stop();
		await running.admin.end().catch(() => {});
	}

	status(): SlotStatus {
		const state = this.#starting ? 'starting' : this.isLeased ? 'leased' : this.isWarm(undefined) ? 'free' : 'empty';
		return {
			slot: this.index, state, file: this.file,
			server: this.#running?.server.label, startMs: this.#running?.startMs, databases: this.#running?.databases.size ?? 0,
		};
	}

	async #restart({fingerprint, snapshot}: CurrentTemplate): Promise<Running> {
		await this.#replaceOld();
		const startedAt = performance.now();
		const noteEnd = this.#options.timeline?.begin('server', {slot: this.index});
		const {adapter, owner, databaseOwner, templates} = this.#options;
		const server = await startServer(adapter, {owner, ...(snapshot && {snapshot})});
		try {
			const admin = await connectAdmin(server.address, `dataflow-tdd keeper ${databaseOwner}`);
			const build = async (combination: Parameters<typeof templates.build>[2][number]) => templates.build(server, fingerprint, [combination]);
			const databases = await ServerDatabases.open({admin, fingerprint, databaseOwner, secret: server.address.marker, build, strategies: templates.strategies, version: server.version, memoryFolder: server.memoryFolder, budgetBytes: this.#options.budgetBytes, slot: this.index, timeline: this.#options.timeline});
			const running: Running = {server, admin, databases, fingerprint, startMs: performance.now() - startedAt, hasEnded: false};
			void server.ended.then(reason => {
				running.hasEnded = true;
				log(`slot ${this.index}: the server ${server.label} ended: ${reason}`);
			});
			// Without this connection no database can be made, and a container would soon end itself.
			admin.once('end', () => {
				running.hasEnded = true;
			});
			noteEnd?.();
			log(`slot ${this.index}: ${server.label} is up after ${Math.round(running.startMs)} ms`);
			this.#running = running;
			return running;
		} catch (error) {
			noteEnd?.();
			await server.stop().catch(() => {});
			throw error;
		}
	}

	/** A snapshot can be pruned by another keeper between being found and being started from; then it is found or built anew. */
	async #retry(error: unknown): Promise<Running> {
		const isGone = error instanceof HarnessError && (error.code === 'ERR_SERVER_SNAPSHOT' || error.code === 'ERR_SERVER_IMAGE');
		if (!isGone) {
			throw error;
		}

		log(`slot ${this.index}: ${error.message}`);
		this.#options.templates.invalidate();
		return this.#restart(await this.#options.templates.current());
	}

	async #replaceOld(): Promise<void> {
		const old = this.#running;
		this.#running = undefined;
		if (old && !old.hasEnded && !this.#options.adapter.canSnapshot) {
			await old.databases.dropAll().catch(() => {});
		}

		await old?.server.stop().catch(() => {});
		await old?.admin.end().catch(() => {});
	}
}
