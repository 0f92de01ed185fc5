import type {Check} from '../finding.ts';
import {statementsOf, type SqlStatement} from '../sql.ts';
import type {TestCase} from '../runner.ts';
import type {TestFile} from '../test-file.ts';
import {titleOf} from './words.ts';

/** Finds tables that two tests with fixtures create by the same definition, in one file or in two. */
export const noRepeatedDdl: Check = file => {
	const makers = new Map<string, TestCase>();
	return file.sqlTexts.flatMap(text => {
		const test = file.testOf(text.node);
		if (!test?.fixture || text.readings[0] !== text.readings[1] || !/create/i.test(text.readings[0])) {
			return [];
		}

		const first = statementsOf(text).map(statement => definitionOf(statement)).filter(one => one !== undefined).map(one => firstMaker(one, {test, file, makers})).find(Boolean);
		return first === undefined ? [] : [{
			node: text.literal,
			what: `${titleOf(test)} creates a table that is created alike in ${first}.`,
			why: 'DDL takes longer than most statements of a test, and a definition that stands in two places changes in one of them.',
			how: 'Put the table into schemas/, where it is created once for all tests, or both claims into one test.',
		}];
	});
};

interface Lookup {
	readonly test: TestCase;
	readonly file: TestFile;
	readonly makers: Map<string, TestCase>;
}

/** Where another test has made that table; the first to make it is remembered. */
function firstMaker(definition: string, {test, file, makers}: Lookup): string | undefined {
	const maker = makers.get(definition);
	const known = file.source.definitions.get(definition);
	if (maker === test || known === undefined) {
		makers.set(definition, test);
		file.source.definitions.set(definition, `${file.name}:${file.lineOf(test.node.range[0])}`);
		return undefined;
	}

	return known;
}

/** What a CREATE TABLE says, however it is written: PostgreSQL's tree of it, without places. */
function definitionOf({kind, tree}: SqlStatement): string | undefined {
	return kind === 'CreateStmt' ? JSON.stringify(tree, (key, value: unknown) => key.endsWith('location') ? undefined : value) : undefined;
}
