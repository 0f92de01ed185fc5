import {findAll, is, isFunction, propertyOf, type AstNode} from '../../source/ast.ts';
import type {Check} from '../finding.ts';
import {isDoor, limits, measuringFixtures, measuringFunctions} from '../harness-names.ts';
import type {TestCase} from '../runner.ts';
import type {TestFile} from '../test-file.ts';
import {titleOf} from './words.ts';

/** Finds tests with fixtures that are called performance tests, and have neither a budget nor a count of statements. */
export const markPerformanceTests: Check = file => file.tests.flatMap(test => {
	const called = isPerformanceTitle(test.title) ? 'its title' : (isPerformancePath(file.name) ? 'its path' : undefined);
	return called !== undefined && test.fixture && !isMarked(test, file) ? [{
		node: test.titleNode ?? test.node,
		what: `${titleOf(test)} is a performance test by ${called}, and measures nothing.`,
		why: 'Without a budget or a count it passes however slow the code becomes.',
		how: 'Use performanceMonitoredTest or tddPerformanceTracker, set `.with({budgetMs})` or `.with({maxQueries})`, or count with expectQueries().',
	}] : [];
});

/** A performance may be what a stage, an engine or an employee gives: only `performance` as the heading or the end of a title is taken for a kind of test. */
export function isPerformanceTitle(title = ''): boolean {
	return /^\W*performance\s*(?:[:)\]–-]|$)/i.test(title) || /[([]performance[)\]]|(?<!'s )\bperformance\W*$/i.test(title);
}

/** A folder `performance`, or a file such as `performance.test.ts`, `checkout-performance.test.ts`, `checkout.performance.spec.ts`. */
export function isPerformancePath(name: string): boolean {
	const folders = name.split('/');
	const file = folders.pop() ?? '';
	return folders.includes('performance') || /(?:^|[-_.])performance\.(?:test|spec)\.\w+$/.test(file);
}

function isMarked({fixture, node, body}: TestCase, file: TestFile): boolean {
	return (fixture !== undefined && measuringFixtures.has(fixture.name)) || hasLimit(fixture?.options ?? [], file) || [node, body].some(code => code && measures(code, file));
}

/** Options that are not written out may hold a limit. */
function hasLimit(options: readonly AstNode[], {bindings}: TestFile): boolean {
	return options.map(option => bindings.value(option)).some(option => {
		const isOpen = !is(option, 'ObjectExpression') || option.properties.some(property => !is(property, 'Property'));
		return isOpen || limits.some(limit => propertyOf(option, limit) !== undefined);
	});
}

/** How far calls of functions of the file are followed. */
const reach = 4;

/** Whether it calls what measures, itself or by a function of the file. */
function measures(code: AstNode, file: TestFile, depth = 0): boolean {
	return findAll(code, 'CallExpression').some(({callee}) => {
		const imported = file.bindings.imported(callee);
		if (imported && isDoor(imported.source)) {
			return measuringFunctions.has(imported.name);
		}

		const value = file.bindings.value(callee);
		const definition = is(value, 'Identifier') ? file.bindings.of(value)?.defs[0] : undefined;
		const called = isFunction(value) ? value : (definition?.type === 'FunctionName' ? definition.node : undefined);
		return called !== undefined && depth < reach && measures(called, file, depth + 1);
	});
}
