import type {TestContext} from './context/rollback-context.ts';
import type {Enhancement} from './fixtures/enhanced.ts';
import type {MemoryOptions, MemoryTools} from './fixtures/memory-optimized.ts';
import type {FallbackOptions, PerformanceFallback, PerformanceTracking} from './fixtures/performance-budget.ts';
import type {MonitoringOptions, PerformanceMonitoring} from './fixtures/performance-monitored.ts';
import type {DataflowContext, PackName, RollbackTestOptions, SeededContext} from './fixtures/rollback.ts';
import {fixtures, type Fixture, type MeasuredFixture, type ParallelSafeFixture} from './fixtures/node-test/fixtures.ts';

/** A rollback context: `{db, connection, pool, savepoint, onCommit, testId}` in a transaction that can only be rolled back. */
export const tddTestContext: Fixture<TestContext, RollbackTestOptions> = fixtures.tddTestContext;

/** A rollback context with models: `df.users.create({...})`, `find`, `list`, `update`, `delete`, `count`. */
export const tddDataflow: Fixture<DataflowContext, RollbackTestOptions> = fixtures.tddDataflow;

/** A rollback context on a database that already holds the rows of seed packs: `tddSeededData('shop')(async (t, {data}) => {...})`. */
export function tddSeededData<const Packs extends readonly PackName[]>(...packs: Packs): Fixture<SeededContext<Packs[number]>, RollbackTestOptions> {
	return fixtures.tddSeededData(...packs);
}

/**
 * A clone context: a database that only this test has, with real commits and as many connections as it wants:
 * `{db, pool, connection, models, data, connect, barrier, isolationId, url, testId}`.
 */
export const tddParallelSafe: ParallelSafeFixture = fixtures.tddParallelSafe;

/** A rollback context with `{monitor, metricsCollector, alertHandler}`: what a test and its named stretches cost, while it runs. */
export const performanceMonitoredTest: MeasuredFixture<PerformanceMonitoring, MonitoringOptions> = fixtures.performanceMonitoredTest;

/** A rollback context with `{optimizer, tracker, cleanup}`: a test that leaves more than 10 MB in memory fails, and names the suspects. */
export const memoryOptimizedTest: MeasuredFixture<MemoryTools, MemoryOptions> = fixtures.memoryOptimizedTest;

/** A rollback context with `{tracker}`: elapsed time, budget, checkpoints. */
export const tddPerformanceTracker: MeasuredFixture<PerformanceTracking, object> = fixtures.tddPerformanceTracker;

/**
 * A rollback context with `{tracker, fallback}` for tests that must not fail for their performance: also where `maxQueries` or
 * `repeatedStatements: 'fail'` would fail it, the test is only told. `.with({strict: true})` fails it for these and for its time.
 */
export const performanceFallback: MeasuredFixture<PerformanceFallback, FallbackOptions> = fixtures.performanceFallback;

/** A rollback context with a preheated pool, statistics of pool and schema cache, metrics and memory: each a measured value. */
export const enhancedTddContext: MeasuredFixture<Enhancement, object> = fixtures.enhancedTddContext;

export {bothApproaches, type Approaches, type Assertions} from './fixtures/node-test/both-approaches.ts';
export type {Body, Fixture, Implementation, MeasuredFixture, ParallelSafeFixture} from './fixtures/node-test/fixtures.ts';
export type {NodeTestFunction} from './fixtures/node-test/node-test.ts';
export type {CloneTestOptions} from './fixtures/parallel-safe.ts';
export type {Enhancement} from './fixtures/enhanced.ts';
export type {MeasuredContext, MeasuredOptions} from './fixtures/measured.ts';
export type {MemoryOptions, MemoryTools} from './fixtures/memory-optimized.ts';
export type {FallbackOptions, PerformanceFallback, PerformanceTracking} from './fixtures/performance-budget.ts';
export type {MonitoringOptions, PerformanceMonitoring} from './fixtures/performance-monitored.ts';
export type {DataflowContext, RollbackTestOptions, SeededContext} from './fixtures/rollback.ts';
export type {Alert, Threshold} from './monitor/live/alert-handler.ts';
export type {CloneContext, CloneOptions} from './context/clone/clone-context.ts';
export type {RollbackOptions, TestContext} from './context/rollback-context.ts';
export {expectQueries, type QueryBounds} from './context/expect-queries.ts';
export type {TestLimits} from './monitor/limits.ts';
export {figuresOf, measureComprehensivePerformance, measureTddPerformance, type ComprehensivePerformance, type MeasureOptions, type TddPerformance} from './managers/performance.ts';
export {checkTddHealth, type HealthCheck, type HealthOptions, type TddHealth} from './managers/health.ts';
// Registered types are merged into the module they name, and only if that is part of the program: whoever imports this door alone has it so, too.
export type {Register} from './index.ts';
