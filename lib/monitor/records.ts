import type {CacheReport} from '../context/cache-statistics.ts';
import type {KeeperEvent} from '../keeper/timeline.ts';
import type {ProcessorTime} from './processor-times.ts';

/** Changes when a field changes its meaning or goes away. */
export const recordFormat = 1;

/** Where the time of one test went, in ms. They follow one another; `databaseMs` lies inside of `bodyMs`. */
export interface TestPhases {
	/**
	 * Waiting for the worker's lease, server and template included: only the tests that began before it was there wait. Also waiting for the
	 * template of seed packs that no test has asked for before, which is built when the test has its place.
	 */
	readonly leaseMs: number;
	/** Waiting for a place on the server while other tests of the file have it. */
	readonly queueMs: number;
	/** Opening the context: a database, a connection. */
	readonly setupMs: number;
	/** The test's body. */
	readonly bodyMs: number;
	/** Of the body, while at least one statement was under way. */
	readonly databaseMs: number;
	/** The user's own teardowns. */
	readonly teardownMs: number;
	/** Checking, rolling back, resetting. */
	readonly endMs: number;
}

/** What a test's thread and its backends had of the processors. */
export interface TestProcessor {
	/** While the context was opened and ended. */
	readonly context: ProcessorTime;
	/** In the body and the user's teardowns. */
	readonly body: ProcessorTime;
}

/** What a test did with one statement. The harness's own statements never count. */
export interface StatementUse {
	/** Which one: an index into {@link FileRecord.statements}. */
	readonly statement: number;
	readonly count: number;
	/** From sending to the answer, summed, in ms. */
	readonly totalMs: number;
	/** The slowest single one, in ms. */
	readonly maxMs: number;
	/** Rows returned or changed, summed. */
	readonly rows: number;
	/** How many of them failed. */
	readonly errors: number;
}

/** The text of a statement, once for each file that sent it. */
export interface StatementText {
	/** As it was compiled by Kysely, or as the user wrote it. */
	readonly text: string;
	/** The tables in Kysely's tree; undefined for SQL that Kysely did not build, whose tables a parser has to find. */
	readonly tables?: readonly string[];
}

/** The same statement sent from the same place, again and again. */
export interface RepeatedStatement {
	readonly statement: number;
	/** How often; calls in a transaction that has failed in a way after which it is tried again do not count. */
	readonly count: number;
	/** True if it may have been more often: of a text that several places send, only the first twenty calls are known by their place. */
	readonly isAtLeast?: boolean;
	/** The user's frames, the nearest first, one a line, as V8 prints them. */
	readonly stack: string;
}

/** The plan of a statement that was slow. */
export interface CapturedPlan {
	readonly statement: number;
	/** What it took when the test ran it, in ms. */
	readonly tookMs: number;
	/** PostgreSQL's EXPLAIN in FORMAT JSON: its one element. */
	readonly plan: unknown;
	/** False for a statement that could not be run once more: then the plan has estimates only. */
	readonly isAnalyzed: boolean;
	/** Blocks that executing it touched, hit or read; undefined without ANALYZE. */
	readonly buffers?: number;
}

/** A named stretch of a test, as `metricsCollector.measure` took it. */
export interface Measure {
	/** The name of the stretch. */
	readonly name: string;
	/** From the start of the body, in ms. */
	readonly startMs: number;
	/** How long it took, in ms. */
	readonly durationMs: number;
	/** How many statements it sent. */
	readonly statements: number;
	/** The name of the measure that it was nested in. */
	readonly parent?: string;
}

/** Something that a budget says about a test; it does not fail the test unless that is asked for. */
export interface TestWarning {
	/**
	 * `budget`: it took longer than it may, whatever its fixture makes of that. `threshold`: it, or a named measure, went over a threshold
	 * of its own. `fallback`: something else was done in the place of what was preferred, or a limit was forgiven that fails other tests.
	 */
	readonly kind: 'budget' | 'threshold' | 'queries' | 'repeated' | 'slow' | 'memory' | 'fallback';
	readonly message: string;
}

/** The memory of a worker around one test, in bytes. */
export interface TestMemory {
	readonly heapBefore: number;
	/** The highest that was seen: at each answer of the database, and at both ends. */
	readonly heapPeak: number;
	readonly heapAfter: number;
	/** Off the heap: buffers. At the end. */
	readonly externalAfter: number;
}

