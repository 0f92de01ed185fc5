import {findAll, is, nameOf, plain, propertyOf, stringOf, type AstNode, type CallNode} from '../../source/ast.ts';
import {clientOf, rootOf} from '../clients.ts';
import {contextMemberAt, contextUseOf} from '../context-use.ts';
import {fakesIn} from '../fakes.ts';
import type {Check, Finding} from '../finding.ts';
import {exportedClients} from '../project-modules.ts';
import type {TestFile} from '../test-file.ts';

/** The packages that stand between code and its database. */
const drivers = new Set(['pg', 'pg-pool', 'kysely']);

const why = 'A mock answers whatever SQL it is given, so that neither constraints, nor types, nor the statement itself are tested.';
const how = 'Let the code run on the real database of a fixture: hand it `pool` or `db`; what is to fail can be made to fail by its rows.';

/** Finds what replaces pg or Kysely in a test file: mocked modules, stubbed methods, fakes with the type of a client, drivers that do nothing. */
export const noMockedDatabase: Check = file => file.tests.length === 0 ? [] : [
	...findAll(file.source.program, 'CallExpression').flatMap(call => mockedBy(call, file)).map(({node, what}) => ({node, what, why, how})),
	...fakesIn(file).map(({node, what}): Finding => ({node, what, why, how})),
];

/** Something that is mocked, and how to say so. */
interface Mocked {
	readonly node: AstNode;
	readonly what: string;
}

function mockedBy(call: CallNode, file: TestFile): Mocked[] {
	const tool = toolOf(call.callee, file);
	if (!tool) {
		return [];
	}

	const {name, words} = tool;
	const replaces = replacements[name];
	return replaces ? replaces(call, {words, file}) : [];
}

interface Tool {
	/** The package, or the object of a runner. */
	readonly name: 'sinon' | 'esmock' | 'proxyquire' | 'testdouble' | 'jest' | 'vi' | 'node';
	/** The members behind it. */
	readonly words: readonly string[];
}

/** Modules that mock, and the objects of runners that do. */
const tools: Readonly<Record<string, Tool['name']>> = {sinon: 'sinon', esmock: 'esmock', proxyquire: 'proxyquire', testdouble: 'testdouble'};
const runnerTools: Readonly<Record<string, Tool['name']>> = {jest: 'jest', vi: 'vi', vitest: 'vi', mock: 'node'};

/** The tool that a call belongs to: `sinon.stub`, `vi.mock`, `t.mock.module`. */
function toolOf(callee: AstNode, file: TestFile): Tool | undefined {
	const node = plain(callee);
	if (is(node, 'MemberExpression')) {
		const name = nameOf(node) ?? '';
		const object = toolOf(node.object, file);
		return object ? {...object, words: [...object.words, name]} : (name === 'mock' && isNodeContext(node.object, file) ? {name: 'node', words: []} : undefined);
	}

	if (is(node, 'CallExpression')) {
		// `sinon.createSandbox().stub()`, `esmock.strict()()`.
		return toolOf(node.callee, file);
	}

	const value = is(node, 'Identifier') ? file.bindings.value(node) : undefined;
	if (value && !is(value, 'Identifier')) {
		return is(value, 'CallExpression') || is(value, 'MemberExpression') ? sandboxOf(value, file) : undefined;
	}

	return value && is(value, 'Identifier') ? importedTool(value, file) : undefined;
}

/** `const sandbox = sinon.createSandbox()`. */
function sandboxOf(value: AstNode, file: TestFile): Tool | undefined {
	const tool = toolOf(value, file);
	return tool?.name === 'sinon' ? {name: 'sinon', words: []} : undefined;
}

function importedTool(identifier: AstNode & {readonly name: string}, {bindings}: TestFile): Tool | undefined {
	const imported = bindings.imported(identifier);
	if (!imported) {
		const name = bindings.of(identifier) ? undefined : runnerTools[identifier.name];
		return name === 'jest' || name === 'vi' ? {name, words: []} : undefined;
	}

	const name = tools[imported.source] ?? (['vitest', '@jest/globals', 'node:test'].includes(imported.source) ? runnerTools[imported.name] : undefined);
	return name && {name, words: imported.name === 'default' || imported.name === '*' || imported.name in runnerTools ? [] : [imported.name]};
}

/** `t.mock` of a test of node:test. */
function isNodeContext(object: AstNode, file: TestFile): boolean {
	const node = plain(object);
	return is(node, 'Identifier') && file.imports.includes('node:test') && file.bindings.of(node)?.defs[0]?.type === 'Parameter';
}

interface Using {
	readonly words: readonly string[];
	readonly file: TestFile;
}

