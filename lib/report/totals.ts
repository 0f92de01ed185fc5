import type {SchemaStatistics} from '../context/cache-statistics.ts';
import type {CapturedPlan, FileRecord, RepeatedStatement, RunRecord, TestPhases, TestRecord} from '../monitor/records.ts';
import {TestSources, type TestSource} from './test-source.ts';

/** A test and the file that it is in. */
export interface TestInFile {
	readonly test: TestRecord;
	readonly record: FileRecord;
}

/** Where the tests' own time went, in ms, summed over tests; they ran beside one another, so it may be more than a run took. */
export type TimeSplit = Omit<TestPhases, 'leaseMs' | 'queueMs'>;

/** What some tests come to. */
export interface TestTotals {
	readonly tests: number;
	readonly passed: number;
	readonly failed: number;
	/** Failed, as `test.failing` says they will. */
	readonly expected: number;
	/** Set-up, body, teardowns and end. */
	readonly durationMs: number;
	readonly split: TimeSplit;
	/** Of `durationMs`, from 0 to 1, while statements of tests were under way; 0 when there were no tests. */
	readonly databaseShare: number;
	/** The longest that one of them waited for its place behind the others of its file. Waits overlap, so their sum says nothing. */
	readonly longestQueueMs: number;
	readonly statements: number;
	readonly rows: number;
	readonly bytes: number;
	readonly retries: number;
}

/** All tests of a run, in the order in which they began. */
export function testsOf({files, projectDir}: Pick<RunRecord, 'files' | 'projectDir'>): TestInFile[] {
	const sources = new TestSources(projectDir);
	return files.flatMap(record => record.tests.map(test => ({test: judged(test, sources.find.bind(sources, record.file)), record})))
		.toSorted((one, other) => one.test.startedAt - other.test.startedAt);
}

/** Where a run failed, nothing but the source tells a `test.failing` from those that failed the run. */
function judged(test: TestRecord, find: (title: string) => TestSource | undefined): TestRecord {
	return test.outcome === 'failed' && find(test.title)?.isFailing ? {...test, outcome: 'expected'} : test;
}

/** Adds tests up: those of a run, of a file, of a fixture. */
export function totalsOf(tests: readonly TestInFile[]): TestTotals {
	const sum = (pick: (test: TestRecord) => number): number => tests.reduce((total, {test}) => total + pick(test), 0);
	const count = (outcome: TestRecord['outcome']): number => tests.filter(({test}) => test.outcome === outcome).length;
	const durationMs = sum(test => test.durationMs);
	const databaseMs = sum(({phases}) => phases.databaseMs);
	return {
		tests: tests.length, passed: count('passed'), failed: count('failed'), expected: count('expected'), durationMs,
		split: {
			setupMs: sum(({phases}) => phases.setupMs), bodyMs: sum(({phases}) => phases.bodyMs), databaseMs,
			teardownMs: sum(({phases}) => phases.teardownMs), endMs: sum(({phases}) => phases.endMs),
		},
		databaseShare: durationMs === 0 ? 0 : databaseMs / durationMs,
		longestQueueMs: tests.reduce((longest, {test}) => Math.max(longest, test.phases.queueMs), 0),
		statements: sum(test => test.statementCount), rows: sum(test => test.rowCount),
		bytes: sum(test => test.bytesSent + test.bytesReceived), retries: sum(test => test.retries),
	};
}

/** The totals of each test file, the one that took longest first. */
export function totalsByFile(tests: readonly TestInFile[]): Map<string, TestTotals> {
	return totalsBy(tests, ({record}) => record.file);
}

/** The totals of each fixture, the one that took longest first. */
export function totalsByFixture(tests: readonly TestInFile[]): Map<string, TestTotals> {
	return totalsBy(tests, ({test}) => test.fixture);
}

function totalsBy(tests: readonly TestInFile[], key: (test: TestInFile) => string): Map<string, TestTotals> {
	const groups = [...Map.groupBy(tests, key)].map(([name, members]) => [name, totalsOf(members)] as const);
	return new Map(groups.toSorted(([, one], [, other]) => other.durationMs - one.durationMs));
}

