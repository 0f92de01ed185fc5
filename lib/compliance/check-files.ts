import {readFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {check, messageOf, ruleNames} from './checks.ts';
import {findTestFiles} from './files.ts';
import {LineMap} from './line-map.ts';
import {readSource} from './read-source.ts';
import {loadSqlParser} from './sql.ts';
import {Suppressions} from './suppression.ts';
import {TestFile, type SourceFile} from './test-file.ts';
import type {ComplianceIssue, ComplianceOptions} from './validate.ts';

/** Holds files and folders to rules; see {@link validateTddCompliance}. */
export async function checkPaths(paths: readonly string[], {cwd = process.cwd(), ignore = [], rules = ruleNames}: ComplianceOptions): Promise<ComplianceIssue[]> {
	const root = path.resolve(cwd);
	await loadSqlParser();
	const definitions = new Map<string, string>();
	const issues: ComplianceIssue[] = [];
	// One after the other, in the order of their names: which of two files is told of the other does not depend on chance.
	for (const file of await findTestFiles(paths, {cwd: root, ignore})) {
		issues.push(...checkText({file, root, text: await readFile(file, 'utf8'), definitions}, rules));
	}

	return issues;
}

/** Holds the text of one file to rules. */
export function checkText(given: Omit<SourceFile, 'program' | 'scopes'>, rules: NonNullable<ComplianceOptions['rules']>): ComplianceIssue[] {
	const {file, text} = given;
	const lines = new LineMap(text);
	const {program, scopes, comments, error} = readSource(file, text);
	if (error) {
		return [{rule: 'unreadable-file', message: unreadable(error.message), file, ...lines.span([error.offset, error.offset])}];
	}

	const testFile = new TestFile({...given, program, scopes});
	const suppressions = new Suppressions(text, comments);
	const issues = rules.flatMap(rule => check(rule, testFile).map(finding => ({
		rule, message: messageOf(finding), file, ...lines.span(finding.node.range), ...(finding.fix && {fix: finding.fix}),
	})));
	return issues.filter(({rule, line}) => !suppressions.has(rule, line)).toSorted((one, other) => one.line - other.line || one.column - other.column);
}

function unreadable(said: string): string {
	return `The file cannot be read: ${said.replace(/\.?$/, '.')} It is not JavaScript or TypeScript as its extension says, so no rule can be held against it. Mend it, or leave it out with \`ignore\`.`;
}
