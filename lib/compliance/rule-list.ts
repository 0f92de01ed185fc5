/** The name of a rule. */
export type ComplianceRuleName =
	| 'use-fixture'
	| 'no-mocked-database'
	| 'no-database-per-test'
	| 'no-manual-cleanup'
	| 'no-shared-client'
	| 'no-mixed-fixtures'
	| 'no-oversized-fixture'
	| 'no-repeated-ddl'
	| 'mark-performance-tests';

/** What there is to know of a rule. */
export interface ComplianceRuleInfo {
	/** Such as `no-commit-in-rollback`: without the `dataflow-tdd/` that ESLint puts before it. */
	readonly name: ComplianceRuleName;
	/** One sentence. */
	readonly description: string;
	/** Where it is explained, with an example of each side: a file of the project's repository, and the place in it. */
	readonly docs: string;
	/** Whether some of what it finds can be mended without thinking. */
	readonly isFixable: boolean;
}

function rule(name: ComplianceRuleName, description: string, isFixable = false): ComplianceRuleInfo {
	return {name, description, docs: `docs/compliance.md#${name}`, isFixable};
}

/** The rules that {@link validateTddCompliance}, `dataflow-tdd check` and the ESLint plugin hold test files to. */
export const complianceRules: readonly ComplianceRuleInfo[] = [
	rule('use-fixture', 'A test that uses a database gets it from a fixture.'),
	rule('no-mocked-database', 'Neither pg nor Kysely is mocked in a test of code that uses a database.'),
	rule('no-database-per-test', 'No test file starts database containers or opens pools of its own for its tests.'),
	rule('no-manual-cleanup', 'Tests do not clean up by TRUNCATE, DROP SCHEMA or DELETE without WHERE, nor by hooks that begin and roll back.', true),
	rule('no-shared-client', 'Tests do not share a client that a hook puts into a variable of the file.'),
	rule('no-mixed-fixtures', 'A test has one database fixture, and keeps its context to itself.'),
	rule('no-oversized-fixture', 'A test has the simplest fixture that gives what it uses.', true),
	rule('no-repeated-ddl', 'No two tests create the same table.'),
	rule('mark-performance-tests', 'A test that is called a performance test has a budget or counts statements.'),
];
