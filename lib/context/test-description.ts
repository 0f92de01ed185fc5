import type {StatementObserver} from './observer.ts';

/** What a context knows of the test that it is for. */
export interface TestDescription {
	readonly title: string;
	/** Seed packs that its database holds. */
	readonly packs: readonly string[];
	/** The role that it was given, if any. */
	readonly role?: string | undefined;
	/** Who is told of its statements. */
	readonly observer?: StatementObserver | undefined;
}

/** The first line of the same test on a clone: `test('two buyers', tddParallelSafe, async (t, {db}) => {`. */
export function cloneLine({title, packs, role}: TestDescription): string {
	const quote = (text: string): string => `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
	const options = [
		...packs.length === 0 ? [] : [`seeds: [${packs.map(pack => quote(pack)).join(', ')}]`],
		...role === undefined ? [] : [`role: ${quote(role)}`],
	];
	const fixture = options.length === 0 ? 'tddParallelSafe' : `tddParallelSafe.with({${options.join(', ')}})`;
	return `test(${quote(title)}, ${fixture}, async (t, {db}) => {`;
}

/** The sentence with which errors of rollback contexts point to clones. */
export function escalation(test: TestDescription | undefined): string {
	return test === undefined
		? 'Give such code a database of its own: tddParallelSafe, or parallelSafe() of createHarness.'
		: `Give this test a database of its own; its first line becomes: ${cloneLine(test)}`;
}
