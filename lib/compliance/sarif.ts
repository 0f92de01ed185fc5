import path from 'node:path';
import process from 'node:process';
import type {Log, ReportingDescriptor, Result} from 'sarif';
import {complianceRules} from './rule-list.ts';
import type {ComplianceIssue} from './validate.ts';

/** What a SARIF log says of its maker and its project. */
export interface SarifOptions {
	/** The version of this package. */
	readonly version: string;
	/** The project, from which paths are told. Default: the working directory. */
	readonly root?: string;
}

const others = [{name: 'unreadable-file', description: 'A test file can be read.'}, {name: 'safe-test-data', description: 'Test data is nobody\'s.'}];

/**
 * Puts issues into the form that GitHub's code scanning and other viewers read: SARIF 2.1.0. Fixes come along.
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function toSarif(issues: readonly ComplianceIssue[], {version, root = process.cwd()}: SarifOptions): object {
	const all = [...complianceRules, ...others];
	const log: Log = {
		version: '2.1.0',
		$schema: 'https://json.schemastore.org/sarif-2.1.0.json',
		runs: [{
			tool: {driver: {name: 'dataflow-tdd', semanticVersion: version, rules: all.map(rule => descriptorOf(rule))}},
			columnKind: 'utf16CodeUnits',
			results: issues.map(issue => resultOf(issue, {index: all.findIndex(({name}) => name === issue.rule), root})),
		}],
	};
	return log;
}

function descriptorOf({name, description}: {readonly name: string; readonly description: string}): ReportingDescriptor {
	return {id: name, shortDescription: {text: description}, help: {text: `${description} docs/compliance.md of dataflow-tdd shows a wrong and a right example.`}, defaultConfiguration: {level: 'error'}};
}

function resultOf({rule, message, file, fix, ...place}: ComplianceIssue, {index, root}: {readonly index: number; readonly root: string}): Result {
	const artifactLocation = {uri: path.relative(root, file).split(path.sep).map(part => encodeURIComponent(part)).join('/')};
	const {line: startLine, column: startColumn, endLine, endColumn} = place;
	return {
		ruleId: rule, ruleIndex: index, level: 'error', message: {text: message},
		locations: [{physicalLocation: {artifactLocation, region: {startLine, startColumn, endLine, endColumn}}}],
		...(fix && {fixes: [{
			artifactChanges: [{artifactLocation, replacements: [{deletedRegion: {charOffset: fix.range[0], charLength: fix.range[1] - fix.range[0]}, insertedContent: {text: fix.text}}]}],
		}]}),
	};
}
