import {findAll, is, type AstNode} from '../../source/ast.ts';
import {contextUseOf, type ContextUse} from '../context-use.ts';
import type {Check, ComplianceFix} from '../finding.ts';
import {isDoor, type FixtureName} from '../harness-names.ts';
import {isPlainWork} from '../plain-work.ts';
import type {FixtureUse, TestCase} from '../runner.ts';
import type {TestFile} from '../test-file.ts';
import {isPerformancePath, isPerformanceTitle} from './mark-performance-tests.ts';
import {titleOf} from './words.ts';

/** What a fixture gives that a simpler one does not. */
const specials: Partial<Readonly<Record<FixtureName, readonly string[]>>> = {
	enhancedTddContext: ['preheatedPool', 'getPoolStatistics', 'getCacheStatistics', 'metrics', 'memory'],
	performanceMonitoredTest: ['monitor', 'metricsCollector', 'alertHandler'],
	tddPerformanceTracker: ['tracker'],
	tddParallelSafe: ['connect', 'barrier', 'url', 'isolationId', 'pool', 'onCommit'],
};

/** What the plain fixture gives. */
const plainMembers = new Set(['db', 'connection', 'pool', 'savepoint', 'onCommit', 'testId']);

/** Finds tests that use nothing of what their fixture costs more for. */
export const noOversizedFixture: Check = file => file.tests.flatMap(test => {
	const {fixture, body} = test;
	const use = contextUseOf(test, file.bindings);
	if (!fixture || !body || !isOversized(test, use, file)) {
		return [];
	}

	const better = betterFor(fixture, use, file);
	return [{
		node: fixture.node,
		what: `${titleOf(test)} has the fixture ${fixture.name} for work that ${better} does.`,
		why: fixture.name === 'tddParallelSafe' ? 'A clone is a database that has to be made and dropped; a rollback is one message.' : `What it adds (${specials[fixture.name]?.join(', ')}) is made for the test and not used.`,
		how: `Write ${better}.`,
		fix: fixOf(fixture, {better, use}, file),
	}];
});

function isOversized(test: TestCase, use: ContextUse, file: TestFile): boolean {
	const {fixture, body, title} = test;
	const special = fixture && specials[fixture.name];
	if (!fixture || !special || !body || body.params.length < 2 || !use.isWhole || special.some(name => use.members.has(name))) {
		return false;
	}

	if (fixture.name === 'tddParallelSafe') {
		return isPlainWork(body, use, file);
	}

	// What is a performance test by its name is one by its fixture, too; with limits, the fixture says what it is for.
	const isMeant = isPerformancePath(file.name) || isPerformanceTitle(title);
	return fixture.name === 'enhancedTddContext' || (fixture.options.length === 0 && !isMeant);
}

function betterFor({options}: FixtureUse, {members}: ContextUse, file: TestFile): string {
	const packs = options.map(option => file.bindings.value(option)).flatMap(option => is(option, 'ObjectExpression') ? option.properties : [])
		.filter(property => is(property, 'Property')).find(({key}) => is(key, 'Identifier') && key.name === 'seeds')?.value;
	if (is(packs, 'ArrayExpression')) {
		return `tddSeededData(${packs.elements.flatMap(element => element ? [file.textOf(element)] : []).join(', ')})`;
	}

	return ['df', 'models', 'data'].some(name => members.has(name)) ? 'tddDataflow' : 'tddTestContext';
}

interface Replacement {
	readonly better: string;
	readonly use: ContextUse;
}

/** Another name in the same place, where the better fixture is imported already and gives all that is used. */
function fixOf({node, options}: FixtureUse, {better, use}: Replacement, file: TestFile): ComplianceFix | undefined {
	const local = localNameOf(better, file);
	const isEnough = better === 'tddTestContext' && [...use.members.keys()].every(name => plainMembers.has(name));
	return isEnough && options.length === 0 && is(node, 'Identifier') && local !== undefined ? {range: node.range, text: local} : undefined;
}

function localNameOf(fixture: string, {source, bindings}: TestFile): string | undefined {
	const locals: AstNode[] = findAll(source.program, 'ImportSpecifier').map(({local}) => local);
	const found = locals.find(local => {
		const imported = bindings.imported(local);
		return imported?.name === fixture && isDoor(imported.source);
	});
	return is(found, 'Identifier') ? found.name : undefined;
}
