import {findAll, is, isFunction, methodOf, plain, type AstNode, type CallNode} from '../source/ast.ts';
import {clientOf, rootOf} from './clients.ts';
import type {Hook} from './runner.ts';
import {chainOf, statementsOf} from './sql.ts';
import type {TestFile} from './test-file.ts';

/** A transaction that a hook leaves open for tests, or takes back after them. */
export interface HookTransaction {
	readonly node: AstNode;
	readonly hook: Hook;
	/** `BEGIN`, `startTransaction()`. */
	readonly words: string;
	readonly kind: 'opens' | 'rolls back';
}

/** What is done with a transaction; `ends` is all that ends one without taking it back. */
interface Step {
	readonly node: AstNode;
	readonly words: string;
	readonly kind: HookTransaction['kind'] | 'ends';
}

/** PostgreSQL's statements on transactions as its parser calls them, behind `TRANS_STMT_`; a savepoint around each test is one way to have them. */
const kinds: Readonly<Record<string, readonly [words: string, kind: Step['kind']]>> = {
	BEGIN: ['BEGIN', 'opens'], START: ['START TRANSACTION', 'opens'], SAVEPOINT: ['SAVEPOINT', 'opens'],
	ROLLBACK: ['ROLLBACK', 'rolls back'], ROLLBACK_TO: ['ROLLBACK TO', 'rolls back'],
	COMMIT: ['COMMIT', 'ends'], RELEASE: ['RELEASE', 'ends'], PREPARE: ['PREPARE TRANSACTION', 'ends'],
};

/**
 * Finds hooks that begin a transaction for tests by hand, and hooks that roll one back. A hook that begins and ends its own, to store what tests need, is
 * none of them; what tests and the code under test do is not looked at.
 */
export function hookTransactionsIn(file: TestFile): HookTransaction[] {
	if (file.hooks.length === 0) {
		return [];
	}

	const steps = stepsIn(file);
	return file.hooks.flatMap(hook => {
		const own = steps.filter(({node}) => file.hookOf(node) === hook);
		const has = (kind: Step['kind']): boolean => own.some(step => step.kind === kind);
		const isWhole = has('opens') && (has('rolls back') || has('ends'));
		return isWhole ? [] : own.flatMap(({node, words, kind}) => kind === 'ends' ? [] : [{node, hook, words, kind}]);
	});
}

function stepsIn(file: TestFile): Step[] {
	const texts = file.sqlTexts.flatMap(text => statementsOf(text).flatMap(({kind, tree}) => {
		const [words, step] = (kind === 'TransactionStmt' ? kinds[String(tree.kind).replace('TRANS_STMT_', '')] : undefined) ?? [];
		return words && step ? [{node: text.node, words, kind: step}] : [];
	}));
	const calls = findAll(file.source.program, 'CallExpression');
	const opened = calls.filter(call => isOpening(call, file));
	const names = new Set(opened.flatMap(call => targetOf(call, file) ?? []));
	return [
		...texts,
		...opened.map(node => ({node, words: `${chainOf(node)[0]}()`, kind: 'opens'} as const)),
		...calls.flatMap(node => endingOf(node, names, file) ?? []),
	];
}

/** Kysely's `db.startTransaction().execute()`, and Knex's `knex.transaction()`, which has a callback where it ends by itself. */
function isOpening(call: CallNode, file: TestFile): boolean {
	const methods = chainOf(call);
	if (methods[0] === 'startTransaction') {
		return methods.length > 1 && methods.at(-1) === 'execute';
	}

	const isKnex = methods.length === 1 && (methods[0] === 'transaction' || methods[0] === 'transactionProvider') && !call.arguments.some(argument => isFunction(file.bindings.value(argument) ?? argument));
	const root = isKnex ? rootOf(call) : undefined;
	return root !== undefined && (clientOf(root, file.bindings)?.source ?? file.projectClientOf(root)?.source) === 'knex';
}

/** The variable, or the member of a context, that gets what a call gives: its text. */
function targetOf(call: CallNode, file: TestFile): string | undefined {
	const value = is(call.parent, 'AwaitExpression') ? call.parent : call;
	const {parent} = value;
	if (is(parent, 'AssignmentExpression')) {
		return file.textOf(parent.left);
	}

	return is(parent, 'VariableDeclarator') && is(parent.id, 'Identifier') ? parent.id.name : undefined;
}

/** `trx.rollback()`, of what was opened in this file for certain; `commit()` of anything, after which nothing is left open. */
function endingOf(call: CallNode, opened: ReadonlySet<string>, file: TestFile): Step | undefined {
	const callee = plain(call.callee);
	const method = methodOf(call);
	if (!is(callee, 'MemberExpression') || (method !== 'commit' && method !== 'rollback')) {
		return undefined;
	}

	const isKnown = method === 'rollback' && opened.has(file.textOf(callee.object));
	return {node: call, words: 'rollback()', kind: isKnown ? 'rolls back' : 'ends'};
}
