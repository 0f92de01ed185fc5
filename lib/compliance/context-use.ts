import {findAll, is, nameOf, type AstNode, type NodeOf} from '../source/ast.ts';
import type {Bindings} from './bindings.ts';
import type {TestCase} from './runner.ts';

/** What the body of a test takes of the context that its fixture gives. */
export interface ContextUse {
	/** By the name of a member, the places where the body uses it. */
	readonly members: ReadonlyMap<string, readonly AstNode[]>;
	/** Whether the members are all that it takes: a context that is handed on whole may be used for anything. */
	readonly isWhole: boolean;
}

/** Finds what a test takes of its context. */
export function contextUseOf({body}: TestCase, bindings: Bindings): ContextUse {
	const members = new Map<string, AstNode[]>();
	const parameter = body?.params[1];
	const isWhole = body !== undefined && (parameter === undefined || collect(parameter, {bindings, members}));
	return {members, isWhole};
}

interface Collection {
	readonly bindings: Bindings;
	readonly members: Map<string, AstNode[]>;
}

/** Collects from the context under a name or in a pattern; false where it goes where nobody sees it. */
function collect(target: AstNode, collection: Collection): boolean {
	if (is(target, 'ObjectPattern')) {
		return target.properties.every(property => is(property, 'Property') ? collectProperty(property, collection) : isUnused(property, collection));
	}

	if (!is(target, 'Identifier')) {
		return false;
	}

	return readsOf(target, collection).every(read => {
		const {parent} = read;
		if (is(parent, 'VariableDeclarator') && parent.init === read) {
			return collect(parent.id, collection);
		}

		const name = is(parent, 'MemberExpression') && parent.object === read ? nameOf(parent) : undefined;
		add(collection, name, parent ? [parent] : []);
		return name !== undefined;
	});
}

function collectProperty(property: NodeOf<'Property'>, collection: Collection): boolean {
	const name = nameOf(property);
	const variables = findAll(property.value, 'Identifier').filter(identifier => collection.bindings.of(identifier)?.defs[0]?.name === identifier);
	add(collection, name, variables.flatMap(variable => readsOf(variable, collection)));
	return name !== undefined;
}

/** `...rest` that nobody reads. */
function isUnused(rest: AstNode, collection: Collection): boolean {
	return is(rest, 'RestElement') && readsOf(rest.argument, collection).length === 0;
}

function readsOf(identifier: AstNode, {bindings}: Collection): AstNode[] {
	return (bindings.of(identifier)?.references ?? []).map(({identifier: one}) => one).filter(one => one !== identifier);
}

function add({members}: Collection, name: string | undefined, nodes: readonly AstNode[]): void {
	if (name !== undefined) {
		members.set(name, [...members.get(name) ?? [], ...nodes]);
	}
}

/** The member of a test's context that an expression begins with: `db` of `db.selectFrom('users')`, of `context.db.selectFrom('users')`. */
export function contextMemberAt(node: AstNode, use: ContextUse): string | undefined {
	return [...use.members].find(([, places]) => places.some(place => place.range[0] === node.range[0] && place.range[1] <= node.range[1]))?.[0];
}
