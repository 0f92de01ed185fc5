import type {RunRecord} from '../../monitor/records.ts';
import {counted, formatCount, formatMs, formatShare, oneLine} from '../format.ts';
import {outcomeParts} from '../outcome.ts';
import {
	cacheTotals, leaseTotals, repeatedStatements, slowestTests, slowStatements, testsOf, testsOverBudget, testsOverThreshold, totalsOf, type TestInFile,
} from '../totals.ts';
import {unseenFailure} from '../unseen.ts';

const shown = 10;
const shownSlowest = 5;
const maxText = 160;

/** A text as it is, whatever Markdown, HTML or a table would make of it; one line, and no longer than a cell should be. */
export function escapeMarkdown(text: string): string {
	const line = oneLine(text);
	const cut = line.length > maxText ? `${line.slice(0, maxText - 1).trimEnd()}…` : line;
	return cut.replaceAll(/[!#$&()*+:<>@[\\\]^_`{|}~]/g, String.raw`\$&`);
}

/** Renders a run as Markdown for the summary of a job: totals, failures, the slowest tests, and what budgets found. */
export function renderMarkdown(run: RunRecord): string {
	const tests = testsOf(run);
	return [headline(run, tests), totalsTable(run, tests), ...sections(tests)].join('\n\n').concat('\n');
}

function headline(run: RunRecord, tests: readonly TestInFile[]): string {
	const {server, startedAt, endedAt} = run;
	const totals = totalsOf(tests);
	const unseen = unseenFailure(run, tests);
	const outcome = totals.tests === 0 ? 'none came to its end' : outcomeParts(totals).map(([, text]) => text).join(', ');
	return [
		`### ${totals.failed === 0 && unseen === undefined ? '✅' : '❌'} ${counted(tests.length, 'test')} in ${formatMs(endedAt - startedAt)}: ${outcome}`,
		...unseen === undefined ? [] : [`**${unseen}**`],
		`on ${escapeMarkdown(server)}`,
	].join('\n\n');
}

function totalsTable(run: RunRecord, tests: readonly TestInFile[]): string {
	const {durationMs, split, statements, rows, longestQueueMs} = totalsOf(tests);
	const {count, longestMs} = leaseTotals(run.files);
	const {hits, misses, savedMs} = cacheTotals(run.files);
	return table(['', ''], [
		['Time in tests', `${formatMs(durationMs)}: set-up ${formatShare(split.setupMs, durationMs)}, body ${formatShare(split.bodyMs, durationMs)}, teardown ${formatShare(split.teardownMs, durationMs)}, end ${formatShare(split.endMs, durationMs)}`],
		['Database', `${formatShare(split.databaseMs, durationMs)} of that; ${counted(statements, 'statement')}, ${counted(rows, 'row')}`],
		['Waits', `${counted(count, 'lease')}, up to ${formatMs(longestMs)}; for a place, up to ${formatMs(longestQueueMs)}`],
		['Cache', `${formatCount(hits)} of ${counted(hits + misses, 'database')} had a template; that saved ${formatMs(savedMs)}`],
	]);
}

function sections(tests: readonly TestInFile[]): string[] {
	const failed = tests.filter(({test}) => test.outcome === 'failed');
	const name = ({test, record}: TestInFile): string[] => [escapeMarkdown(record.file), escapeMarkdown(test.title)];
	return [
		...section('Failed', ['File', 'Test', 'Error'], failed.map(one => [...name(one), escapeMarkdown(one.test.error ?? '')])),
		...section('Slowest', ['Took', 'Statements', 'File', 'Test'], slowestTests(tests, shownSlowest).map(one => [formatMs(one.test.durationMs), formatCount(one.test.statementCount), ...name(one)])),
		...section('Over budget', ['Took', 'Budget', 'File', 'Test'], testsOverBudget(tests).map(one => [formatMs(one.test.durationMs), formatMs(one.test.budgetMs), ...name(one)])),
		...section('Over a threshold', ['Said', 'File', 'Test'], testsOverThreshold(tests).flatMap(one => thresholdsOf(one).map(said => [escapeMarkdown(said), ...name(one)]))),
		...section('The same statement again and again (N+1)', ['Times', 'Statement', 'File', 'Test'], repeatedStatements(tests).map(one => [formatCount(one.repeated.count), escapeMarkdown(one.text), ...name(one)])),
		...section('Slow statements', ['Took', 'Statement', 'File', 'Test'], slowStatements(tests).map(one => [formatMs(one.plan.tookMs), escapeMarkdown(one.text), ...name(one)])),
	];
}

function thresholdsOf({test}: TestInFile): string[] {
	return test.warnings.filter(({kind}) => kind === 'threshold').map(({message}) => message);
}

function section(heading: string, head: readonly string[], rows: ReadonlyArray<readonly string[]>): string[] {
	if (rows.length === 0) {
		return [];
	}

	const more = rows.length > shown ? [`… and ${formatCount(rows.length - shown)} more`] : [];
	return [`#### ${heading}`, table(head, rows.slice(0, shown)), ...more];
}

function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
	return [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n');
}
