import {findAll, is, methodOf, nameOf, type AstNode, type CallNode, type FunctionNode} from '../source/ast.ts';
import type {ContextUse} from './context-use.ts';
import {mentions, statementsOf, type SqlStatement} from './sql.ts';
import type {TestFile} from './test-file.ts';

/** What one piece of work on a database is. */
type Work = 'read' | 'write';

/** First methods of Kysely's builders. None that inserts: the ids that a clone gives begin anew, and those of a rollback go on. */
const builders: Readonly<Record<string, Work>> = {selectFrom: 'read', updateTable: 'write', deleteFrom: 'write'};

/** Methods of models. */
const modelMethods: Readonly<Record<string, Work>> = {find: 'read', list: 'read', count: 'read', update: 'write', delete: 'write'};

/** Statements as PostgreSQL's parser calls them. */
const statements: Readonly<Record<string, Work>> = {SelectStmt: 'read', UpdateStmt: 'write', DeleteStmt: 'write'};

/** Functions of SQL that mean the same in every transaction. */
const plainFunctions = new Set(['count', 'sum', 'min', 'max', 'avg', 'coalesce', 'lower', 'upper', 'length', 'string_agg', 'array_agg']);

/** Members of a context that are no work by themselves. */
const idle = new Set(['testId', 'data']);

/**
 * Tells whether the work of a test on a clone is, for certain, the same in a transaction that is rolled back: reads, and at most one update or delete, one after
 * the other, with nothing handed on, no transaction, no lock, no function of SQL that knows time or session, and no error that is waited for.
 */
export function isPlainWork(body: FunctionNode, {members}: ContextUse, file: TestFile): boolean {
	const works = [...members].filter(([name]) => !idle.has(name)).flatMap(([name, places]) => places.map(place => workAt(name, place, file)));
	const isKnown = works.length > 0 && works.every(work => work !== undefined);
	return isKnown && works.filter(work => work === 'write').length <= 1 && !isConcurrent(body) && !expectsErrors(body);
}

function workAt(name: string, place: AstNode, file: TestFile): Work | undefined {
	const chain = chainFrom(place);
	const [first, second] = chain;
	if (!first) {
		return undefined;
	}

	if (name === 'db') {
		return chain.some(({method}) => /^for(?:update|share|nokey|key)|skiplocked|nowait|stream|^with|^\$/i.test(method)) ? undefined : builders[first.method];
	}

	if (name === 'models') {
		return first.call === undefined && second?.call ? modelMethods[second.method] : undefined;
	}

	return name === 'connection' && first.call ? workOfText(first.call, file) : undefined;
}

interface Link {
	readonly method: string;
	/** Nothing for a member that is not called. */
	readonly call: CallNode | undefined;
}

/** The members and calls behind an expression: `db` of `db.selectFrom('users').execute()` has two. */
function chainFrom(place: AstNode): Link[] {
	const links: Link[] = [];
	let node: AstNode = place;
	while (is(node.parent, 'MemberExpression') && node.parent.object === node) {
		const member = node.parent;
		const call = is(member.parent, 'CallExpression') && member.parent.callee === member ? member.parent : undefined;
		links.push({method: nameOf(member) ?? '', call});
		node = call ?? member;
	}

	return links;
}

function workOfText(call: CallNode, file: TestFile): Work | undefined {
	const text = file.sqlTexts.find(({node}) => node === call);
	const works = (text ? statementsOf(text) : []).map(statement => workOf(statement));
	return works.length === 1 ? works[0] : undefined;
}

function workOf({kind, tree}: SqlStatement): Work | undefined {
	const isPlain = ['lockingClause', 'SQLValueFunction', 'WithClause', 'withClause', 'intoClause'].every(name => !mentions(tree, name)) && functionsOf(tree).every(name => plainFunctions.has(name));
	return isPlain ? statements[kind] : undefined;
}

/** The functions that a statement calls, by the last part of their names. */
function functionsOf(tree: unknown): string[] {
	if (typeof tree !== 'object' || tree === null) {
		return [];
	}

	return Object.entries(tree).flatMap(([key, value]: [string, unknown]) => key === 'FuncCall' ? [nameOfFunction(value), ...functionsOf(value)] : functionsOf(value));
}

function nameOfFunction(call: unknown): string {
	const {funcname} = call as {funcname?: ReadonlyArray<{readonly String?: {readonly sval?: string}}>};
	return funcname?.at(-1)?.String?.sval ?? '';
}

function isConcurrent(body: FunctionNode): boolean {
	return findAll(body, 'Identifier').some(({name}) => name === 'Promise' || name === 'setTimeout');
}

function expectsErrors(body: FunctionNode): boolean {
	return findAll(body, 'CallExpression').some(call => /throws/i.test(methodOf(call) ?? ''));
}
