import type {TestRecord} from '../monitor/records.ts';
import {formatCount} from './format.ts';
import type {TestTotals} from './totals.ts';

type Outcome = TestRecord['outcome'];

const words: Readonly<Record<Outcome, string>> = {passed: 'passed', failed: 'failed', expected: 'failed as expected'};

/** How tests came out, in words, of what there was: `[['passed', '8 passed'], ['failed', '1 failed']]`. */
export function outcomeParts(totals: Pick<TestTotals, Outcome>): Array<readonly [Outcome, string]> {
	return (['passed', 'failed', 'expected'] as const).filter(outcome => totals[outcome] > 0)
		.map(outcome => [outcome, `${formatCount(totals[outcome])} ${words[outcome]}`]);
}
