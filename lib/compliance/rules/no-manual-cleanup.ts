import {ancestorsOf, findAll, is, isFunction, isWithin, methodOf, plain, type AstNode, type CallNode} from '../../source/ast.ts';
import {clientOf, rootOf} from '../clients.ts';
import type {Check, ComplianceFix, Finding} from '../finding.ts';
import {hookTransactionsIn} from '../hook-transactions.ts';
import type {Hook} from '../runner.ts';
import {builtEmptyingOf, chainOf, emptyingOf, statementsOf} from '../sql.ts';
import type {TestFile} from '../test-file.ts';

/** A call that empties a database. */
interface Emptying {
	readonly node: AstNode;
	readonly words: string;
}

/**
 * Finds what empties tables or schemas around tests: in hooks, teardowns and `finally`, and as the last statement of a test; and transactions that hooks
 * begin and roll back around tests.
 */
export const noManualCleanup: Check = file => file.tests.length === 0 ? [] : [...emptyingFindings(file), ...transactionFindings(file)];

const emptyingFindings = (file: TestFile): Finding[] => emptyingsIn(file.source.program, file).flatMap(emptying => {
	const hook = file.hookOf(emptying.node);
	const where = hook ? `in a hook (${hook.kind})` : cleanupOf(emptying.node, file);
	return where === undefined ? [] : [{
		node: emptying.node,
		what: `${emptying.words} cleans up ${where}.`,
		why: 'It takes a lock that every other test waits for, costs more than the test, and is not run when the process dies.',
		how: 'Use a fixture, after which nothing has to be cleaned up, and remove this.',
		fix: hook && withoutHook(hook, file),
	}];
});

const transactionFindings = (file: TestFile): Finding[] => hookTransactionsIn(file).map(({node, hook, words, kind}) => ({
	node,
	what: `${words} ${kind === 'opens' ? 'begins a transaction for tests' : 'takes back what tests have done'} in a hook (${hook.kind}).`,
	why: 'Tests that run at the same time meet in that transaction, and what the code under test commits or rolls back itself ends it: the rest is not taken back.',
	how: 'Use a fixture, which gives each test a transaction of its own, in which those of the code nest, and remove the hooks that begin and roll back.',
}));

function emptyingsIn(code: AstNode, file: TestFile): Emptying[] {
	const texts = file.sqlTexts.filter(({node, readings}) => isWithin(node, code) && /truncate|drop|delete/i.test(readings[0])).flatMap(text => {
		const words = statementsOf(text).map(statement => emptyingOf(statement)).find(Boolean);
		return words ? [{node: text.node, words}] : [];
	});
	const built = findAll(code, 'CallExpression').flatMap(node => {
		const words = builtEmptyingOf(node) ?? clientEmptyingOf(node, file);
		return words ? [{node, words}] : [];
	});
	return [...texts, ...built];
}

/** What Knex and Drizzle have for it: `knex('users').truncate()`, `db.delete(users)`. */
function clientEmptyingOf(call: CallNode, file: TestFile): string | undefined {
	const methods = chainOf(call);
	const [first, last] = [methods[0], methods.at(-1) ?? ''];
	// What a chain goes on behind is told by its last call.
	const isWhole = !(is(call.parent, 'MemberExpression') && call.parent.object === call) && methods.every(name => !/^(?:where|and|or|using|limit|join|innerJoin)/.test(name));
	if (!isWhole || !(first === 'delete' || ['truncate', 'del', 'delete'].includes(last))) {
		return undefined;
	}

	const root = rootOf(call);
	const source = clientOf(root, file.bindings)?.source ?? file.projectClientOf(root)?.source ?? '';
	if (source === 'knex') {
		return last === 'truncate' ? 'TRUNCATE' : 'DELETE without WHERE';
	}

	return source.startsWith('drizzle-orm/') && first === 'delete' ? 'DELETE without WHERE' : undefined;
}

/** Says where in a test a statement is there for cleaning up; what a test does in its middle may be what it is about. */
function cleanupOf(node: AstNode, file: TestFile): string | undefined {
	const test = file.testOf(node);
	if (!test?.body) {
		return undefined;
	}

	for (const one of ancestorsOf(node)) {
		if (is(one, 'TryStatement') && one.finalizer && isWithin(node, one.finalizer)) {
			return 'in `finally`';
		}

		if (isFunction(one) && is(one.parent, 'CallExpression') && methodOf(one.parent) === 'teardown') {
			return 'in a teardown';
		}
	}

	const last = is(test.body.body, 'BlockStatement') ? test.body.body.body.at(-1) : undefined;
	return is(last, 'ExpressionStatement') && isSameOrReceiver(plain(last.expression), node) ? 'as the last statement of a test' : undefined;
}

/** The statement itself, or `sql` with `.execute(db)` behind it. */
function isSameOrReceiver(expression: AstNode, node: AstNode): boolean {
	return expression === node || (is(expression, 'CallExpression') && is(expression.callee, 'MemberExpression') && expression.callee.object === node);
}

/** Takes a hook away that does nothing else, where every test of the file has a fixture. */
function withoutHook({node, body}: Hook, file: TestFile): ComplianceFix | undefined {
	const statements = is(body?.body, 'BlockStatement') ? body.body.body : [];
	const emptyings = body ? emptyingsIn(body, file) : [];
	const isAll = statements.length > 0 && statements.every(statement => is(statement, 'ExpressionStatement') && emptyings.some(one => isSameOrReceiver(plain(statement.expression), one.node)));
	const {parent} = node;
	if (!isAll || !body || !isWithin(body, node) || !is(parent, 'ExpressionStatement') || !file.tests.every(({fixture}) => fixture)) {
		return undefined;
	}

	return {range: wholeLines(file.source.text, parent.range), text: ''};
}

/** A statement with its indentation, its line end, and the empty line behind it. */
function wholeLines(text: string, [start, end]: AstNode['range']): [number, number] {
	const lead = /[\t ]*$/.exec(text.slice(0, start))?.[0].length ?? 0;
	const trail = /^[\t ]*\r?\n(?:[\t ]*\r?\n)?/.exec(text.slice(end))?.[0].length ?? 0;
	return [start - lead, end + trail];
}