/** One test. */
export interface TestRecord {
	readonly title: string;
	/** The fixture's name, such as `tddTestContext`. */
	readonly fixture: string;
	readonly mode: 'rollback' | 'clone';
	readonly isolationLevel: string;
	readonly seeds: readonly string[];
	readonly role?: string;
	/**
	 * As AVA saw it when the test's last teardown ran; `expected` for what failed in a run that was a success, because AVA tells
	 * fixtures nothing of `test.failing`.
	 */
	readonly outcome: 'passed' | 'failed' | 'expected';
	/**
	 * The first line of what failed it, where the fixture saw it, with the first two of a list that it announces; of an assertion of AVA, which keeps
	 * its message to itself, the user's line: `tests/orders.test.ts:12: t.is(order.total, 40)`.
	 */
	readonly error?: string;
	/** When the fixture was called, in ms since the epoch. */
	readonly startedAt: number;
	/** Set-up, body, teardowns and end: what budgets are about. Waits for a lease or a place are not in it. */
	readonly durationMs: number;
	readonly phases: TestPhases;
	/** Recorded while a suite is measured to be compared, on Linux. */
	readonly processor?: TestProcessor;
	readonly statements: readonly StatementUse[];
	/** Of all statements. */
	readonly statementCount: number;
	readonly rowCount: number;
	/** On the wire, both the test's and the harness's, in bytes. */
	readonly bytesSent: number;
	readonly bytesReceived: number;
	/** Transactions that failed for a serialization failure or a deadlock, in a statement or at their COMMIT. */
	readonly retries: number;
	readonly memory: TestMemory;
	readonly budgetMs: number;
	readonly maxQueries?: number;
	readonly repeated: readonly RepeatedStatement[];
	readonly plans: readonly CapturedPlan[];
	readonly measures: readonly Measure[];
	readonly warnings: readonly TestWarning[];
}

/** A test that has begun, and of which no more is known. */
export interface BegunTest extends Pick<TestRecord, 'title' | 'fixture' | 'mode' | 'isolationLevel' | 'seeds' | 'role' | 'startedAt' | 'budgetMs'> {}

/** What a worker did for one test file. */
export interface FileRecord {
	readonly format: typeof recordFormat;
	/** Relative to the project. */
	readonly file: string;
	/** True for what a worker wrote on its way and never finished: it was ended before its file was done. */
	readonly isUnfinished?: boolean;
	/** Of what was never finished, the tests that were under way when it was written. Once a run is over, its reader counts them as failed. */
	readonly underWay?: readonly BegunTest[];
	readonly pid: number;
	/** 0 in a process of its own. */
	readonly threadId: number;
	/** When the session was asked for, in ms since the epoch. */
	readonly startedAt: number;
	readonly endedAt: number;
	/** Which of the keeper's servers it leased, from 0. */
	readonly slot: number;
	/** Of PostgreSQL, the major version. */
	readonly serverVersion: number;
	/** What the worker waited for its lease, in ms. */
	readonly leaseWaitMs: number;
	readonly cache: CacheReport;
	/** The highest resident memory of the worker's process up to its end, in bytes. */
	readonly peakRssBytes: number;
	readonly tests: readonly TestRecord[];
	readonly statements: readonly StatementText[];
}

/** One run of a test runner. */
export interface RunRecord {
	readonly format: typeof recordFormat;
	/** Sorts by time: `20261123T124500.123-4711`. */
	readonly id: string;
	readonly projectDir: string;
	readonly startedAt: number;
	readonly endedAt: number;
	/** On what tests ran, such as `embedded PostgreSQL 18.4 (npm)`, and why. */
	readonly server: string;
	readonly reason: string;
	readonly workers: number;
	readonly machine: MachineClass;
	/** The exit code of the runner; undefined if it did not live to tell. */
	readonly exitCode?: number;
	readonly files: readonly FileRecord[];
	readonly timeline: readonly KeeperEvent[];
}

/** What has to be alike for times to be compared. */
export interface MachineClass {
	readonly platform: string;
	readonly arch: string;
	readonly cpu: string;
	readonly cores: number;
	/** Rounded to whole GiB. */
	readonly memoryGb: number;
	/** Major version. */
	readonly node: string;
	/** Kind and major version of the server, such as `embedded 18`. */
	readonly server: string;
	readonly isCi: boolean;
}
