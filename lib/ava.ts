export {tddDataflow, tddSeededData, tddTestContext, type DataflowContext, type RollbackTestOptions, type SeededContext} from './fixtures/rollback.ts';
export {tddParallelSafe, type CloneTestOptions, type ParallelSafeFixture} from './fixtures/parallel-safe.ts';
export {performanceMonitoredTest, type MonitoringOptions, type PerformanceMonitoring} from './fixtures/performance-monitored.ts';
export {memoryOptimizedTest, type MemoryOptions, type MemoryTools} from './fixtures/memory-optimized.ts';
export {performanceFallback, tddPerformanceTracker, type FallbackOptions, type PerformanceFallback, type PerformanceTracking} from './fixtures/performance-budget.ts';
export {bothApproaches, type Approaches, type Assertions} from './fixtures/both-approaches.ts';
export {enhancedTddContext, type Enhancement} from './fixtures/enhanced.ts';
export type {MeasuredContext, MeasuredFixture, MeasuredOptions} from './fixtures/measured.ts';
export type {Alert, Threshold} from './monitor/live/alert-handler.ts';
export type {CloneContext, CloneOptions} from './context/clone/clone-context.ts';
export type {Body, Fixture} from './fixtures/fixture.ts';
export type {RollbackOptions, TestContext} from './context/rollback-context.ts';
export {expectQueries, type QueryBounds} from './context/expect-queries.ts';
export type {TestLimits} from './monitor/limits.ts';
export {figuresOf, measureComprehensivePerformance, measureTddPerformance, type ComprehensivePerformance, type MeasureOptions, type TddPerformance} from './managers/performance.ts';
export {checkTddHealth, type HealthCheck, type HealthOptions, type TddHealth} from './managers/health.ts';
// Registered types are merged into the module they name, and only if that is part of the program: whoever imports this door alone has it so, too.
export type {Register} from './index.ts';
