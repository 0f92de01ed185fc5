import {ServerError} from '../errors.ts';
import type {Wishes} from './wishes.ts';
import type {ServerDatabases} from './databases.ts';
import type {KeptDatabases} from './kept-databases.ts';
import type {Leases} from './leases.ts';
import type {CloneRequest, KeepRequest, KeptDatabase, LaneDatabase, LaneRequest} from './protocol.ts';

/** What requests of workers are answered with. */
export interface LeaseRequestsOptions {
	readonly leases: Leases;
	readonly wishes: Wishes;
	readonly kept: KeptDatabases;
	readonly lingerMs: number;
}

/** Answers what a worker asks of the server that it has leased. */
export class LeaseRequests {
	readonly #options: LeaseRequestsOptions;
	/** How many clones were handed out so far, and how many lanes had to be made. */
	clones = 0;

	constructor(options: LeaseRequestsOptions) {
		this.#options = options;
	}

	async lane({lease, combination, lane}: LaneRequest): Promise<LaneDatabase> {
		const database = await this.#timed(combination, async () => this.databases(lease).lane(combination, lane));
		this.clones += database.source === 'ready' ? 0 : 1;
		return database;
	}

	async clone({lease, combination, expected}: CloneRequest): Promise<LaneDatabase> {
		this.clones++;
		return this.#timed(combination, async () => this.databases(lease).clone(combination, expected));
	}

	async expectClones({lease, combination, expected}: CloneRequest): Promise<void> {
		await this.databases(lease).expectClones(combination, expected);
	}

	/** Keeps a clone, and writes down how it is reached. */
	async keep(lease: number, {database, backends}: KeepRequest): Promise<KeptDatabase> {
		const {leases, kept, lingerMs} = this.#options;
		const slot = leases.slot(lease);
		await this.databases(lease).keep(database, backends);
		return {service: kept.add(database, slot.address!), serviceFile: kept.file, lingerMs};
	}

	/** @throws {ERR_SERVER_LOST} when the server has ended */
	databases(lease: number): ServerDatabases {
		return this.#options.leases.slot(lease).databases ?? lostServer();
	}

	async #timed(combination: LaneRequest['combination'], hand: () => Promise<Omit<LaneDatabase, 'handoutMs'>>): Promise<LaneDatabase> {
		const startedAt = performance.now();
		const handout = await hand();
		// Only now: what cannot be built is not worth a place in the next snapshot.
		this.#options.wishes.add(combination);
		return {...handout, handoutMs: performance.now() - startedAt};
	}
}

function lostServer(): never {
	throw new ServerError('ERR_SERVER_LOST', {
		what: 'The server of this test file has ended.',
		why: 'It was killed, or ran out of memory or disk.',
		fix: 'Run again; `dataflow-tdd status` names the log that says more.',
	});
}
