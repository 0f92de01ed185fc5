export {tddDataflow, tddSeededData, tddTestContext, type DataflowContext, type RollbackTestOptions, type SeededContext} from './fixtures/rollback.ts';
export {tddParallelSafe, type CloneTestOptions, type ParallelSafeFixture} from './fixtures/parallel-safe.ts';
export type {CloneContext, CloneOptions} from './context/clone/clone-context.ts';
export type {Body, Fixture} from './fixtures/fixture.ts';
export type {RollbackOptions, TestContext} from './context/rollback-context.ts';
export {expectQueries, type QueryBounds} from './context/expect-queries.ts';
export type {TestLimits} from './monitor/limits.ts';
export {figuresOf, measureComprehensivePerformance, measureTddPerformance, type ComprehensivePerformance, type MeasureOptions, type TddPerformance} from './managers/performance.ts';
