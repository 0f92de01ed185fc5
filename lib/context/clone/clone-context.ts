import {parse} from 'devalue';
import {Kysely} from 'kysely';
import type pg from 'pg';
import Cursor from 'pg-cursor';
import {roleOptions} from '../../postgres/roles.ts';
import {add, type Traffic} from '../../postgres/traffic.ts';
import type {RegisteredDatabase, RegisteredSeeds} from '../../seed/register.ts';
import type {Combination} from '../../template/combination.ts';
import type {TemplateRecord} from '../../template/record.ts';
import {databaseUrl} from '../../template/session.ts';
import type {CommitHook} from '../commit-hooks.ts';
import {createConnection, type ContextConnection} from '../connection.ts';
import {explainApart, type ExplainedStatement, type Explanation} from '../explain.ts';
import {nameOfTest} from '../lock-report.ts';
import {HangingNotice, tellTo} from '../hanging.ts';
import type {StatementObserver} from '../observer.ts';
import {createModels, type Models} from '../models.ts';
import {nextTestId} from '../test-id.ts';
import {Barriers, type Barrier} from './barrier.ts';
import {endClone} from './clone-end.ts';
import {ClonePool, type ClonePoolOptions} from './clone-pool.ts';
import type {CloneSupply} from './clone-supply.ts';
import {CloneHooks, HookedDialect} from './hooked-dialect.ts';

type PackName = keyof RegisteredSeeds & string;

/** What a test on a clone wants. */
export interface CloneOptions<Packs extends readonly PackName[] = readonly PackName[]> {
	/** Seed packs whose rows the clone holds. Default none. */
	readonly seeds?: Packs;
	/** The role to connect as, which the schema has made; null for the harness's own user. Default: the option `role` of the project. */
	readonly role?: string | null;
}

/** A database that only one test has: real commits, as many connections as it wants. */
export interface CloneContext<Pack extends PackName = never> {
	/** Typed by the project's registration, on a pool of up to ten connections. */
	readonly db: Kysely<RegisteredDatabase>;
	/** The pool below `db`, for code that takes one of `pg`. */
	readonly pool: pg.Pool;
	/** Plain SQL, each statement on whichever connection is free. */
	readonly connection: ContextConnection;
	/** A model for each table. */
	readonly models: Models<RegisteredDatabase>;
	/** What each pack's `load` returned: a fresh copy, by pack name. */
	readonly data: {readonly [Name in Pack]: RegisteredSeeds[Name]};
	/**
	 * Runs a callback after the transaction of Kysely has committed in which it was registered, never after a rollback; outside of
	 * one, at once. Transactions that are begun as text, on `pool` or the URL, are not known to it.
	 */
	onCommit(hook: CommitHook): Promise<void>;
	/** Opens a Kysely on one further connection, which is closed with the test. */
	connect(): Promise<Kysely<RegisteredDatabase>>;
	/** Makes a barrier: `const meet = barrier(2)`, then `await meet()` returns when both have arrived. */
	barrier(size: number): Barrier;
	/** The clone's name, which no other database on this machine has. */
	readonly isolationId: string;
	/** For the application under test, a worker, another language. It holds the server's password. */
	readonly url: string;
	/** Unique in a run. */
	readonly testId: string;
}

/** A clone context, and what its fixture needs besides. */
export interface OpenClone {
	readonly context: CloneContext<PackName>;
	/** How long opening it waited for a template to be built, in ms. */
	readonly waitedMs: number;
	/** Lines for the test's log; its end may add some. */
	readonly notes: readonly string[];
	/** What has gone over the wire for the test so far. */
	traffic(): Traffic;
	/** Gets the plans of statements in a transaction of their own, which is rolled back; only right before `close`. */
	explain(statements: readonly ExplainedStatement[]): Promise<ReadonlyArray<Explanation | undefined>>;
	/** The process ids of the backends that work for it. */
	backends(): readonly number[];
	/** Ends the context; returns what has to fail the test, nothing when all is well. */
	close(end: {hasFailed: boolean}): Promise<Error | undefined>;
}

