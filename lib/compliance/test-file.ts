import path from 'node:path';
import {ancestorsOf, findAll, is, isFunction, plain, stringOf, type AstNode, type FunctionNode, type NodeOf} from '../source/ast.ts';
import {Bindings, type Scopes} from './bindings.ts';
import {exportedClient} from './project-modules.ts';
import {isRunner, readDeclaration, type Hook, type TestCase} from './runner.ts';
import {sqlTextsIn, type SqlText} from './sql.ts';

/** A file to check, read. */
export interface SourceFile {
	/** Absolute. */
	readonly file: string;
	/** Where the project is: names of folders above it say nothing. */
	readonly root: string;
	readonly text: string;
	readonly program: NodeOf<'Program'>;
	readonly scopes: Scopes;
	/** Where tables are made, by their definition, in all files of the check: what is made here is added. */
	readonly definitions: Map<string, string>;
}

/** In what a piece of code runs. */
export type Place = {readonly test: TestCase} | {readonly hook: Hook} | 'module' | 'elsewhere';

/** A client that a module of the project makes. */
export interface ProjectClient {
	/** As a reader knows it. */
	readonly name: string;
	/** The package that it is of. */
	readonly source: string;
}

/** A test file as the rules see it. */
export class TestFile {
	readonly source: SourceFile;
	readonly bindings: Bindings;
	readonly tests: readonly TestCase[];
	readonly hooks: readonly Hook[];
	/** What the file imports, by `import`. */
	readonly imports: readonly string[];
	#sqlTexts: readonly SqlText[] | undefined;
	readonly #owners = new Map<AstNode, Place>();
	readonly #projectClients = new Map<string, ProjectClient | undefined>();

	constructor(source: SourceFile) {
		this.source = source;
		this.bindings = new Bindings(source.scopes);
		this.imports = source.program.body.filter(node => is(node, 'ImportDeclaration')).map(node => stringOf(node.source) ?? '');
		const areGlobal = !this.imports.some(name => isRunner(name)) && /\.(?:test|spec)\.\w+$/.test(source.file);
		const declared = findAll(source.program, 'CallExpression').flatMap(call => readDeclaration(call, this.bindings, areGlobal) ?? []);
		this.tests = declared.filter(one => 'isPlain' in one);
		this.hooks = declared.filter(one => 'kind' in one);
		for (const place of [...this.hooks.map(hook => ({hook})), ...this.tests.map(test => ({test}))]) {
			const {body} = 'test' in place ? place.test : place.hook;
			if (body) {
				this.#owners.set(body, place);
			}
		}
	}

	/** The path of the file in its project, with `/`. */
	get name(): string {
		return path.relative(this.source.root, this.source.file).split(path.sep).join('/');
	}

	/** Every text of the file that is taken as SQL. */
	get sqlTexts(): readonly SqlText[] {
		this.#sqlTexts ??= sqlTextsIn(this.source.program, this.bindings);
		return this.#sqlTexts;
	}

	/** In what a node runs: in a test, in a hook, when the file is loaded, or when somebody calls the function it stands in. */
	placeOf(node: AstNode): Place {
		let isInFunction = false;
		for (const one of ancestorsOf(node)) {
			const owner = this.#owners.get(one);
			if (owner) {
				return owner;
			}

			isInFunction ||= isFunction(one) && !this.#isGroup(one);
		}

		return isInFunction ? 'elsewhere' : 'module';
	}

	/** The test that a node stands in. */
	testOf(node: AstNode): TestCase | undefined {
		const place = this.placeOf(node);
		return typeof place === 'object' && 'test' in place ? place.test : undefined;
	}

	/** The hook that a node stands in, or whose helper in this file it stands in. */
	hookOf(node: AstNode): Hook | undefined {
		const place = this.placeOf(node);
		if (typeof place === 'object') {
			return 'hook' in place ? place.hook : undefined;
		}

		return this.#callerOf(node, this.hooks);
	}

	/** The test whose helper in this file a node stands in. */
	testCalling(node: AstNode): TestCase | undefined {
		return this.placeOf(node) === 'elsewhere' ? this.#callerOf(node, this.tests) : undefined;
	}

	/** The client that an identifier imports from a module of the project which makes it; the module is read. */
	projectClientOf(expression: AstNode): ProjectClient | undefined {
		const identifier = plain(expression);
		const imported = is(identifier, 'Identifier') ? this.bindings.imported(identifier) : undefined;
		if (!imported || !is(identifier, 'Identifier') || !imported.source.startsWith('.')) {
			return undefined;
		}

		const key = `${imported.source} ${imported.name}`;
		if (!this.#projectClients.has(key)) {
			this.#projectClients.set(key, exportedClient(imported, this.source.file));
		}

		const made = this.#projectClients.get(key);
		return made && {name: `\`${identifier.name}\` of ${imported.source} (${made.name})`, source: made.source};
	}

	/** The line of an offset, from 1. */
	lineOf(offset: number): number {
		return this.source.text.slice(0, offset).split('\n').length;
	}

	/** The text of a node. */
	textOf({range}: AstNode): string {
		return this.source.text.slice(...range);
	}

	#callerOf<Caller extends TestCase | Hook>(node: AstNode, callers: readonly Caller[]): Caller | undefined {
		const helper = [...ancestorsOf(node)].findLast(one => isFunction(one));
		return helper && callers.find(({body}) => body && this.#calls(body, helper));
	}

	/** Whether a function calls another one of this file by its name. */
	#calls(caller: AstNode, called: FunctionNode): boolean {
		return findAll(caller, 'CallExpression').some(({callee}) => {
			const value = this.bindings.value(callee);
			return value === called || (is(value, 'Identifier') && this.bindings.of(value)?.defs[0]?.node === called);
		});
	}

	/** The callback of `describe` runs when the file is loaded, as what stands outside of it does. */
	#isGroup(node: FunctionNode): boolean {
		const {parent} = node;
		return is(parent, 'CallExpression') && is(parent.callee, 'Identifier') && ['describe', 'suite', 'context'].includes(parent.callee.name);
	}
}
