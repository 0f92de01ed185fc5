import {countOfStatements, listCounts} from '../context/query-list.ts';
import {MonitorError} from '../errors.ts';
import type {ResolvedLimits} from './limits.ts';
import {capturePlans, describeSlow, type Explain} from './plans.ts';
import type {CapturedPlan, TestWarning} from './records.ts';
import type {Recorder} from './recorder.ts';
import {describeRepeat, findRepeats, type Repeat} from './repeated.ts';

/** How many repeated statements an error shows. */
const shownRepeats = 3;

/** What looking at the statements of a test has brought to light. */
export interface Findings {
	readonly repeats: readonly Repeat[];
	readonly plans: readonly CapturedPlan[];
	/** What fails the test; those that come first weigh more. */
	readonly problems: readonly MonitorError[];
	/** What it is only told. */
	readonly warnings: readonly TestWarning[];
}

/** Looks at what a test has sent, while its transaction can still be asked for plans. */
export async function findOut(recorder: Recorder, limits: ResolvedLimits, explain: Explain): Promise<Findings> {
	const {statements} = recorder;
	const {slowMs, repeatedStatements, allowedRepeats} = limits;
	const repeats = repeatedStatements === 'off' ? [] : await findRepeats(statements, allowedRepeats);
	// A plan is worth nothing to a test whose connection is gone.
	const plans = await capturePlans(statements, slowMs, explain).catch(() => []);
	const isRefused = repeatedStatements === 'fail' && repeats.length > 0;
	return {
		repeats, plans,
		problems: [...judgeQueries(recorder, limits), ...isRefused ? [repeated(repeats)] : []],
		warnings: [
			...isRefused ? [] : repeats.map((repeat): TestWarning => ({kind: 'repeated', message: describeRepeat(repeat)})),
			...describeSlow(statements, plans, slowMs),
		],
	};
}

function judgeQueries({statements, statementCount}: Recorder, {maxQueries}: ResolvedLimits): MonitorError[] {
	return maxQueries === undefined || statementCount <= maxQueries ? [] : [new MonitorError('ERR_TEST_QUERIES', {
		what: `This test sent ${countOfStatements(statementCount)}, and may send ${maxQueries}:\n${listCounts(statements)}\n`,
		why: 'Its maxQueries says so, in .with() or in the options of the project; a statement in a loop is what exceeds it most often.',
		fix: `Load what belongs together in one statement, or allow more: .with({maxQueries: ${statementCount}}).`,
	})];
}

function repeated(repeats: readonly Repeat[]): MonitorError {
	const shown = repeats.slice(0, shownRepeats).map(repeat => describeRepeat(repeat));
	const left = repeats.length - shown.length;
	const error = new MonitorError('ERR_TEST_REPEATED', {
		what: `${shown.join('\n')}\n${left > 0 ? `... and ${left} more\n` : ''}`,
		why: 'Code that loads one row after the other sends one statement for each row (N+1), and repeatedStatements is \'fail\'.',
		fix: 'Load them in one statement (where id = any($1), a join), or add a part of the statement or of the stack to allowedRepeats.',
	});
	// Runners show the line that they find first.
	error.stack = `${error.name} [${error.code}]: ${error.message}\n${repeats[0]!.stack}`;
	return error;
}