/** Kysely prepares its driver at the first use; after that, a leak can be traced to its line, and `destroy` closes the pool. */
async function createKysely(pool: ClonePool, hooks: CloneHooks): Promise<Kysely<RegisteredDatabase>> {
	const db = new Kysely<RegisteredDatabase>({dialect: new HookedDialect({pool, cursor: Cursor}, hooks)});
	await db.connection().execute(async () => {});
	return db;
}

interface ConnectionsOptions extends Pick<ClonePoolOptions, 'address' | 'database' | 'role' | 'applicationName'> {
	readonly tell: (text: string, isHanging: boolean) => void;
	readonly observer: StatementObserver | undefined;
}

/** The connections of a test: its pool, and further ones that are pools of one. */
class Connections {
	readonly pools: ClonePool[];
	readonly hooks = new CloneHooks();
	readonly #options: ConnectionsOptions;

	constructor(first: ClonePool, options: ConnectionsOptions) {
		this.pools = [first];
		this.#options = options;
		first.tell = options.tell;
		first.observer = options.observer;
		first.rename(options.applicationName);
	}

	stopObserving(): void {
		for (const pool of this.pools) {
			pool.stopObserving();
		}
	}

	/** What went over the wire for the test, on all of them. */
	get traffic(): Traffic {
		const sum = {bytesSent: 0, bytesReceived: 0};
		for (const {traffic} of this.pools) {
			add(sum, traffic);
		}

		return sum;
	}

	/** The process ids of all their backends. */
	get backends(): readonly number[] {
		return this.pools.flatMap(({backends}) => backends);
	}

	async open(): Promise<Kysely<RegisteredDatabase>> {
		const pool = new ClonePool({...this.#options, max: 1});
		pool.tell = this.#options.tell;
		pool.observer = this.#options.observer;
		this.pools.push(pool);
		return createKysely(pool, this.hooks);
	}
}

function readData(packs: readonly string[], {results}: TemplateRecord): any {
	return Object.fromEntries(packs.map(pack => [pack, parse(results[pack] ?? '-1')]));
}

/** How a context on a clone begins. */
export interface CloneRequest extends Pick<CloneOptions, 'role'> {
	/** The test's, which its connections bear. */
	readonly title?: string;
	/** Who is told of the test's statements. */
	readonly observer?: StatementObserver | undefined;
}

/** Opens a context on a clone that nobody has had. */
export async function openCloneContext(supply: CloneSupply, combination: Combination, {role: asked, title = '', observer}: CloneRequest = {}): Promise<OpenClone> {
	const {holder} = supply.options;
	const {database: {name, record}, address, pool, waitedMs} = await supply.take(combination, asked);
	const {role} = pool;
	const notes: string[] = [];
	const testId = nextTestId();
	const hanging = new HangingNotice(title === '' ? undefined : title);
	const connections = new Connections(pool, {
		address, role, database: name, applicationName: nameOfTest(testId, title), tell: tellTo(notes, hanging), observer,
	});
	const barriers = new Barriers(holder, hanging);
	const db = await createKysely(pool, connections.hooks);
	const context: CloneContext<PackName> = {
		db, pool,
		connection: createConnection(async (text, values) => pool.query(text, values as unknown[])),
		models: createModels<RegisteredDatabase>({db, tables: record.tables}),
		data: readData(combination.packs, record),
		onCommit: async hook => connections.hooks.add(hook),
		connect: async () => connections.open(),
		barrier: size => barriers.create(size),
		isolationId: name,
		url: databaseUrl(address, name, role && roleOptions(role)),
		testId,
	};
	supply.options.roles?.enter(address);
	return {
		context, waitedMs, notes,
		traffic: () => connections.traffic,
		async explain(statements) {
			connections.stopObserving();
			const [idle] = connections.pools.flatMap(pool => pool.idle);
			return idle ? holder.during(async () => explainApart(idle as never, statements)) : [];
		},
		backends: () => connections.backends,
		async close({hasFailed}) {
			connections.stopObserving();
			return holder.during(async () => endClone({supply, name, address, record, pools: connections.pools, barriers, notes, hasFailed}));
		},
	};
}
