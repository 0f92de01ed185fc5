import {mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {cacheSubfolder} from '../config/folders.ts';
import {privateName} from '../config/names.ts';
import {partName} from '../config/parts.ts';
import type {Client} from '../postgres/client.ts';
import {cloneDatabase, dropDatabase, type CloneStrategy} from '../postgres/databases.ts';
import {hashText} from '../template/file-hashes.ts';

const rounds = 3;

/** What measuring the ways to clone has shown for one kind of server on this machine. */
export interface StrategyRecord {
	/** The fastest one. */
	readonly strategy: CloneStrategy;
	/** The median of each, in ms; what the server or its file system refused is not among them. */
	readonly medianMs: Readonly<Partial<Record<CloneStrategy, number>>>;
	readonly measuredAt: string;
}

/** Where and what to measure. */
export interface MeasureRequest {
	/** A connection to a quiet server. */
	readonly admin: Client;
	/** Its major version. */
	readonly version: number;
	/** The template that is cloned. */
	readonly template: string;
	/** Where the clones go. Default: where the template lies. */
	readonly tablespace?: string | undefined;
	readonly databaseOwner: string;
	/** As in {@link ClonerOptions}. */
	readonly secret?: string | undefined;
	/** Asked before each clone: measuring stops when somebody waits. Default: nobody does. */
	readonly isIdle?: () => boolean;
}

function median(samples: readonly number[]): number {
	return samples.toSorted((a, b) => a - b)[Math.floor(samples.length / 2)]!;
}

/** Finds out once how a kind of server clones fastest on this machine, and remembers it. */
export class CloneStrategies {
	readonly #file: string;
	#isMeasuring = false;

	/** @param identity of the server: an image's digest, a binary's version */
	constructor(identity: string) {
		this.#file = path.join(cacheSubfolder('strategies'), `${hashText(identity).slice(0, 16)}.json`);
	}

	/** True if nobody has measured yet, nor does so now: another server on the same machine would disturb. */
	get isWanting(): boolean {
		return !this.#isMeasuring && this.recall() === undefined;
	}

	/** What was measured; nothing before. */
	recall(): StrategyRecord | undefined {
		try {
			return JSON.parse(readFileSync(this.#file, 'utf8')) as StrategyRecord;
		} catch {
			return undefined;
		}
	}

	/**
	 * Clones a template in each way by turns, so that what else the machine does meets all of them, and drops the clones. Where even
	 * the ordinary way fails, nothing is learned, and nothing remembered.
	 * @returns nothing when somebody came in between
	 */
	async measure(request: MeasureRequest): Promise<StrategyRecord | undefined> {
		this.#isMeasuring = true;
		try {
			return await this.#measure(request);
		} finally {
			this.#isMeasuring = false;
		}
	}

	async #measure(request: MeasureRequest): Promise<StrategyRecord | undefined> {
		const candidates: CloneStrategy[] = ['file_copy', 'wal_log', ...(request.version >= 18 ? ['file_clone' as const] : [])];
		const samples = new Map<CloneStrategy, number[]>(candidates.map(strategy => [strategy, []]));
		for (let round = 0; round < rounds; round++) {
			for (const [strategy, times] of samples) {
				if (request.isIdle?.() === false) {
					return undefined;
				}

				const tookMs = await timeClone(request, strategy).catch(unlessOrdinary(strategy));
				if (tookMs === undefined) {
					samples.delete(strategy);
				} else {
					times.push(tookMs);
				}
			}
		}

		const medians = [...samples].map(([strategy, times]) => [strategy, median(times)] as const);
		const [strategy] = medians.toSorted(([, a], [, b]) => a - b)[0]!;
		const record = {strategy, medianMs: Object.fromEntries(medians), measuredAt: new Date().toISOString()};
		this.#write(record);
		return record;
	}

	/** Forgets what was measured, so that it is measured anew. */
	forget(): void {
		rmSync(this.#file, {force: true});
	}

	#write(record: StrategyRecord): void {
		const part = partName(this.#file);
		mkdirSync(path.dirname(this.#file), {recursive: true});
		writeFileSync(part, JSON.stringify(record));
		renameSync(part, this.#file);
	}
}

/** The way that works everywhere must work; the others may be refused by the server or its file system. */
function unlessOrdinary(strategy: CloneStrategy): (error: unknown) => undefined {
	return error => {
		if (strategy === 'file_copy') {
			throw error;
		}
	};
}

async function timeClone({admin, template, databaseOwner, secret, tablespace}: MeasureRequest, strategy: CloneStrategy): Promise<number> {
	const name = privateName('c', databaseOwner, secret);
	const startedAt = performance.now();
	const clone = await cloneDatabase(admin, {template, name, strategy, tablespace});
	const tookMs = performance.now() - startedAt;
	await dropDatabase(admin, clone);
	return tookMs;
}
