import {renderAnnotation} from '../report/github/annotations.ts';
import type {ComplianceIssue} from './validate.ts';

/** Renders issues as GitHub's workflow commands, one a line, all of them: the runner shows the first ten, and the log the rest. Paths are relative to `workspace`. */
export function renderIssues(issues: readonly ComplianceIssue[], workspace: string): string[] {
	return issues.map(({rule, message, ...place}) => renderAnnotation({level: 'error', ...place, title: `dataflow-tdd: ${rule}`, message}, workspace));
}