/** The tests that took longest, of those of which that is known. */
export function slowestTests(tests: readonly TestInFile[], count: number): TestInFile[] {
	return tests.filter(({test}) => test.durationMs > 0).toSorted((one, other) => other.test.durationMs - one.test.durationMs).slice(0, count);
}

/** The tests that took longer than their budget, the one that is furthest over first. */
export function testsOverBudget(tests: readonly TestInFile[]): TestInFile[] {
	const excess = ({test}: TestInFile): number => test.durationMs / Math.max(test.budgetMs, 0.001);
	return tests.filter(({test}) => test.durationMs > test.budgetMs).toSorted((one, other) => excess(other) - excess(one));
}

/** The tests that went over a threshold of their own, the one that did so most often first. */
export function testsOverThreshold(tests: readonly TestInFile[]): TestInFile[] {
	const count = ({test}: TestInFile): number => test.warnings.filter(({kind}) => kind === 'threshold').length;
	return tests.filter(one => count(one) > 0).toSorted((one, other) => count(other) - count(one));
}

/** A statement that a test sent again and again from one place. */
export interface RepeatedInTest extends TestInFile {
	readonly repeated: RepeatedStatement;
	readonly text: string;
}

/** What looks like N+1, the most frequent first. */
export function repeatedStatements(tests: readonly TestInFile[]): RepeatedInTest[] {
	return tests.flatMap(one => one.test.repeated.map(repeated => ({...one, repeated, text: textOf(one.record, repeated.statement)})))
		.toSorted((one, other) => other.repeated.count - one.repeated.count);
}

/** A slow statement of a test, and its plan. */
export interface PlanInTest extends TestInFile {
	readonly plan: CapturedPlan;
	readonly text: string;
}

/** The statements that were slow enough to be explained, the slowest first. */
export function slowStatements(tests: readonly TestInFile[]): PlanInTest[] {
	return tests.flatMap(one => one.test.plans.map(plan => ({...one, plan, text: textOf(one.record, plan.statement)})))
		.toSorted((one, other) => other.plan.tookMs - one.plan.tookMs);
}

function textOf({statements}: FileRecord, index: number): string {
	return statements[index]?.text ?? '';
}

/** What workers waited for their leases. */
export interface LeaseTotals {
	readonly count: number;
	readonly longestMs: number;
}

/** Adds up the leases of a run: one for each file that asked for one. */
export function leaseTotals(files: readonly FileRecord[]): LeaseTotals {
	return {count: files.length, longestMs: files.reduce((longest, {leaseWaitMs}) => Math.max(longest, leaseWaitMs), 0)};
}

/** What the schema cache did for a run. */
export interface CacheTotals {
	/** How often a database was there, or could be cloned from a template that was. */
	readonly hits: number;
	/** How often its template had to be built. */
	readonly misses: number;
	/** From 0 to 1; 0 when nothing was asked for. */
	readonly hitRate: number;
	/** Over the workers: each hit, times what building that template took when it was built. */
	readonly savedMs: number;
	/** By schema, or combination of packs. */
	readonly bySchema: ReadonlyMap<string, SchemaStatistics>;
}

/** Adds up what the cache did for the workers of a run. */
export function cacheTotals(files: readonly FileRecord[]): CacheTotals {
	const bySchema = new Map<string, SchemaStatistics>();
	for (const [name, one] of files.flatMap(({cache}) => Object.entries(cache.bySchema))) {
		const before = bySchema.get(name);
		bySchema.set(name, before ? {...one, hits: before.hits + one.hits, misses: before.misses + one.misses, milliseconds: before.milliseconds + one.milliseconds} : one);
	}

	const sum = (pick: (one: SchemaStatistics) => number): number => [...bySchema.values()].reduce((total, one) => total + pick(one), 0);
	const [hits, misses] = [sum(one => one.hits), sum(one => one.misses)];
	// By worker, because a template that was built anew in between took another time.
	const savedMs = files.reduce((total, {cache}) => total + cache.savedMilliseconds, 0);
	return {hits, misses, hitRate: hits + misses === 0 ? 0 : hits / (hits + misses), savedMs, bySchema};
}
