import {setImmediate} from 'node:timers/promises';
import {Kysely, type IsolationLevel} from 'kysely';
import {parse} from 'devalue';
import {processIdOf, type Client} from '../postgres/client.ts';
import {takenRole} from '../postgres/roles.ts';
import {meterTraffic, type Traffic} from '../postgres/traffic.ts';
import type {Pool} from 'pg';
import type {RegisteredDatabase} from '../seed/register.ts';
import type {TemplateRecord} from '../template/record.ts';
import type {CommitHook} from './commit-hooks.ts';
import {createConnection, type ContextConnection} from './connection.ts';
import {leaked} from './errors.ts';
import type {ExplainedStatement, Explanation} from './explain.ts';
import {Gate} from './gate.ts';
import type {Lane} from './lane.ts';
import {nameOfTest} from './lock-report.ts';
import {HangingNotice, tellTo} from './hanging.ts';
import {LockWatch, type LockWatchOptions} from './lock-watch.ts';
import {createPool, type OpenPool} from './pool/pool.ts';
import {RollbackDialect} from './rollback-driver.ts';
import {noteAdvisoryLocks} from './session-effects.ts';
import {createSavepoint, type ContextSavepoint} from './savepoint.ts';
import {escalation, type TestDescription} from './test-description.ts';
import {nextTestId} from './test-id.ts';
import {TestTransaction} from './transaction.ts';
import type {TransactionEnd} from './transaction-end.ts';
import {noteWritten} from './written-note.ts';

/** How a rollback context begins. */
export interface RollbackOptions {
	/** The isolation level of the test's transaction. Default `'read committed'`. */
	readonly isolationLevel?: IsolationLevel;
	/** Puts every sequence back to where it stands in the template, so that ids are the same in every run. Default false. */
	readonly resetSequences?: boolean;
	/** The role to run as, which the schema has made; null for the harness's own user. Default: the option `role` of the project. */
	readonly role?: string | null;
}

/** A real database for one test, in a transaction that can only be rolled back. */
export interface TestContext {
	/** Typed by the project's registration. Transactions on it nest as savepoints. */
	readonly db: Kysely<RegisteredDatabase>;
	/** Plain SQL on the same transaction. */
	readonly connection: ContextConnection;
	/** For code that brings its own client: a `pg.Pool` on the same transaction, in which BEGIN and COMMIT sent as text nest. */
	readonly pool: Pool;
	/** Unique in a run. */
	readonly testId: string;
	/** Sets a point inside of the test to which it can go back. */
	savepoint(): Promise<ContextSavepoint>;
	/** Runs a callback after the outermost user transaction has committed, never after a rollback; outside of one, at once. */
	onCommit(hook: CommitHook): Promise<void>;
}

/** A context and what its fixture needs besides. */
export interface OpenContext {
	readonly context: TestContext;
	readonly record: TemplateRecord;
	/** How long opening it waited for a template to be built, in ms. */
	readonly waitedMs: number;
	/** Lines for the test's log; its end may add some. */
	readonly notes: readonly string[];
	/** What has gone over the wire for the test so far. */
	traffic(): Traffic;
	/** Gets the plans of statements inside of the test's transaction; only right before `close`. */
	explain(statements: readonly ExplainedStatement[]): Promise<ReadonlyArray<Explanation | undefined>>;
	/** The process ids of the backends that work for it. */
	backends(): readonly number[];
	/** A fresh copy of what a pack's `load` returned. */
	readonly seedResult: (pack: string) => unknown;
	/** Ends the context; returns what has to fail the test, nothing when all is well. */
	close(options: {hasFailed: boolean}): Promise<Error | undefined>;
}

const serializableNote = 'This test is SERIALIZABLE on one connection, which cannot conflict with itself: a serialization failure will not happen here.';

/** Kysely prepares its driver at the first use; after that, a query reaches the driver in the call that sends it, so that a leak can be traced to its line. */
async function createKysely(gate: Gate): Promise<Kysely<RegisteredDatabase>> {
	const db = new Kysely<RegisteredDatabase>({dialect: new RollbackDialect(gate)});
	await db.connection().execute(async () => {});
	return db;
}

