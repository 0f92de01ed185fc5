import path from 'node:path';
import type {ComplianceIssue} from '../../compliance/validate.ts';
import type {TestDataFinding} from '../../data-safety/finding.ts';

/** A finding in test data in the form that viewers of issues read; values that are nobody's business are masked in it. */
export function asIssue({file, line, column, kind, value, why, replacement}: TestDataFinding, root: string): ComplianceIssue {
	return {
		rule: 'safe-test-data', file: path.join(root, file), line, column, endLine: line, endColumn: column + value.length,
		message: `${value} (${kind}) could be somebody's. ${why} Write ${replacement} in its place.`,
	};
}
