import {checkText} from '#lib/compliance/check-files.js';
import {applyFixes} from '#lib/compliance/fix.js';
import type {ComplianceRuleName} from '#lib/compliance/rule-list.js';
import {loadSqlParser} from '#lib/compliance/sql.js';
import type {ComplianceIssue} from '#lib/compliance/validate.js';

await loadSqlParser();

/** What a check has found in a piece of code. */
export interface Checked {
	readonly issues: readonly ComplianceIssue[];
	/** Where, and the first line of what: `3:9 new pg.Pool()`. */
	readonly places: readonly string[];
	/** The code after all fixes. */
	readonly fixed: string;
}

/** Takes away what a piece of code is indented by because it stands in a test. */
export function dedent(code: string): string {
	const lines = code.replace(/^\n/, '').replace(/\n[\t ]*$/, '\n').split('\n');
	const depth = Math.min(...lines.filter(line => line.trim() !== '').map(line => /^\t*/.exec(line)![0].length));
	return lines.map(line => line.slice(depth)).join('\n');
}

/** Holds a piece of code to one rule, as the file of a project. */
export function checked(rule: ComplianceRuleName, code: string, file = 'tests/some.test.ts'): Checked {
	const text = dedent(code);
	const issues = checkText({file: `/project/${file}`, root: '/project', text, definitions: new Map()}, [rule]);
	const lines = text.split('\n');
	const places = issues.map(({line, column, endLine, endColumn}) => `${line}:${column} ${lines[line - 1]!.slice(column - 1, endLine === line ? endColumn - 1 : undefined)}`);
	return {issues, places, fixed: applyFixes(text, issues)};
}

/** The places of breaches only. */
export function placesOf(rule: ComplianceRuleName, code: string, file?: string): readonly string[] {
	return checked(rule, code, file).places;
}
