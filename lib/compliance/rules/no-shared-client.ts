import {findAll, is, type AstNode, type NodeOf} from '../../source/ast.ts';
import type {Reference} from '../bindings.ts';
import {clientOf, clientType, isOwnDatabase} from '../clients.ts';
import type {Check} from '../finding.ts';
import {isDoor} from '../harness-names.ts';
import type {TestFile} from '../test-file.ts';

/** Finds variables of a file that a hook gives a client, and that tests use. */
export const noSharedClient: Check = file => declaratorsOf(file).flatMap(({id}) => {
	const references = file.bindings.of(id)?.references ?? [];
	const isGiven = references.some(reference => reference.isWrite() && isGivenClient(reference, id, file));
	const uses = references.filter(reference => !reference.isWrite() && file.testOf(reference.identifier));
	return isGiven && uses.length > 0 && is(id, 'Identifier') ? [{
		node: id,
		what: `\`${id.name}\` is a client that a hook sets and ${uses.length === 1 ? 'a test uses' : 'tests use'}.`,
		why: 'Tests that share a connection share its transaction, its settings and its rows, and whichever ends first takes it from the others.',
		how: 'Give each test a context of its own with a fixture, and remove the variable and the hook.',
	}] : [];
});

/** What the file declares outside of tests and hooks, and may change. */
function declaratorsOf(file: TestFile): Array<NodeOf<'VariableDeclarator'>> {
	return findAll(file.source.program, 'VariableDeclaration')
		.filter(node => (node.kind === 'let' || node.kind === 'var') && file.placeOf(node) === 'module')
		.flatMap(({declarations}) => declarations.filter(one => is(one, 'VariableDeclarator')));
}

function isGivenClient({identifier, writeExpr}: Reference, id: AstNode, file: TestFile): boolean {
	const hook = file.hookOf(identifier);
	// Tests of other runners run one after the other, so what is made for each is its own.
	const isShared = hook?.kind === 'before' || (hook?.kind === 'beforeEach' && file.tests.some(({runner}) => runner === 'ava'));
	if (!isShared || !writeExpr) {
		return false;
	}

	const {bindings} = file;
	if (clientOf(writeExpr, bindings)?.kind === 'client') {
		return isOwnDatabase(writeExpr, bindings);
	}

	const type = is(id, 'Identifier') ? clientType(id.typeAnnotation, bindings) : undefined;
	return type !== undefined && hook.kind === 'before' && !isOfHarness(writeExpr, file);
}

function isOfHarness(expression: AstNode, {bindings}: TestFile): boolean {
	return findAll(expression, 'Identifier').some(identifier => isDoor(bindings.imported(identifier)?.source ?? ''));
}