/** Opens a rollback context on a lane, for a test that its errors can name. Nothing is sent before the test's first statement. */
export async function openRollbackContext(lane: Lane, options: RollbackOptions, test?: TestDescription): Promise<OpenContext> {
	const {isolationLevel = 'read committed', resetSequences = false, role = lane.standing.role} = options;
	const {database: {record}, client, waitedMs} = await lane.open();
	const inClone = escalation(test && {...test, ...(typeof role === 'string' && {role})});
	const testId = nextTestId();
	const notes = isolationLevel === 'serializable' ? [`${serializableNote} ${inClone}`] : [];
	const transaction = new TestTransaction(client, {
		isolationLevel,
		inClone,
		applicationName: test && nameOfTest(testId, test.title),
		sequences: resetSequences ? record.sequences : [],
		role: typeof role === 'string' ? takenRole(role, record) : undefined,
		securedTables: lane.standing.notice.watched(record),
	});
	const gate = new Gate({transaction, isolationLevel, holder: lane.holder, watch: watchLocks(lane, client, tellTo(notes, new HangingNotice(test?.title))), inClone, observer: test?.observer});
	const db = await createKysely(gate);
	let pool: OpenPool | undefined;
	const context: TestContext = {
		db,
		connection: createConnection(async (text, values) => gate.runAlone(text, values)),
		// Making one costs 0.016 ms, which only those pay who look at it.
		get pool() {
			pool ??= createPool(gate, client);
			return pool.pool;
		},
		testId,
		savepoint: async () => createSavepoint(gate),
		onCommit: async hook => transaction.hooks.add(hook),
	};
	const note = (end: TransactionEnd): void => {
		notes.push(...notesOf(end, {lane, record}), ...lane.tellOnce(transaction.effects.notes(inClone)));
	};

	return {
		context, record, waitedMs, notes,
		traffic: meterTraffic(client),
		explain: async statements => gate.isBusy ? [] : lane.holder.during(async () => transaction.explain(statements)),
		backends: () => [processIdOf(client)],
		seedResult: pack => parse(record.results[pack] ?? '-1'),
		close: async ({hasFailed}) => close({lane, gate, transaction, pool, notes, note}, hasFailed),
	};
}

function notesOf({bypass, advisoryLocks = []}: TransactionEnd, {lane, record}: {lane: Lane; record: TemplateRecord}): string[] {
	return [...bypass ? lane.standing.notice.tell(bypass, record.roles) : [], ...noteAdvisoryLocks(advisoryLocks)];
}

function watchLocks(lane: Lane, client: Client, tell: LockWatchOptions['tell']): LockWatch {
	return new LockWatch({
		processId: processIdOf(client),
		connect: async () => lane.connectBeside(),
		tell,
	});
}

interface Parts {
	readonly lane: Lane;
	readonly gate: Gate;
	readonly transaction: TestTransaction;
	readonly pool: OpenPool | undefined;
	readonly notes: string[];
	readonly note: (end: TransactionEnd) => void;
}

async function close({lane, gate, transaction, pool, notes, note}: Parts, hasFailed: boolean): Promise<Error | undefined> {
	if (gate.isLent) {
		// What a cursor had is given back by promises, which may still be on their way when its last row was read.
		await setImmediate();
	}

	const isBusy = gate.isBusy;
	const told = gate.close();
	const leaks = [...told, ...pool?.leaks(told) ?? []];
	pool?.dispose();
	if (isBusy) {
		await lane.discardConnection({isBusy});
		// What runs may have ended the transaction, and its answer will never be read.
		// Without a keeper there is no next test to be kept from this database; what was left is told all the same.
		await lane.replaceDatabase().catch(() => {});
		return leaked(leaks);
	}

	if (hasFailed) {
		notes.push(...await lane.holder.during(async () => noteWritten(lane, transaction)));
	}

	const end = await lane.holder.during(async () => transaction.end({hasFailed: hasFailed || leaks.length > 0}));
	const {problem, isTainted, isBroken} = end;
	note(end);
	if (isTainted) {
		await lane.replaceDatabase();
	} else if (isBroken) {
		await lane.discardConnection({isBusy: false});
	}

	return problem ?? (leaks.length > 0 ? leaked(leaks) : undefined);
}
