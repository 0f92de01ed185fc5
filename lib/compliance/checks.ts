import type {Check, Finding} from './finding.ts';
import {complianceRules, type ComplianceRuleName} from './rule-list.ts';
import {markPerformanceTests} from './rules/mark-performance-tests.ts';
import {noDatabasePerTest} from './rules/no-database-per-test.ts';
import {noManualCleanup} from './rules/no-manual-cleanup.ts';
import {noMixedFixtures} from './rules/no-mixed-fixtures.ts';
import {noMockedDatabase} from './rules/no-mocked-database.ts';
import {noOversizedFixture} from './rules/no-oversized-fixture.ts';
import {noRepeatedDdl} from './rules/no-repeated-ddl.ts';
import {noSharedClient} from './rules/no-shared-client.ts';
import {useFixture} from './rules/use-fixture.ts';
import type {TestFile} from './test-file.ts';

const checks: Readonly<Record<ComplianceRuleName, Check>> = {
	'use-fixture': useFixture,
	'no-mocked-database': noMockedDatabase,
	'no-database-per-test': noDatabasePerTest,
	'no-manual-cleanup': noManualCleanup,
	'no-shared-client': noSharedClient,
	'no-mixed-fixtures': noMixedFixtures,
	'no-oversized-fixture': noOversizedFixture,
	'no-repeated-ddl': noRepeatedDdl,
	'mark-performance-tests': markPerformanceTests,
};

/** Holds a file to one rule. A file without tests breaks none. {@link loadSqlParser} has to be done. */
export function check(rule: ComplianceRuleName, file: TestFile): Finding[] {
	return file.tests.length === 0 ? [] : checks[rule](file);
}

/** The three sentences of a breach. */
export function messageOf({what, why, how}: Finding): string {
	return `${what} ${why} ${how}`;
}

/** The names of all rules. */
export const ruleNames: readonly ComplianceRuleName[] = complianceRules.map(({name}) => name);
