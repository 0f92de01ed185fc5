export {tddDataflow, tddSeededData, tddTestContext, type DataflowContext, type SeededContext} from './fixtures/rollback.ts';
export type {Body, Fixture} from './fixtures/fixture.ts';
export type {RollbackOptions, TestContext} from './context/rollback-context.ts';
