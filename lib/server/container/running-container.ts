import {setTimeout as delay} from 'node:timers/promises';
import type {ContainerRuntimeClient} from 'testcontainers';
import type {ServerAddress, StartedServer} from '../server.ts';
import {ContainerLog} from './container-log.ts';
import {isConflict, isNotFound, snapshotError} from './errors.ts';
import {heldLine} from './lifeline.ts';
import {memoryFolder} from './memory.ts';

/** The engine's handle of one container. */
export type Container = ReturnType<ContainerRuntimeClient['container']['getById']>;

const holdWithinMs = 60_000;

/** One container from its creation to its end: reads its log, learns of its end, ends it. */
export class RunningContainer {
	readonly container: Container;
	readonly log: ContainerLog;
	/** Resolves with the reason when the container has ended. */
	readonly ended: Promise<string>;
	#removal: Promise<void> | undefined;

	/** Attaches to a container that was created and not yet started, so that nothing it says is missed. */
	static async attach(engine: ContainerRuntimeClient, id: string): Promise<RunningContainer> {
		const container = engine.container.getById(id);
		return new RunningContainer(container, new ContainerLog(await engine.container.attach(container)));
	}

	private constructor(container: Container, log: ContainerLog) {
		this.container = container;
		this.log = log;
		this.ended = this.#untilEnded();
	}

	get label(): string {
		return `container ${this.container.id.slice(0, 12)}`;
	}

	/** This container as a server, of which somebody found that it accepts connections. */
	toServer(address: ServerAddress): StartedServer {
		return {
			address,
			label: this.label,
			memoryFolder,
			ended: this.ended,
			stop: () => this.remove(),
			log: async () => this.log.tail(100),
		};
	}

	/** Ends and removes the container; calling it again returns the same promise. */
	remove(): Promise<void> {
		this.#removal ??= removeContainer(this.container).then(async () => {
			await this.ended;
		});
		return this.#removal;
	}

	/**
	 * Lets PostgreSQL end cleanly while the container stays, so that its files can be saved.
	 * @throws {ERR_SERVER_SNAPSHOT} when it does not
	 */
	async hold(): Promise<void> {
		const held = this.log.waitFor(heldLine).then(() => undefined);
		await this.container.kill({signal: 'SIGUSR1'});
		const tooLate = delay(holdWithinMs, `it did not end within ${holdWithinMs / 1000} s`, {ref: false});
		const failure = await Promise.race([held, this.ended, tooLate]);
		if (failure) {
			throw snapshotError(`PostgreSQL in ${this.label} did not shut down cleanly: ${failure}.`, `Its log ends with:\n${this.log.tail()}\n`);
		}
	}

	async #untilEnded(): Promise<string> {
		let condition: 'next-exit' | 'not-running' = 'next-exit';
		for (;;) {
			try {
				const {StatusCode} = await this.container.wait({condition}) as {StatusCode: number};
				return this.#removal ? `${this.label} was stopped` : `${this.label} ended with status ${StatusCode}`;
			} catch {
				// The connection on which we wait may break while the container goes on.
				if (!await isRunning(this.container)) {
					return `${this.label} is gone, or its engine is`;
				}

				condition = 'not-running';
			}
		}
	}
}

async function isRunning(container: Container): Promise<boolean> {
	try {
		const {State} = await container.inspect();
		return State.Running;
	} catch {
		return false;
	}
}

/** Removes a container and its volumes, running or not. One that is gone, or about to be, is no error. */
export async function removeContainer(container: Container): Promise<void> {
	try {
		await container.remove({force: true, v: true});
	} catch (error) {
		if (isConflict(error)) {
			await container.wait({condition: 'removed'}).catch(() => {});
		} else if (!isNotFound(error)) {
			throw error;
		}
	}
}
