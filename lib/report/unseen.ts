import type {RunRecord} from '../monitor/records.ts';
import type {TestInFile} from './totals.ts';

/**
 * What failed a run, where no test in its record did, in a sentence: a test without a fixture, or a file that did not load. A report that
 * counts what passed must not look green then. Undefined where the tests explain how the runner ended.
 */
export function unseenFailure({exitCode}: Pick<RunRecord, 'exitCode'>, tests: readonly TestInFile[]): string | undefined {
	return exitCode === undefined || exitCode === 0 || tests.some(({test}) => test.outcome === 'failed')
		? undefined
		: `The run failed (exit code ${exitCode}), and none of these tests did: one without a fixture did, or a file that did not load.`;
}
