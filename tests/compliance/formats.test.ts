import path from 'node:path';
import test from 'ava';
import {renderIssues} from '#lib/compliance/annotations.js';
import {toSarif} from '#lib/compliance/sarif.js';
import {complianceRules} from '#lib/index.js';
import type {ComplianceIssue} from '#lib/index.js';

const root = path.resolve('/project');
const issue: ComplianceIssue = {
	rule: 'no-oversized-fixture', message: 'What: 100 %. Why, here.\nHow.', file: path.join(root, 'tests', 'a b', 'ü.test.ts'), line: 3, column: 5, endLine: 4, endColumn: 2, fix: {range: [10, 14], text: 'new'},
};
const {fix: _, ...withoutFix} = issue;

interface Sarif {
	readonly version: string;
	readonly runs: ReadonlyArray<{
		readonly tool: {readonly driver: {readonly name: string; readonly semanticVersion: string; readonly rules: ReadonlyArray<{readonly id: string}>}};
		readonly columnKind: string;
		readonly results: ReadonlyArray<Readonly<Record<string, unknown>>>;
	}>;
}

test('SARIF names the rules, and each result has its place and its fix', t => {
	const {version, runs: [run]} = toSarif([issue, {...withoutFix, rule: 'unreadable-file'}], {version: '1.2.3', root}) as Sarif;
	t.is(version, '2.1.0');
	t.like(run, {columnKind: 'utf16CodeUnits', tool: {driver: {name: 'dataflow-tdd', semanticVersion: '1.2.3'}}});
	const ids = run!.tool.driver.rules.map(({id}) => id);
	t.deepEqual(ids, [...complianceRules.map(({name}) => name), 'unreadable-file', 'safe-test-data']);

	const artifactLocation = {uri: 'tests/a%20b/%C3%BC.test.ts'};
	t.deepEqual(run!.results[0], {
		ruleId: 'no-oversized-fixture', ruleIndex: ids.indexOf('no-oversized-fixture'), level: 'error', message: {text: issue.message},
		locations: [{physicalLocation: {artifactLocation, region: {startLine: 3, startColumn: 5, endLine: 4, endColumn: 2}}}],
		fixes: [{artifactChanges: [{artifactLocation, replacements: [{deletedRegion: {charOffset: 10, charLength: 4}, insertedContent: {text: 'new'}}]}]}],
	});
	t.is(run!.results[1]?.ruleIndex, ids.indexOf('unreadable-file'));
	t.false('fixes' in run!.results[1]!);
});

test('SARIF without issues is a log of a clean run', t => {
	t.deepEqual((toSarif([], {version: '1.2.3'}) as Sarif).runs[0]?.results, []);
});

test('a GitHub annotation holds file, lines and columns, and escapes what GitHub reads as its own', t => {
	t.deepEqual(renderIssues([issue, issue], root), Array.from({length: 2}, () =>
		'::error file=tests/a b/ü.test.ts,line=3,endLine=4,col=5,endColumn=2,title=dataflow-tdd%3A no-oversized-fixture::What: 100 %25. Why, here.%0AHow.'));
});
