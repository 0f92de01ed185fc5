/** What a context knows of the test that it is for. */
export interface TestDescription {
	readonly title: string;
	/** Seed packs that its database holds. */
	readonly packs: readonly string[];
}

/** The first line of the same test on a clone: `test('two buyers', tddParallelSafe, async (t, {db}) => {`. */
export function cloneLine({title, packs}: TestDescription): string {
	const fixture = packs.length === 0 ? 'tddParallelSafe' : `tddParallelSafe.with({seeds: [${packs.map(pack => `'${pack}'`).join(', ')}]})`;
	return `test('${title.replaceAll(/['\\]/g, String.raw`\$&`)}', ${fixture}, async (t, {db}) => {`;
}

/** The sentence with which errors of rollback contexts point to clones. */
export function escalation(test: TestDescription | undefined): string {
	return test === undefined
		? 'Give such code a database of its own: tddParallelSafe, or parallelSafe() of createHarness.'
		: `Give this test a database of its own; its first line becomes: ${cloneLine(test)}`;
}
