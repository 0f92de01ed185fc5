import type {ExplainedStatement, Explanation} from '../context/explain.ts';
import type {CapturedPlan, TestWarning} from './records.ts';
import type {CollectedStatement} from './recorder.ts';
import {round} from './round.ts';
import {shorten} from '../context/errors.ts';

/** Of a statement, what decides whether its plan is wanted. */
export type TimedStatement = Pick<CollectedStatement, 'index' | 'text' | 'maxMs' | 'count' | 'errors' | 'firstValues' | 'slowestValues'>;

/** Gets plans, one for each statement, where there is one. */
export type Explain = (statements: readonly ExplainedStatement[]) => Promise<ReadonlyArray<Explanation | undefined>>;

/** How many statements of a test are explained at most. */
const mostPlans = 3;

/**
 * Chooses the statements of a test that are worth a plan: the three slowest of those that took longer than `slowMs`. With a `slowMs` of 0
 * it is every statement, in the order in which they were sent first, so that their buffers can be compared between runs.
 */
export function chooseSlow<Statement extends TimedStatement>(statements: readonly Statement[], slowMs: number): readonly Statement[] {
	const answered = statements.filter(({count, errors, maxMs}) => errors < count && maxMs >= slowMs);
	return slowMs === 0 ? answered : answered.toSorted((one, other) => other.maxMs - one.maxMs).slice(0, mostPlans);
}

/** Gets the plans of what was slow; with a `slowMs` of 0, of each statement as it was sent first. */
export async function capturePlans(statements: readonly TimedStatement[], slowMs: number, explain: Explain): Promise<readonly CapturedPlan[]> {
	const chosen = chooseSlow(statements, slowMs);
	if (chosen.length === 0) {
		return [];
	}

	const explained = await explain(chosen.map(({text, maxMs, firstValues, slowestValues}) => ({text, tookMs: maxMs, values: slowMs === 0 ? firstValues : slowestValues})));
	return chosen.flatMap(({index, maxMs}, position) => {
		const explanation = explained[position];
		return explanation ? [{statement: index, tookMs: round(maxMs), ...explanation}] : [];
	});
}

/** Says which statements were slow, where somebody has set what that is. */
export function describeSlow(statements: readonly TimedStatement[], plans: readonly CapturedPlan[], slowMs: number): TestWarning[] {
	return slowMs === 0 ? [] : chooseSlow(statements, slowMs).map(({index, text, maxMs}) => {
		const hasPlan = plans.some(({statement}) => statement === index);
		return {kind: 'slow', message: `A statement took ${maxMs.toFixed(0)} ms: \`${shorten(text)}\`${hasPlan ? '; its plan is in the report' : ''}.`};
	});
}
