/**
 * A node of a syntax tree in the form that ESLint's parsers agree on (ESTree with TypeScript's nodes). Only what is read here is told: whoever made the
 * tree, oxc-parser, espree or @typescript-eslint/parser, has to give no more than this.
 */
export interface AstNode {
	/** The kind of node, as ESTree names it. */
	readonly type: string;
	/** Where it begins and ends in the text, in UTF-16 units. */
	readonly range: readonly [number, number];
	/** The node it is part of. */
	parent?: AstNode | null;
}

interface Callable {
	readonly id?: AstNode | null;
	readonly params: readonly AstNode[];
	readonly body: AstNode;
	readonly async: boolean;
}

interface Call {
	readonly callee: AstNode;
	readonly arguments: readonly AstNode[];
}

interface Wrapper {
	readonly expression: AstNode;
}

interface Cast extends Wrapper {
	readonly typeAnnotation: AstNode;
}

/** What each kind of node holds. */
interface NodeFields {
	Program: {readonly body: readonly AstNode[]};
	ImportDeclaration: {readonly source: AstNode; readonly specifiers: readonly AstNode[]};
	ImportSpecifier: {readonly imported: AstNode; readonly local: AstNode};
	ImportDefaultSpecifier: {readonly local: AstNode};
	ImportNamespaceSpecifier: {readonly local: AstNode};
	ImportExpression: {readonly source: AstNode};
	ExportNamedDeclaration: {readonly declaration: AstNode | null};
	Identifier: {readonly name: string; readonly typeAnnotation?: AstNode | null};
	Literal: {readonly value: unknown};
	TemplateLiteral: {readonly quasis: ReadonlyArray<AstNode & NodeFields['TemplateElement']>; readonly expressions: readonly AstNode[]};
	TemplateElement: {readonly value: {readonly cooked?: string | null; readonly raw: string}};
	TaggedTemplateExpression: {readonly tag: AstNode; readonly quasi: AstNode};
	CallExpression: Call;
	NewExpression: Call;
	MemberExpression: {readonly object: AstNode; readonly property: AstNode; readonly computed: boolean};
	ChainExpression: Wrapper;
	ParenthesizedExpression: Wrapper;
	AwaitExpression: {readonly argument: AstNode};
	ArrowFunctionExpression: Callable;
	FunctionExpression: Callable;
	FunctionDeclaration: Callable;
	BlockStatement: {readonly body: readonly AstNode[]};
	ExpressionStatement: Wrapper;
	ReturnStatement: {readonly argument: AstNode | null};
	TryStatement: {readonly block: AstNode; readonly finalizer: AstNode | null};
	VariableDeclaration: {readonly kind: string; readonly declarations: readonly AstNode[]};
	VariableDeclarator: {readonly id: AstNode; readonly init: AstNode | null};
	AssignmentExpression: {readonly operator: string; readonly left: AstNode; readonly right: AstNode};
	AssignmentPattern: {readonly left: AstNode; readonly right: AstNode};
	ObjectExpression: {readonly properties: readonly AstNode[]};
	ObjectPattern: {readonly properties: readonly AstNode[]};
	ArrayExpression: {readonly elements: ReadonlyArray<AstNode | null>};
	Property: {readonly key: AstNode; readonly value: AstNode; readonly computed: boolean; readonly shorthand: boolean};
	RestElement: {readonly argument: AstNode};
	SpreadElement: {readonly argument: AstNode};
	ThisExpression: object;
	TSAsExpression: Cast;
	TSSatisfiesExpression: Cast;
	TSTypeAssertion: Cast;
	TSNonNullExpression: Wrapper;
	TSTypeAnnotation: {readonly typeAnnotation: AstNode};
	TSTypeReference: {readonly typeName: AstNode; readonly typeArguments?: AstNode | null};
	TSTypeParameterInstantiation: {readonly params: readonly AstNode[]};
	TSQualifiedName: {readonly left: AstNode; readonly right: AstNode};
}

export type NodeType = keyof NodeFields;

/** A node of one of the kinds. */
export type NodeOf<Type extends NodeType> = Type extends NodeType ? AstNode & {readonly type: Type} & NodeFields[Type] : never;

export type FunctionNode = NodeOf<'ArrowFunctionExpression' | 'FunctionExpression' | 'FunctionDeclaration'>;
export type CallNode = NodeOf<'CallExpression'>;

