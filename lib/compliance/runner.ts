import {is, isFunction, nameOf, plain, stringOf, type AstNode, type CallNode, type FunctionNode, type NodeOf} from '../source/ast.ts';
import type {Bindings} from './bindings.ts';
import {fixtureImported, type FixtureName} from './harness-names.ts';

/** When a hook runs. */
export type HookKind = 'before' | 'beforeEach' | 'after' | 'afterEach';

/** A hook of a test file. */
export interface Hook {
	readonly kind: HookKind;
	readonly node: CallNode;
	readonly body: FunctionNode | undefined;
}

/** The fixture that a test has. */
export interface FixtureUse {
	readonly name: FixtureName;
	/** What the test names: `tddTestContext`, `tddSeededData('shop').with({...})`, `seeded`. */
	readonly node: AstNode;
	/** The arguments of each `.with()`. */
	readonly options: readonly AstNode[];
}

/** A test of a file. */
export interface TestCase {
	readonly runner: 'ava' | 'other';
	readonly node: CallNode;
	readonly titleNode: AstNode | undefined;
	/** Nothing for a title that is not written out. */
	readonly title: string | undefined;
	readonly fixture: FixtureUse | undefined;
	readonly body: FunctionNode | undefined;
	/** Whether its implementation is the body itself: neither a fixture nor a macro stands between. */
	readonly isPlain: boolean;
}

/** Modules whose exports declare tests and hooks. */
const otherRunners = new Set(['node:test', 'test', 'vitest', '@jest/globals', 'mocha', 'bun:test']);

const hookKinds: Readonly<Record<string, HookKind>> = {
	before: 'before', beforeAll: 'before', beforeEach: 'beforeEach', after: 'after', afterAll: 'after', afterEach: 'afterEach',
};

/** The callee of a declaration, taken apart: `test.serial.beforeEach` is `test` and its words. */
interface Declaration {
	readonly runner: 'ava' | 'other';
	readonly words: readonly string[];
}

/** Reads what a call declares: a test, a hook or nothing. Where no runner is imported, `areGlobal` lets names of globals mean one. */
export function readDeclaration(call: CallNode, bindings: Bindings, areGlobal: boolean): TestCase | Hook | undefined {
	const declaration = calleeOf(call.callee, bindings, areGlobal);
	if (!declaration) {
		return undefined;
	}

	const kind = declaration.words.map(word => hookKinds[word]).find(Boolean);
	if (kind) {
		return {kind, node: call, body: call.arguments.map(argument => bodyOf(argument, bindings)).find(Boolean)};
	}

	return isTest(declaration) && call.arguments.length > 0 ? readTest(call, declaration, bindings) : undefined;
}

/** Tells whether a module is a runner of tests. */
export function isRunner(source: string): boolean {
	return source === 'ava' || otherRunners.has(source);
}

function isTest({runner, words}: Declaration): boolean {
	return runner === 'ava' ? !words.some(word => word === 'macro' || word === 'todo' || word === 'meta') : words[0] === 'test' || words[0] === 'it';
}

function calleeOf(callee: AstNode, bindings: Bindings, areGlobal: boolean): Declaration | undefined {
	const node = plain(callee);
	if (is(node, 'CallExpression')) {
		// `test.for(cases)('...', body)`.
		const declaration = calleeOf(node.callee, bindings, areGlobal);
		return ['each', 'for'].includes(declaration?.words.at(-1) ?? '') ? declaration : undefined;
	}

	if (is(node, 'MemberExpression')) {
		const object = calleeOf(node.object, bindings, areGlobal);
		const name = nameOf(node);
		return object && name !== undefined ? {...object, words: [...object.words, name]} : undefined;
	}

	if (!is(node, 'Identifier')) {
		return undefined;
	}

	const imported = bindings.imported(node);
	if (imported?.source === 'ava') {
		return {runner: 'ava', words: []};
	}

	if (imported && otherRunners.has(imported.source)) {
		return {runner: 'other', words: [imported.name === 'default' ? 'test' : imported.name].filter(word => word !== '*')};
	}

	return areGlobal && !bindings.of(node) ? {runner: 'other', words: [node.name]} : undefined;
}

function readTest(node: CallNode, {runner}: Declaration, bindings: Bindings): TestCase {
	const {arguments: given} = node;
	const isTitled = !bodyOf(given[0], bindings) && !(given[0] && fixtureOf(given[0], bindings));
	const titleNode = isTitled ? given[0] : undefined;
	const [implementation, next] = isTitled ? given.slice(1) : given;
	const fixture = implementation && fixtureOf(implementation, bindings);
	const own = bodyOf(implementation, bindings);
	const base = {runner, node, titleNode, title: stringOf(titleNode), fixture};
	const wrapped = given.map(argument => wrappedBody(argument, bindings)).find(Boolean);
	if (wrapped) {
		return {...base, ...wrapped, isPlain: false};
	}

	return fixture ? {...base, body: bodyOf(next, bindings), isPlain: false} : {...base, body: own ?? given.map(argument => bodyOf(argument, bindings)).find(Boolean), isPlain: own !== undefined};
}

/** The fixture around a body, as all runners but AVA have it: `tddTestContext(async (t, {db}) => {})`. */
function wrappedBody(expression: AstNode, bindings: Bindings): Pick<TestCase, 'fixture' | 'body'> | undefined {
	const node = bindings.value(expression);
	if (!is(node, 'CallExpression') || fixtureOf(node, bindings)) {
		return undefined;
	}

	const fixture = fixtureOf(node.callee, bindings);
	return fixture && {fixture, body: bodyOf(node.arguments[0], bindings)};
}

/** The function that is written there, or that the name there means. */
function bodyOf(node: AstNode | undefined, bindings: Bindings): FunctionNode | undefined {
	const value = node && bindings.value(node);
	if (isFunction(value)) {
		return value;
	}

	const definition = is(value, 'Identifier') ? bindings.of(value)?.defs[0] : undefined;
	return definition?.type === 'FunctionName' && isFunction(definition.node) ? definition.node : undefined;
}

/** The fixture that an expression is: by its name, with options, or by the name of a constant of the file. */
export function fixtureOf(expression: AstNode, bindings: Bindings): FixtureUse | undefined {
	const node = bindings.value(expression);
	if (!is(node, 'CallExpression')) {
		const name = fixtureImported(node, bindings);
		return name && {name, node: expression, options: []};
	}

	const callee = plain(node.callee);
	if (is(callee, 'MemberExpression') && nameOf(callee) === 'with') {
		return withOptions(fixtureOf(callee.object, bindings), node, expression);
	}

	const name = fixtureImported(callee, bindings);
	return name === 'tddSeededData' ? {name, node: expression, options: []} : undefined;
}

function withOptions(base: FixtureUse | undefined, {arguments: [options]}: NodeOf<'CallExpression'>, node: AstNode): FixtureUse | undefined {
	return base && {...base, node, options: options ? [...base.options, options] : base.options};
}