type Replacing = (call: CallNode, using: Using) => Mocked[];

/** `vi.mock('pg', ...)` in its many names; `vi.spyOn(pool, 'query')` replaces only with an implementation behind it. */
const runnerMock: Replacing = (call, {words: [word = ''], file}) => {
	if (/^(?:mock|doMock|unstable_mockModule|setMock)$/.test(word)) {
		return modules(call, file);
	}

	const chained = is(call.parent, 'MemberExpression') && call.parent.object === call ? nameOf(call.parent) ?? '' : '';
	return word === 'spyOn' && /^mock(?:Implementation|Return|Resolved|Rejected)/.test(chained) ? methods(call, file) : [];
};

const replacements: Readonly<Record<Tool['name'], Replacing>> = {
	sinon: (call, {words, file}) => ['stub', 'replace'].includes(words.at(-1) ?? '') ? [...methods(call, file), ...instances(call, {words, file})] : instances(call, {words, file}),
	esmock: (call, {words, file}) => words.includes('p') || words.length < 2 ? call.arguments.slice(1).flatMap(given => keys(call, given, file)) : [],
	proxyquire: (call, {file}) => call.arguments.slice(1).flatMap(given => keys(call, given, file)),
	testdouble: (call, {words, file}) => /^replace(?:Esm|Cjs)?$/.test(words.at(-1) ?? '') ? [...modules(call, file), ...methods(call, file)] : [],
	jest: runnerMock,
	vi: runnerMock,
	node: (call, {words: [word], file}) => word === 'module' ? modules(call, file) : (word === 'method' && call.arguments.length > 2 ? methods(call, file) : []),
};

/** A module that is named: `vi.mock('pg')`, `vi.mock(import('pg'))`, and one of the project that makes a client: `jest.mock('../src/db')`. */
function modules(call: CallNode, file: TestFile): Mocked[] {
	const [named, given] = call.arguments;
	const name = stringOf(is(named, 'ImportExpression') ? named.source : named) ?? '';
	// Vitest only looks on.
	const isSpied = propertyOf(given, 'spy') !== undefined;
	return !isSpied && (drivers.has(name) || replacesClient(name, given, file)) ? [{node: call, what: `The module ${name} is mocked.`}] : [];
}

/** Modules that are the keys of an object: `esmock('../src/users.js', {pg: {...}})`. */
function keys(call: CallNode, given: AstNode, file: TestFile): Mocked[] {
	const properties = is(given, 'ObjectExpression') ? given.properties.filter(property => is(property, 'Property')) : [];
	return properties.map(property => ({name: nameOf(property) ?? '', value: property.value})).filter(({name, value}) => drivers.has(name) || replacesClient(name, value, file))
		.map(({name}) => ({node: call, what: `The module ${name} is mocked.`}));
}

/** Tells whether a client that a module of the project makes is replaced: by name, or with everything else where nothing is given in its place. */
function replacesClient(source: string, given: AstNode | undefined, {source: {file}}: TestFile): boolean {
	if (!source.startsWith('.')) {
		return false;
	}

	const names = [...exportedClients(source, file).keys()];
	return given === undefined ? names.length > 0 : findAll(given, 'Property').some(property => names.includes(nameOf(property) ?? ''));
}

/** A method of a client: `sinon.stub(pool, 'query')`, `sinon.stub(pg.Pool.prototype, 'query')`. */
function methods(call: CallNode, file: TestFile): Mocked[] {
	const [object, method] = call.arguments;
	const name = stringOf(method);
	return object && name !== undefined && isClient(object, file) ? [{node: call, what: `${file.textOf(object)}.${name} is replaced.`}] : [];
}

/** `sinon.createStubInstance(Pool)`. */
function instances(call: CallNode, {words, file}: Using): Mocked[] {
	const [type] = call.arguments;
	const source = words.at(-1) === 'createStubInstance' && type ? file.bindings.imported(type)?.source ?? '' : '';
	return drivers.has(source) ? [{node: call, what: `${source} is replaced by an instance of stubs.`}] : [];
}

function isClient(object: AstNode, file: TestFile): boolean {
	const root = rootOf(object);
	const imported = file.bindings.imported(root)?.source ?? '';
	if (drivers.has(imported) || clientOf(root, file.bindings)?.kind === 'client' || file.projectClientOf(root)) {
		return true;
	}

	const test = file.testOf(object);
	const member = test?.fixture ? contextMemberAt(object, contextUseOf(test, file.bindings)) : undefined;
	return ['db', 'connection', 'pool', 'preheatedPool'].includes(member ?? '');
}
