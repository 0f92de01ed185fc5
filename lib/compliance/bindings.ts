import {is, nameOf, plain, stringOf, type AstNode, type NodeOf} from '../source/ast.ts';

/** Where a variable is read or written. */
export interface Reference {
	readonly identifier: AstNode;
	/** What is written, where it is an assignment or an initialiser. */
	readonly writeExpr?: AstNode | null | undefined;
	isWrite(): boolean;
}

/** What makes a variable: an import, a declaration, a parameter. */
export interface Definition {
	readonly type: string;
	/** What the variable is called there. */
	readonly name: AstNode;
	/** The specifier of an import, the declarator of a variable, the function of a parameter. */
	readonly node: AstNode;
	/** The import, or the declaration. */
	readonly parent?: AstNode | null | undefined;
}

/** A variable of a scope. */
export interface Variable {
	readonly name: string;
	readonly defs: readonly Definition[];
	readonly references: readonly Reference[];
}

/** What ESLint, @typescript-eslint/scope-manager and oxlint tell of the scopes of a file. */
export interface Scopes {
	readonly scopes: ReadonlyArray<{readonly type: string; readonly variables: readonly Variable[]}>;
}

/** Something that a module exports. */
export interface Imported {
	/** As it is written: `pg`, `../src/db.js`. */
	readonly source: string;
	/** `default`, `*` for all of it, or a name. */
	readonly name: string;
}

/** No chain of constants that stand for one another is longer. */
const reach = 8;

/** Which variable an identifier means, and where its value comes from. */
export class Bindings {
	readonly #variables = new Map<AstNode, Variable>();

	constructor({scopes}: Scopes) {
		for (const variable of scopes.flatMap(scope => scope.variables)) {
			for (const {identifier} of variable.references) {
				this.#variables.set(identifier, variable);
			}

			for (const {name} of variable.defs) {
				this.#variables.set(name, variable);
			}
		}
	}

	/** The variable that an identifier means; nothing for globals and names of members. */
	of(identifier: AstNode): Variable | undefined {
		const variable = this.#variables.get(identifier);
		return variable?.defs.length === 0 ? undefined : variable;
	}

	/** The initialiser of the constant that an identifier means, where it is one value and not a part of one. */
	constant(identifier: AstNode): AstNode | undefined {
		const {node, parent} = this.of(identifier)?.defs[0] ?? {};
		const isConstant = is(parent, 'VariableDeclaration') && parent.kind === 'const';
		return isConstant && is(node, 'VariableDeclarator') && is(node.id, 'Identifier') ? node.init ?? undefined : undefined;
	}

	/** Follows constants to the expression that they stand for. */
	value(expression: AstNode, depth = 0): AstNode {
		const node = plain(expression);
		const initialiser = is(node, 'Identifier') && depth < reach ? this.constant(node) : undefined;
		return initialiser ? this.value(initialiser, depth + 1) : node;
	}

	/** What an expression imports, by `import`, `import()` or `require`: `Pool`, `pg.Pool`, `const {Pool} = pg`. */
	imported(expression: AstNode, depth = 0): Imported | undefined {
		const node = plain(expression);
		if (depth > reach) {
			return undefined;
		}

		if (is(node, 'MemberExpression')) {
			return memberOf(this.imported(node.object, depth + 1), nameOf(node));
		}

		const source = is(node, 'CallExpression') ? requiredBy(node) : (is(node, 'ImportExpression') ? stringOf(node.source) : undefined);
		if (source !== undefined) {
			return {source, name: '*'};
		}

		const definition = is(node, 'Identifier') ? this.of(node)?.defs[0] : undefined;
		return definition && this.#importedBy(definition, depth + 1);
	}

	#importedBy({node, name, parent}: Definition, depth: number): Imported | undefined {
		if (is(parent, 'ImportDeclaration')) {
			const source = stringOf(parent.source);
			return source === undefined ? undefined : {source, name: importedName(node)};
		}

		if (!is(node, 'VariableDeclarator') || !node.init || !is(parent, 'VariableDeclaration') || parent.kind !== 'const') {
			return undefined;
		}

		const whole = this.imported(node.init, depth);
		return is(node.id, 'ObjectPattern') ? memberOf(whole, keyOf(node.id, name)) : whole;
	}
}

function requiredBy({callee, arguments: [argument]}: NodeOf<'CallExpression'>): string | undefined {
	return is(callee, 'Identifier') && callee.name === 'require' ? stringOf(argument) : undefined;
}

function importedName(specifier: AstNode): string {
	if (is(specifier, 'ImportSpecifier')) {
		return is(specifier.imported, 'Identifier') ? specifier.imported.name : stringOf(specifier.imported) ?? '';
	}

	return specifier.type === 'ImportNamespaceSpecifier' ? '*' : 'default';
}

/** A member of a whole module is an export of it; a member of an export is not. */
function memberOf(whole: Imported | undefined, name: string | undefined): Imported | undefined {
	return whole && name !== undefined && (whole.name === '*' || whole.name === 'default') ? {source: whole.source, name} : undefined;
}

/** Under which key a pattern takes a variable, at its first level. */
function keyOf(pattern: NodeOf<'ObjectPattern'>, variable: AstNode): string | undefined {
	const property = pattern.properties.filter(one => is(one, 'Property')).find(({value}) => value === variable || (is(value, 'AssignmentPattern') && value.left === variable));
	return property && nameOf(property);
}
