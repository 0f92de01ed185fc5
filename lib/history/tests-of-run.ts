import type {FileRecord, RunRecord, StatementText, TestRecord} from '../monitor/records.ts';

/** A test of one run, with the texts of its statements at hand. */
export interface RunTest {
	/** `tests/orders.test.ts › an order is paid`. */
	readonly key: string;
	readonly record: TestRecord;
	readonly texts: readonly StatementText[];
}

/** The tests of a run in the order in which they were called; of those with the same title in one file, all but the first are left out. */
export function testsOfRun({files}: Pick<RunRecord, 'files'>): RunTest[] {
	const tests = files.flatMap(file => testsOfFile(file)).toSorted((one, other) => one.record.startedAt - other.record.startedAt);
	return [...new Map(tests.toReversed().map(test => [test.key, test])).values()].toReversed();
}

function testsOfFile({file, tests, statements}: FileRecord): RunTest[] {
	return tests.map(record => ({key: `${file.replaceAll('\\', '/')} › ${record.title}`, record, texts: statements}));
}

/** What all of some runs have, by key, in the order of the first run. */
export function inAllRuns(runs: readonly RunTest[][]): Array<readonly RunTest[]> {
	const [first = [], ...others] = runs.map(tests => new Map(tests.map(test => [test.key, test])));
	const all = [...first.values()].map(test => [test, ...others.map(run => run.get(test.key))]);
	return all.filter((tests): tests is RunTest[] => !tests.includes(undefined));
}
