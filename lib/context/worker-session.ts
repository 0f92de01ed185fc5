import process from 'node:process';
import {loadConfig} from '../config/load.ts';
import {isTddMode, modeVariable, sessionVariable} from '../config/mode.ts';
import type {HarnessConfig} from '../config/options.ts';
import {findProject} from '../config/project.ts';
import {Session} from './session.ts';

/**
 * The session of this worker. AVA gives each test file a worker of its own, and modules are all that the fixtures in it share:
 * this is the one place that keeps state for longer than a test.
 */
class WorkerSession {
	#opening: Promise<Session> | undefined;
	#session: Session | undefined;
	#file = 'unknown';
	readonly #declared = new Map<string, {readonly packs: readonly string[]; count: number}>();

	get file(): string {
		return this.#file;
	}

	/** Which test file asks; shown by `dataflow-tdd status`. */
	set file(file: string) {
		this.#file = file;
	}

	/** Announces a test that will want a clone: AVA declares all tests of a file before it runs the first. */
	declareClone(packs: readonly string[]): void {
		const key = JSON.stringify(packs);
		const known = this.#declared.get(key) ?? {packs, count: 0};
		known.count++;
		this.#declared.set(key, known);
	}

	/** Has clones made for the tests that were declared. */
	expectClones(session: Session): void {
		for (const {packs, count} of this.#declared.values()) {
			session.clones.expect(session.combination(packs), count);
		}

		this.#declared.clear();
	}

	/** The session, once it is open: asking for it then costs no promise. */
	get current(): Session | undefined {
		return this.#session;
	}

	/** True once somebody has asked for the session. */
	get isWanted(): boolean {
		return this.#opening !== undefined;
	}

	/** Opens the session at the first call; a failure is given to all who wait, and the next call tries again. */
	async open(): Promise<Session> {
		this.#opening ??= this.#open();
		return this.#opening;
	}

	async close(): Promise<void> {
		const session = await this.#opening?.catch(() => {});
		this.#opening = undefined;
		this.#session = undefined;
		await session?.close();
	}

	async #open(): Promise<Session> {
		try {
			const config = await resolveConfig();
			const session = await Session.open(config, this.#file);
			if (session.keeper.isNew && !isTddMode()) {
				announce(session);
			}

			this.#session = session;
			return session;
		} catch (error) {
			this.#opening = undefined;
			throw error;
		}
	}
}

/** `withTdd` has resolved the configuration once for all workers. */
async function resolveConfig(): Promise<HarnessConfig> {
	const given = process.env[sessionVariable];
	process.env[modeVariable] ??= 'on';
	return given === undefined ? loadConfig(findProject()) : JSON.parse(given) as HarnessConfig;
}

function announce({keeper: {info}}: Session): void {
	process.stderr.write(`dataflow-tdd: tests run on ${info.description}: ${info.reason}\n`);
}

export const workerSession: WorkerSession = new WorkerSession();
