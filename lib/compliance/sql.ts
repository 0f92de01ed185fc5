import {loadModule, parseSync} from 'libpg-query';
import {findAll, is, methodOf, nameOf, plain, propertyOf, stringOf, type AstNode, type CallNode, type NodeOf} from '../source/ast.ts';
import type {Bindings} from './bindings.ts';
import {clientOf} from './clients.ts';

/** Loads PostgreSQL's parser, which {@link statementsOf} needs: 20 ms, once. */
export async function loadSqlParser(): Promise<void> {
	await loadModule();
}

/** A statement as PostgreSQL's parser sees it. */
export interface SqlStatement {
	/** `SelectStmt`, `TruncateStmt`, `DeleteStmt`, `CreateStmt`, ... */
	readonly kind: string;
	/** The parser's tree of it. */
	readonly tree: Readonly<Record<string, unknown>>;
}

/** A text that is given to PostgreSQL. */
export interface SqlText {
	/** The call or the template that gives it. */
	readonly node: AstNode;
	/** The string or the template that holds it. */
	readonly literal: AstNode;
	/** The text in two readings: what is not known until it runs is a parameter in the one, and a name in the other. */
	readonly readings: readonly [string, string];
}

/** Methods whose first argument is SQL: of pg, Kysely's `sql`, the harness, postgres.js, Knex, Prisma and Drizzle. */
const methods = new Set(['query', 'execute', 'fetchValue', 'fetchRow', 'fetchRows', 'raw', 'unsafe', '$executeRawUnsafe', '$queryRawUnsafe']);

/** Packages whose `sql` is a tag. */
const tagSources = new Set(['kysely', 'drizzle-orm']);

/** Finds every text below a node that is taken as SQL where it stands. */
export function sqlTextsIn(root: AstNode, bindings: Bindings): SqlText[] {
	return findAll(root, 'CallExpression', 'TaggedTemplateExpression').flatMap(node => {
		const literals = node.type === 'CallExpression' ? literalsOf(node, bindings) : (isSqlTag(node, bindings) ? [node.quasi] : []);
		return literals.flatMap(literal => {
			const readings = readingsOf(literal);
			return readings ? [{node, literal, readings}] : [];
		});
	});
}

/** `sql` of a package, what postgres.js makes, and Prisma's `prisma.$executeRaw`. */
function isSqlTag({tag}: NodeOf<'TaggedTemplateExpression'>, bindings: Bindings): boolean {
	const imported = bindings.imported(tag);
	if (imported) {
		return imported.name === 'sql' && tagSources.has(imported.source);
	}

	const node = plain(tag);
	return is(node, 'MemberExpression') ? /^\$(?:execute|query)Raw$/.test(nameOf(node) ?? '') : clientOf(node, bindings)?.source === 'postgres';
}

function literalsOf(call: CallNode, bindings: Bindings): AstNode[] {
	const [first] = call.arguments;
	if (!first) {
		return [];
	}

	if (methods.has(methodOf(call) ?? '')) {
		const text = bindings.value(first);
		return [propertyOf(text, 'text') ?? text];
	}

	return stringOf(first) === 'psql' ? call.arguments.flatMap(argument => commandsOf(argument)) : [];
}

/** What psql is told to run: `['-c', 'drop schema public cascade']`. */
function commandsOf(argument: AstNode): AstNode[] {
	const elements = is(argument, 'ArrayExpression') ? argument.elements : [];
	return elements.flatMap((element, index) => element && ['-c', '--command'].includes(stringOf(elements[index - 1]) ?? '') ? [element] : []);
}

function readingsOf(node: AstNode): [string, string] | undefined {
	const text = stringOf(node);
	if (text !== undefined) {
		return [text, text];
	}

	if (!is(node, 'TemplateLiteral')) {
		return undefined;
	}

	const parts = node.quasis.map(({value}) => value.cooked ?? value.raw);
	const joined = (hole: (index: number) => string): string => parts.map((part, index) => `${index === 0 ? '' : hole(index)}${part}`).join('');
	return [joined(index => `$${index}`), joined(index => `hole_${index}`)];
}

/** Reads the statements of a text; nothing where PostgreSQL's parser can read neither reading. {@link loadSqlParser} has to be done. */
export function statementsOf({readings}: SqlText): SqlStatement[] {
	return parse(readings[0]) ?? parse(readings[1]) ?? [];
}

function parse(text: string): SqlStatement[] | undefined {
	try {
		return (parseSync(text).stmts ?? []).flatMap(({stmt}) => Object.entries(stmt ?? {}).map(([kind, tree]) => ({kind, tree: tree as SqlStatement['tree']})));
	} catch {
		return undefined;
	}
}

/** Whether a statement names something anywhere in its tree: a table (`RangeVar`), a function (`FuncCall`). */
export function mentions(tree: unknown, kind: string): boolean {
	if (typeof tree !== 'object' || tree === null) {
		return false;
	}

	return Object.entries(tree).some(([key, value]) => key === kind || mentions(value, kind));
}

/** How a statement empties what it does not own: the words for it, or nothing. */
export function emptyingOf({kind, tree}: SqlStatement): string | undefined {
	if (kind === 'TruncateStmt') {
		return 'TRUNCATE';
	}

	if (kind === 'DropStmt' && tree.removeType === 'OBJECT_SCHEMA') {
		return 'DROP SCHEMA';
	}

	return kind === 'DeleteStmt' && tree.whereClause === undefined && tree.usingClause === undefined ? 'DELETE without WHERE' : undefined;
}

/** How a chain of Kysely empties: `db.deleteFrom('users').execute()`, `db.schema.dropSchema('app').execute()`. */
export function builtEmptyingOf(call: CallNode): string | undefined {
	const methodsOfChain = chainOf(call);
	if (!methodsOfChain.at(-1)?.startsWith('execute')) {
		return undefined;
	}

	if (methodsOfChain[0] === 'deleteFrom') {
		return methodsOfChain.some(name => /^(?:where|using|limit|innerJoin|\$)/.test(name)) ? undefined : 'DELETE without WHERE';
	}

	return methodsOfChain[0] === 'dropSchema' ? 'DROP SCHEMA' : undefined;
}

/** The methods of a chain of calls, in the order in which they are called. */
export function chainOf(call: CallNode): string[] {
	const callee = plain(call.callee);
	if (!is(callee, 'MemberExpression')) {
		return [];
	}

	const before = plain(callee.object);
	return [...(is(before, 'CallExpression') ? chainOf(before) : []), nameOf(callee) ?? '?'];
}
