import {ancestorsOf, findAll, is, isFunction, methodOf, plain, propertyOf, type AstNode, type NodeOf} from '../source/ast.ts';
import {clientType, poolOfDialect} from './clients.ts';
import type {TestFile} from './test-file.ts';

/** Something hand-made that stands in for a client. */
export interface Fake {
	readonly node: AstNode;
	readonly what: string;
}

/** Finds hand-made stand-ins for clients, and Kysely on a driver that does nothing, where it is run. */
export function fakesIn(file: TestFile): Fake[] {
	const pools = poolsOfDialects(file);
	const objects = findAll(file.source.program, 'ObjectExpression').flatMap(object => {
		const type = typeGivenTo(object, file) ?? (pools.has(object) ? 'pool' : undefined);
		return type !== undefined && isFake(object) ? [{node: object, what: `An object of functions stands in for a ${type}.`}] : [];
	});
	const instances = findAll(file.source.program, 'NewExpression').flatMap(node => {
		const type = typeGivenTo(node, file);
		const made = type === undefined ? undefined : classOf(node, file);
		return type !== undefined && made && isFake(made) ? [{node, what: `An object of a class of this file stands in for a ${type}.`}] : [];
	});
	return [...objects, ...instances, ...dummiesIn(file)];
}

/** The body of a class of this file that is nobody's child. */
function classOf({callee}: NodeOf<'NewExpression'>, {bindings}: TestFile): AstNode | undefined {
	const definition = is(callee, 'Identifier') ? bindings.of(callee)?.defs[0] : undefined;
	const {superClass, body} = (definition?.type === 'ClassName' ? definition.node : {}) as {readonly superClass?: AstNode | null; readonly body?: AstNode};
	return superClass ? undefined : body;
}

/** The client that an object is said to be: `{query} as unknown as Pool`, `const pool: Pool = {query}`. */
function typeGivenTo(object: AstNode, {bindings}: TestFile): string | undefined {
	const casts: AstNode[] = [];
	for (const one of ancestorsOf(object)) {
		if (is(one, 'TSAsExpression', 'TSSatisfiesExpression', 'TSTypeAssertion')) {
			casts.push(one.typeAnnotation);
		} else if (is(one, 'VariableDeclarator') && one.init && is(one.id, 'Identifier')) {
			return clientType(casts.at(-1) ?? one.id.typeAnnotation, bindings) ?? clientType(one.id.typeAnnotation, bindings);
		} else {
			break;
		}
	}

	return clientType(casts.at(-1), bindings);
}

/** `new PostgresDialect({pool: {connect}})`, also by the name of a constant. */
function poolsOfDialects({source, bindings}: TestFile): Set<AstNode> {
	return new Set(findAll(source.program, 'NewExpression').flatMap(node => {
		const pool = poolOfDialect(node, bindings);
		return pool ? [bindings.value(pool)] : [];
	}));
}

/** It answers itself: no client is called in it, as one would be that only looks on. */
function isFake(object: AstNode): boolean {
	const members = (object as AstNode & {readonly body?: readonly AstNode[]}).body ?? [];
	const answers = ['query', 'connect', 'selectFrom', 'execute'].some(name => isFunctionOrStub(propertyOf(object, name)) || members.some(member => isMethod(member, name)));
	return answers && !findAll(object, 'CallExpression').some(call => ['query', 'connect', 'execute', 'apply', 'call'].includes(methodOf(call) ?? ''));
}

function isMethod(member: AstNode, name: string): boolean {
	const {key, value} = member as AstNode & {readonly key?: AstNode; readonly value?: AstNode | null};
	return is(key, 'Identifier') && key.name === name && isFunctionOrStub(value ?? undefined);
}

/** `async () => ({rows: []})`, `sinon.stub()`, `vi.fn()`. */
function isFunctionOrStub(node: AstNode | undefined): boolean {
	const value = node && plain(node);
	return isFunction(value) || (is(value, 'CallExpression') && ['stub', 'fn'].includes(methodOf(value) ?? ''));
}

/** Kysely on DummyDriver compiles queries, which is what it is for; run, it answers every query with nothing. */
function dummiesIn(file: TestFile): Fake[] {
	const {source, bindings} = file;
	const created = findAll(source.program, 'NewExpression').filter(({callee, arguments: [options]}) => {
		const imported = bindings.imported(callee);
		return imported?.source === 'kysely' && imported.name === 'Kysely' && options !== undefined && hasDummy(options, bindings);
	});
	return created.filter(kysely => isRun(kysely, file)).map(node => ({node, what: 'Kysely runs on DummyDriver, which answers every query with nothing.'}));
}

/** Whether DummyDriver is named in an expression, or in a constant that it names. */
function hasDummy(expression: AstNode, bindings: TestFile['bindings'], depth = 0): boolean {
	return findAll(expression, 'Identifier').some(identifier => {
		const imported = bindings.imported(identifier);
		const value = bindings.value(identifier);
		return (imported?.source === 'kysely' && imported.name === 'DummyDriver') || (value !== identifier && depth < 2 && hasDummy(value, bindings, depth + 1));
	});
}

function isRun(kysely: NodeOf<'NewExpression'>, {source, bindings}: TestFile): boolean {
	return findAll(source.program, 'CallExpression').some(call => /^execute|^stream$/.test(methodOf(call) ?? '') && beginsWith(call, kysely, bindings));
}

function beginsWith(expression: AstNode, kysely: AstNode, bindings: TestFile['bindings']): boolean {
	const node = bindings.value(expression);
	if (node === kysely) {
		return true;
	}

	const before = is(node, 'MemberExpression') ? node.object : (is(node, 'CallExpression') ? node.callee : undefined);
	return before !== undefined && beginsWith(before, kysely, bindings);
}
