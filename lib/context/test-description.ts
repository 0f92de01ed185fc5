import type {StatementObserver} from './observer.ts';

/** How a test takes its fixture: as a macro that gets the body after it (AVA), or as a function around the body (other runners). */
export type TestShape = 'macro' | 'wrapper';

/** The first line of a test, its parts as they are written: `test('a user', tddTestContext, async (t, {db}) => {`. */
export function firstLine(shape: TestShape, {title, fixture, parameters}: {readonly title: string; readonly fixture: string; readonly parameters: string}): string {
	return `test(${title}, ${fixture}${shape === 'macro' ? ', ' : '('}async ${parameters} => {`;
}

/** A whole test, to be shown as an example. */
export function exampleTest(shape: TestShape, fixture: string, parameters: string): string {
	return `${firstLine(shape, {title: "'...'", fixture, parameters})}...}${shape === 'macro' ? '' : ')'})`;
}

/** What a context knows of the test that it is for. */
export interface TestDescription {
	readonly title: string;
	/** Default: as AVA has it. */
	readonly shape?: TestShape | undefined;
	/** Seed packs that its database holds. */
	readonly packs: readonly string[];
	/** The role that it was given, if any. */
	readonly role?: string | undefined;
	/** Who is told of its statements. */
	readonly observer?: StatementObserver | undefined;
}

/** The first line of the same test on a clone: `test('two buyers', tddParallelSafe, async (t, {db}) => {`. */
export function cloneLine({title, packs, role, shape = 'macro'}: TestDescription): string {
	const quote = (text: string): string => `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
	const options = [
		...packs.length === 0 ? [] : [`seeds: [${packs.map(pack => quote(pack)).join(', ')}]`],
		...role === undefined ? [] : [`role: ${quote(role)}`],
	];
	const fixture = options.length === 0 ? 'tddParallelSafe' : `tddParallelSafe.with({${options.join(', ')}})`;
	return firstLine(shape, {title: quote(title), fixture, parameters: '(t, {db})'});
}

/** The sentence with which errors of rollback contexts point to clones. */
export function escalation(test: TestDescription | undefined): string {
	return test === undefined
		? 'Give such code a database of its own: tddParallelSafe, or parallelSafe() of createHarness.'
		: `Give this test a database of its own; its first line becomes: ${cloneLine(test)}`;
}
