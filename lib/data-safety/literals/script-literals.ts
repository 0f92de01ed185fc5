import {parseSync} from 'oxc-parser';
import {blank, filler, type Literal} from './literal.ts';

/** A node of the ESTree, as far as it is needed here: offsets count units of UTF-16, as strings do. */
interface Node {
	readonly type: string;
	readonly start: number;
	readonly end: number;
	readonly [key: string]: unknown;
}

/** What a node's literals are the value of. */
interface Role {
	readonly name?: string | undefined;
	readonly isValue: boolean;
}

const noRole: Role = {isValue: false};

/** A literal inside of these is what they are: `{email: isStaff ? 'a' : 'b'}`. */
const transparent = new Set(['ArrayExpression', 'ConditionalExpression', 'LogicalExpression', 'TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression']);

/** Names of modules are no data. */
const withSource = new Set(['ImportDeclaration', 'ImportExpression', 'ExportAllDeclaration', 'ExportNamedDeclaration']);

/** An escape of JavaScript: all of it stands for something else. */
const escapes = /\\(?:\r\n|u\{[\dA-Fa-f]+\}|u[\dA-Fa-f]{4}|x[\dA-Fa-f]{2}|[^])/g;

/**
 * Reads the strings and templates of a JavaScript or TypeScript file.
 *
 * @throws {SyntaxError} when it has a syntax error.
 */
export function readScriptLiterals(file: string, source: string): Literal[] {
	const {program, errors} = parseSync(file, source, {preserveParens: false});
	const [error] = errors;
	if (error && program.body.length === 0) {
		throw new SyntaxError(error.message);
	}

	const reader = new ScriptLiterals(source);
	reader.read(program as unknown as Node, noRole);
	return reader.literals;
}

class ScriptLiterals {
	readonly literals: Literal[] = [];
	readonly #source: string;

	constructor(source: string) {
		this.#source = source;
	}

	read(node: Node, role: Role): void {
		if (node.type === 'Literal' && typeof node.value === 'string') {
			this.#add(blank(this.#source.slice(node.start + 1, node.end - 1), escapes), node.start + 1, role);
		} else if (node.type === 'TemplateLiteral') {
			this.#add(this.#textOf(node), node.start + 1, role);
		}

		const isTransparent = transparent.has(node.type);
		for (const [key, value] of Object.entries(node)) {
			if (key !== 'source' || !withSource.has(node.type)) {
				this.#readChildren(value, isTransparent ? role : roleOf(node, key));
			}
		}
	}

	#readChildren(value: unknown, role: Role): void {
		for (const child of Array.isArray(value) ? value : [value]) {
			if (isNode(child)) {
				this.read(child, role);
			}
		}
	}

	#add(text: string, offset: number, {name, isValue}: Role): void {
		this.literals.push({text, offset, isValue, ...(name !== undefined && {name})});
	}

	/** The text of a template, with fillers for what it inserts. */
	#textOf(template: Node): string {
		let text = '';
		for (const [start, end] of partsOf(template)) {
			text += filler.repeat(start - (template.start + 1) - text.length) + blank(this.#source.slice(start, end), escapes);
		}

		return text;
	}
}

/** Where the static parts of a template begin and end. */
function partsOf(template: Node): ReadonlyArray<readonly [start: number, end: number]> {
	const parts = template.quasis as readonly Node[];
	// The tree of TypeScript files counts the marks around a part in, the tree of JavaScript files does not.
	const isWide = parts[0]!.start === template.start;
	return parts.map(({start, end}, index) => isWide ? [start + 1, end - (index === parts.length - 1 ? 1 : 2)] : [start, end]);
}

function isNode(value: unknown): value is Node {
	return typeof value === 'object' && value !== null && typeof (value as Partial<Node>).type === 'string' && typeof (value as Partial<Node>).start === 'number';
}

function roleOf(node: Node, key: string): Role {
	if (node.type === 'Property' || node.type === 'PropertyDefinition') {
		return key === 'value' ? {name: nameOf(node.key), isValue: true} : noRole;
	}

	if (node.type === 'VariableDeclarator') {
		return key === 'init' ? {name: nameOf(node.id), isValue: false} : noRole;
	}

	return node.type === 'AssignmentExpression' && key === 'right' ? {name: nameOf(node.left), isValue: false} : noRole;
}

/** `email` of `email`, `'email'` and `user.email`. */
function nameOf(node: unknown): string | undefined {
	const {type, name, value, property} = node as Readonly<Record<string, unknown>>;
	if (type === 'MemberExpression') {
		return nameOf(property);
	}

	return typeof name === 'string' ? name : typeof value === 'string' ? value : undefined;
}
