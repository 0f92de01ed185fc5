import {findAll, is, methodOf, nameOf, plain, type AstNode, type CallNode, type NodeOf} from '../source/ast.ts';
import {clientOf, creationOf, isOwnDatabase, isPostgres, opensConnections, rootOf, type Creation} from './clients.ts';
import type {TestFile} from './test-file.ts';

/** A place where a database is used that no fixture gave. */
export interface DatabaseUse {
	readonly node: AstNode;
	/** What is used. */
	readonly client: {readonly name: string; readonly node?: AstNode};
}

/** Methods that reach the database. */
const queries = new Set(['query', 'connect', 'execute', 'executeTakeFirst', 'executeTakeFirstOrThrow', 'stream', 'raw', 'unsafe', 'begin', 'transaction']);

const drizzleBuilders = new Set(['select', 'selectDistinct', 'insert', 'update', 'delete']);

/** Finds where a piece of code uses databases that are no fixture's, for certain. */
export function databaseUsesIn(code: AstNode, file: TestFile): DatabaseUse[] {
	return findAll(code, 'CallExpression', 'TaggedTemplateExpression').flatMap(node => {
		const client = clientUsedBy(node, file);
		return client ? [{node, client}] : [];
	});
}

function clientUsedBy(node: NodeOf<'CallExpression' | 'TaggedTemplateExpression'>, file: TestFile): DatabaseUse['client'] | undefined {
	if (node.type === 'TaggedTemplateExpression') {
		const creation = clientOf(node.tag, file.bindings);
		return creation?.source === 'postgres' ? ownClient(creation, file) : undefined;
	}

	const method = methodOf(node) ?? '';
	if (!queries.has(method)) {
		return builderUsedBy(node, file);
	}

	const root = rootOf(node);
	const [argument] = node.arguments;
	const candidates = is(root, 'TaggedTemplateExpression') && argument ? [argument] : [root];
	return candidates.map(candidate => knownClient(candidate, file)).find(Boolean) ?? contextClientOf(node, file);
}

/** Drizzle's first methods, and tables of Knex: `db.select().from(users)`, `knex('users')`. */
function builderUsedBy(node: CallNode, file: TestFile): DatabaseUse['client'] | undefined {
	const callee = plain(node.callee);
	const isFirst = is(callee, 'Identifier') || (is(callee, 'MemberExpression') && is(plain(callee.object), 'Identifier') && drizzleBuilders.has(nameOf(callee) ?? ''));
	const root = rootOf(node);
	const creation = isFirst ? clientOf(root, file.bindings) : undefined;
	const source = isFirst ? creation?.source ?? file.projectClientOf(root)?.source : undefined;
	const isBuilder = is(callee, 'Identifier') ? source === 'knex' && (!creation || opensConnections(creation, file.bindings)) : source?.startsWith('drizzle-orm/');
	return isBuilder ? knownClient(root, file) : undefined;
}

function knownClient(root: AstNode, file: TestFile): DatabaseUse['client'] | undefined {
	const creation = clientOf(root, file.bindings);
	return creation ? ownClient(creation, file) : file.projectClientOf(root);
}

function ownClient(creation: Creation, {bindings}: TestFile): Creation | undefined {
	const isOwn = creation.kind === 'client' && isPostgres(creation, bindings) && creation.node.arguments.every(argument => isOwnDatabase(argument, bindings));
	return isOwn ? creation : undefined;
}

/** A client that a hook has put into AVA's `t.context`. */
function contextClientOf(call: CallNode, file: TestFile): Creation | undefined {
	const members = contextMembersIn(call);
	const clients = members.length === 0 ? undefined : contextClientsOf(file);
	return members.map(member => clients?.get(nameOf(member) ?? '')).find(Boolean);
}

/** The `t.context.name` that a chain begins with. */
function contextMembersIn(expression: AstNode): Array<NodeOf<'MemberExpression'>> {
	const node = plain(expression);
	if (is(node, 'CallExpression')) {
		return contextMembersIn(node.callee);
	}

	if (!is(node, 'MemberExpression')) {
		return [];
	}

	return isContext(node.object) ? [node] : contextMembersIn(node.object);
}

function isContext(expression: AstNode): boolean {
	const node = plain(expression);
	return is(node, 'MemberExpression') && nameOf(node) === 'context' && is(plain(node.object), 'Identifier');
}

function contextClientsOf(file: TestFile): Map<string, Creation> {
	const found = new Map<string, Creation>();
	for (const {left, right} of file.hooks.flatMap(({node}) => findAll(node, 'AssignmentExpression'))) {
		const creation = is(left, 'MemberExpression') && isContext(left.object) ? clientOf(right, file.bindings) : undefined;
		const own = creation && ownClient(creation, file);
		if (own && is(left, 'MemberExpression')) {
			found.set(nameOf(left) ?? '', own);
		}
	}

	return found;
}

/** All creations of clients and servers in a file. */
export function creationsIn(code: AstNode, file: TestFile): Creation[] {
	return findAll(code, 'NewExpression', 'CallExpression').flatMap(node => creationOf(node, file.bindings) ?? []);
}
