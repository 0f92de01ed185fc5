export {
	enhancedTddContext, memoryOptimizedTest, performanceFallback, performanceMonitoredTest, tddDataflow, tddParallelSafe, tddPerformanceTracker, tddSeededData, tddTestContext,
	type MeasuredFixture, type ParallelSafeFixture,
} from './fixtures/ava/fixtures.ts';
export {bothApproaches, type Approaches, type Assertions} from './fixtures/ava/both-approaches.ts';
export type {Body, Fixture} from './fixtures/ava/fixture.ts';
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
