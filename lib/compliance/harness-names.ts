import type {AstNode} from '../source/ast.ts';
import type {Bindings} from './bindings.ts';

/** The doors of this package. */
const doors = new Set(['dataflow-tdd', 'dataflow-tdd/ava', 'dataflow-tdd/vitest', 'dataflow-tdd/node-test']);

/** Fixtures in a transaction that can only be rolled back. */
const rollbackFixtures = ['tddTestContext', 'tddDataflow', 'tddSeededData', 'enhancedTddContext', 'performanceMonitoredTest', 'memoryOptimizedTest', 'tddPerformanceTracker', 'performanceFallback'] as const;

/** The name under which a fixture is exported. */
export type FixtureName = typeof rollbackFixtures[number] | 'tddParallelSafe';

const fixtureNames: ReadonlySet<string> = new Set<FixtureName>([...rollbackFixtures, 'tddParallelSafe']);

/** Fixtures that measure, and hold what they measure against limits. */
export const measuringFixtures: ReadonlySet<FixtureName> = new Set<FixtureName>(['performanceMonitoredTest', 'tddPerformanceTracker', 'performanceFallback', 'memoryOptimizedTest']);

/** Options that limit what a test may take. */
export const limits = ['budgetMs', 'maxQueries', 'repeatedStatements'] as const;

/** Functions that measure, or that hold measures against limits. */
export const measuringFunctions = new Set(['expectQueries', 'measureTddPerformance', 'measureComprehensivePerformance', 'detectRegressions', 'checkTddHealth']);

/** Tells whether a module is a door of this package. */
export function isDoor(source: string): boolean {
	return doors.has(source);
}

/** The fixture that an expression imports, by its own name. */
export function fixtureImported(expression: AstNode, bindings: Bindings): FixtureName | undefined {
	const imported = bindings.imported(expression);
	return imported && isDoor(imported.source) && fixtureNames.has(imported.name) ? imported.name as FixtureName : undefined;
}
