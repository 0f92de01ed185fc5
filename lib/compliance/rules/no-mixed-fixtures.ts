import {findAll, is, isWithin, plain, type AstNode, type CallNode} from '../../source/ast.ts';
import {contextUseOf} from '../context-use.ts';
import {databaseUsesIn} from '../database-use.ts';
import type {Check, Finding} from '../finding.ts';
import {fixtureOf, type TestCase} from '../runner.ts';
import type {TestFile} from '../test-file.ts';
import {titleOf} from './words.ts';

/** Finds tests with more than one database: two fixtures, a fixture and a client of the file, or the context of another test. */
export const noMixedFixtures: Check = file => file.tests.flatMap(test => [...nestedFixtures(test, file), ...clientsBeside(test, file), ...escapes(test, file)]);

/** Fixtures that a body runs itself: one in a test that has one, or two. */
function nestedFixtures(test: TestCase, file: TestFile): Finding[] {
	const calls = test.body ? findAll(test.body, 'CallExpression').filter(call => runsFixture(call, test, file)) : [];
	const extra = test.fixture ? calls : calls.slice(1);
	return extra.map(call => ({
		node: call.callee,
		what: `${titleOf(test)} runs a second fixture, ${file.textOf(call.callee)}, in its body.`,
		why: 'Each fixture is a database of its own: neither sees what was written in the other, and the second waits for a place that the first may hold.',
		how: 'Choose the one fixture that gives what the test uses, or make two tests.',
	}));
}

/** A fixture runs when it is called with AVA's `t`. */
function runsFixture({callee, arguments: [first]}: CallNode, {body}: TestCase, {bindings}: TestFile): boolean {
	const t = body?.params[0];
	const isT = t !== undefined && is(first, 'Identifier') && bindings.of(first) !== undefined && bindings.of(first) === bindings.of(t);
	return isT && fixtureOf(callee, bindings) !== undefined;
}

/** Clients of the file, or of its hooks, that a test uses beside its fixture. */
function clientsBeside(test: TestCase, file: TestFile): Finding[] {
	const {fixture, body} = test;
	const uses = fixture && body ? databaseUsesIn(body, file).filter(({client}) => !client.node || !isWithin(client.node, body)) : [];
	return uses.slice(0, 1).map(({node, client}) => ({
		node,
		what: `${titleOf(test)} has the fixture ${fixture?.name} and uses ${client.name} beside it.`,
		why: 'That is another database, or another connection: it does not see what the test has written, and what is written there stays.',
		how: 'Use `db`, `pool` or `connection` of the fixture; code under test takes them as arguments.',
	}));
}

/** Members of a context that lead to its database; ids and rows may be compared between tests. */
const handles = new Set(['db', 'connection', 'pool', 'df', 'models', 'context', 'preheatedPool']);

/** What a test takes out of its context into a variable of the file that another test reads. */
function escapes(test: TestCase, file: TestFile): Finding[] {
	const {fixture, body} = test;
	const assignments = fixture && body ? findAll(body, 'AssignmentExpression') : [];
	return assignments.filter(({right}) => isHandle(right, test, file)).flatMap(({left}) => {
		const variable = is(left, 'Identifier') ? file.bindings.of(left) : undefined;
		const other = variable?.references.map(({identifier}) => file.testOf(identifier)).find(one => one && one !== test);
		return variable && other ? [{
			node: left,
			what: `${titleOf(test)} keeps a part of its context in \`${variable.name}\`, and ${titleOf(other)} uses it.`,
			why: 'A context ends with its test, and AVA runs tests of a file at the same time.',
			how: 'Give the other test a fixture of its own, and seed what both need.',
		}] : [];
	});
}

/** The context itself, or a member of it that leads to the database. */
function isHandle(expression: AstNode, test: TestCase, {bindings}: TestFile): boolean {
	const node = plain(expression);
	const isWhole = is(node, 'Identifier') && bindings.of(node)?.defs[0]?.name === test.body?.params[1];
	return isWhole || [...contextUseOf(test, bindings).members].some(([name, places]) => handles.has(name) && places.includes(node));
}
