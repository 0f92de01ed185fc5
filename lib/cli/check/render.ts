import path from 'node:path';
import type {ComplianceIssue} from '../../compliance/validate.ts';

/** Writes issues for people: by file, each with its place, its rule and its three sentences. */
export function renderIssuesAsText(issues: readonly ComplianceIssue[], {root, files}: {readonly root: string; readonly files: string}): string {
	const blocks = [...Map.groupBy(issues, ({file}) => file)].map(([file, all]) => [
		path.relative(root, file),
		...all.map(({line, column, rule, message, fix}) => `  ${line}:${column}  ${rule}${fix ? ' (--fix mends it)' : ''}\n      ${message}`),
	].join('\n'));
	return [...blocks, summaryOf(issues, files)].join('\n\n');
}

function summaryOf(issues: readonly ComplianceIssue[], files: string): string {
	const [first] = issues;
	if (!first) {
		return `Tests: nothing to remark in ${files}.`;
	}

	const fixable = issues.filter(({fix}) => fix).length;
	return `Tests: ${issues.length === 1 ? '1 remark' : `${issues.length} remarks`} in ${files}${fixable > 0 ? `, of which --fix mends ${fixable}` : ''}. `
		+ `One that is meant can be let pass: // dataflow-tdd-ignore ${first.rule}: the reason. docs/compliance.md explains the rules.`;
}