/** Tells whether a node is of one of the kinds. */
export function is<Type extends NodeType>(node: AstNode | null | undefined, ...types: readonly Type[]): node is NodeOf<Type> {
	return node !== null && node !== undefined && (types as readonly string[]).includes(node.type);
}

export function isFunction(node: AstNode | null | undefined): node is FunctionNode {
	return is(node, 'ArrowFunctionExpression', 'FunctionExpression', 'FunctionDeclaration');
}

/** What is no child, though it may look like one. */
const otherKeys = new Set(['parent', 'loc', 'range', 'tokens', 'comments']);

function isNode(value: unknown): value is AstNode {
	return typeof value === 'object' && value !== null && typeof (value as {type?: unknown}).type === 'string';
}

/** The children of a node. */
export function childrenOf(node: AstNode): AstNode[] {
	const children: AstNode[] = [];
	// A loop, as this is where the time of a check goes.
	for (const key of Object.keys(node)) {
		const value = otherKeys.has(key) ? undefined : (node as unknown as Record<string, unknown>)[key];
		if (Array.isArray(value)) {
			children.push(...value.filter(one => isNode(one)));
		} else if (isNode(value)) {
			children.push(value);
		}
	}

	return children;
}

/** Visits a node and all below it, in the order of the tree; `visit` returns false to leave out what is below. */
export function walk(node: AstNode, visit: (node: AstNode) => boolean | void): void {
	if (visit(node) === false) {
		return;
	}

	for (const child of childrenOf(node)) {
		walk(child, visit);
	}
}

/** All nodes of some kinds at and below a node. */
export function findAll<Type extends NodeType>(node: AstNode, ...types: readonly Type[]): Array<NodeOf<Type>> {
	const found: Array<NodeOf<Type>> = [];
	walk(node, one => {
		if (is(one, ...types)) {
			found.push(one);
		}
	});
	return found;
}

/** Lets every node know what it stands in, as ESLint does. */
export function setParents(root: AstNode): void {
	for (const child of childrenOf(root)) {
		child.parent = root;
		setParents(child);
	}
}

/** What a node stands in, the nearest first. */
export function* ancestorsOf(node: AstNode): Generator<AstNode> {
	for (let one = node.parent; one; one = one.parent) {
		yield one;
	}
}

/** Tells whether a node is another one, or stands in it. */
export function isWithin(node: AstNode, outer: AstNode): boolean {
	return node.range[0] >= outer.range[0] && node.range[1] <= outer.range[1];
}

/** The expression itself, without what says only how it is seen or waited for: `await`, `as`, `satisfies`, `!`, `?.`, parentheses. */
export function plain(node: AstNode): AstNode {
	if (is(node, 'TSAsExpression', 'TSSatisfiesExpression', 'TSTypeAssertion', 'TSNonNullExpression', 'ChainExpression', 'ParenthesizedExpression')) {
		return plain(node.expression);
	}

	return is(node, 'AwaitExpression') ? plain(node.argument) : node;
}

/** The text of a string, or of a template that has no expressions. */
export function stringOf(node: AstNode | null | undefined): string | undefined {
	if (is(node, 'Literal')) {
		return typeof node.value === 'string' ? node.value : undefined;
	}

	return is(node, 'TemplateLiteral') && node.expressions.length === 0 ? node.quasis[0]?.value.cooked ?? undefined : undefined;
}

/** The name of a member or of a key, where the text says it: `a.b`, `a['b']`, `{b: 1}`, `{'b': 1}`. */
export function nameOf(node: NodeOf<'MemberExpression' | 'Property'>): string | undefined {
	const key = node.type === 'Property' ? node.key : node.property;
	return !node.computed && is(key, 'Identifier') ? key.name : stringOf(key);
}

/** The name of the member that is called: `query` of `pool.query('select 1')`. */
export function methodOf(call: CallNode): string | undefined {
	const callee = plain(call.callee);
	return is(callee, 'MemberExpression') ? nameOf(callee) : undefined;
}

/** A property of an object that is written out. */
export function propertyOf(object: AstNode | null | undefined, name: string): AstNode | undefined {
	const properties = is(object, 'ObjectExpression') ? object.properties : [];
	return properties.filter(property => is(property, 'Property')).find(property => nameOf(property) === name)?.value;
}
