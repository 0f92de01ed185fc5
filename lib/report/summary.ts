import {styleText} from 'node:util';
import type {RunRecord, TestRecord} from '../monitor/records.ts';
import {wasUnderWay} from '../monitor/unmeasured.ts';
import {fit, widthOf} from './fit.ts';
import {counted, formatCount, formatMs, formatShare, oneLine} from './format.ts';
import {outcomeParts} from './outcome.ts';
import {
	cacheTotals, leaseTotals, repeatedStatements, slowestTests, slowStatements, testsOf, testsOverBudget, testsOverThreshold, totalsOf, type TestInFile, type TestTotals,
} from './totals.ts';
import {unseenFailure} from './unseen.ts';

/** How the summary is written. */
export interface SummaryOptions {
	/** With colours. Nothing is told by colour alone. */
	readonly colors: boolean;
	/** The width of the terminal; no line is longer. */
	readonly columns: number;
}

const labelWidth = 12;
const shownSlowest = 5;
/** Below this, there is no room for anything but labels. */
const minColumns = 40;

type Style = (format: Parameters<typeof styleText>[0], text: string) => string;

/** One row: what it is about, and what it says with as much room as it is given. */
interface Row {
	readonly label: string;
	/** True for what somebody may want to do something about. */
	readonly isWarning?: boolean;
	readonly text: (room: number) => string;
}

/**
 * Tells how a run went in about twelve lines: what it took and where that went, the slowest tests, what is over budget. Empty for a run
 * in which nothing was measured.
 */
export function renderSummary(run: RunRecord, {colors, columns}: SummaryOptions): string {
	const tests = testsOf(run);
	const early = [...endedEarlyRows(run), ...unseenRows(run, tests)];
	if (tests.length === 0 && early.length === 0) {
		return '';
	}

	// A line as wide as the terminal wraps in some of them.
	const width = Math.max(columns, minColumns) - 1;
	const style: Style = (format, text) => colors ? styleText(format, text, {validateStream: false}) : text;
	const rows = [...tests.length === 0 ? [] : rowsOf(run, tests), ...early].map(({label, isWarning, text}) => {
		const head = `  ${label.padEnd(labelWidth)}`;
		return `${style(isWarning ? 'yellow' : 'dim', head)}  ${text(width - head.length - 2)}`;
	});
	const pointer = style('dim', fit('  npx dataflow-tdd report shows all of it', width));
	return [titleOf(run, totalsOf(tests), {style, width}), ...rows, pointer].join('\n');
}

const outcomeColors = {passed: 'green', failed: 'red', expected: 'yellow'} as const;

function titleOf({startedAt, endedAt}: RunRecord, totals: TestTotals, {style, width}: {readonly style: Style; readonly width: number}): string {
	const outcomes = totals.tests === 0 ? [['failed', 'none came to its end'] as const] : outcomeParts(totals);
	const write = (style: Style): string => `${style('bold', 'dataflow-tdd')}: ${counted(totals.tests, 'test')} in ${formatMs(endedAt - startedAt)}, `
		+ outcomes.map(([outcome, text]) => style(outcomeColors[outcome], text)).join(', ');
	const plain = write((_, text) => text);
	return plain.length > width ? fit(plain, width) : write(style);
}

function rowsOf(run: RunRecord, tests: readonly TestInFile[]): Row[] {
	const totals = totalsOf(tests);
	return [
		{label: 'in tests', text: fitting(timeText(totals))},
		{label: 'database', text: fitting(`${formatShare(totals.split.databaseMs, totals.durationMs)} of that; ${counted(totals.statements, 'statement')}, ${counted(totals.rows, 'row')}`)},
		{label: 'waits', text: fitting(waitsText(run, totals))},
		...cacheRows(run),
		...slowestRows(tests),
		...overBudgetRows(tests),
		...overThresholdRows(tests),
		...repeatedRows(tests),
		...slowRows(tests),
	];
}

const fitting = (text: string) => (room: number): string => fit(text, room);

function timeText({split, durationMs}: TestTotals): string {
	const parts = [['set-up', split.setupMs], ['body', split.bodyMs], ['teardown', split.teardownMs], ['end', split.endMs]] as const;
	// Few tests have teardowns of their own that take any time.
	const shown = parts.filter(([name, milliseconds]) => name !== 'teardown' || milliseconds / durationMs >= 0.01);
	return `${formatMs(durationMs)}: ${shown.map(([name, milliseconds]) => `${name} ${formatShare(milliseconds, durationMs)}`).join(', ')}`;
}

function waitsText({files}: RunRecord, {longestQueueMs}: TestTotals): string {
	const {count, longestMs} = leaseTotals(files);
	return `${counted(count, 'lease')}, up to ${formatMs(longestMs)}; for a place, up to ${formatMs(longestQueueMs)}`;
}

function cacheRows({files}: RunRecord): Row[] {
	const {hits, misses, savedMs} = cacheTotals(files);
	const asked = hits + misses;
	return asked === 0 ? [] : [{label: 'cache', text: fitting(`${formatCount(hits)} of ${counted(asked, 'database')} had a template; that saved ${formatMs(savedMs)}`)}];
}

function slowestRows(tests: readonly TestInFile[]): Row[] {
	const slowest = slowestTests(tests, shownSlowest);
	const times = slowest.map(({test}) => formatMs(test.durationMs));
	const width = Math.max(...times.map(time => time.length));
	return slowest.map((one, index) => ({
		label: index === 0 ? 'slowest' : '',
		text: room => `${times[index]!.padStart(width)}  ${placeOf(one, room - width - 2)}`,
	}));
}

function overBudgetRows(tests: readonly TestInFile[]): Row[] {
	const over = testsOverBudget(tests);
	const [worst] = over;
	return worst ? [warning('over budget', `${counted(over.length, 'test')}, ${formatMs(worst.test.durationMs)} of ${formatMs(worst.test.budgetMs)}:`, worst)] : [];
}

function overThresholdRows(tests: readonly TestInFile[]): Row[] {
	const over = testsOverThreshold(tests);
	const [worst] = over;
	return worst ? [warning('threshold', `${counted(over.length, 'test')}:`, worst)] : [];
}

function repeatedRows(tests: readonly TestInFile[]): Row[] {
	const repeated = repeatedStatements(tests);
	const [worst] = repeated;
	const count = new Set(repeated.map(({test}) => test)).size;
	return worst ? [warning('N+1', `${counted(count, 'test')}, ${worst.repeated.isAtLeast ? 'at least ' : ''}${formatCount(worst.repeated.count)} times:`, worst)] : [];
}

function slowRows(tests: readonly TestInFile[]): Row[] {
	const slow = slowStatements(tests);
	const [worst] = slow;
	return worst ? [warning('slow', `${counted(slow.length, 'statement')}, ${formatMs(worst.plan.tookMs)}:`, worst)] : [];
}

/** Says what is missing: AVA ends workers whose time is over, and others die. */
function endedEarlyRows({files}: RunRecord): Row[] {
	return files.filter(({isUnfinished}) => isUnfinished).map(({file, tests}) => ({label: 'incomplete', isWarning: true, text: fitting(whatIsKnown(oneLine(file), tests))}));
}

function whatIsKnown(file: string, tests: readonly TestRecord[]): string {
	const underWay = tests.filter(({error}) => error === wasUnderWay).length;
	return underWay === 0
		? `${tests.length === 0 ? 'no record' : `${counted(tests.length, 'test')} recorded`} of ${file}: its worker was ended`
		: `${formatCount(underWay)} under way in ${file} when its worker was ended`;
}

/** Says that what is counted is not all, where the runner says so: on two lines, because it is of more weight than what others say. */
function unseenRows(run: RunRecord, tests: readonly TestInFile[]): Row[] {
	const sentence = unseenFailure(run, tests);
	const [head, tail] = sentence?.split(': ') ?? [];
	return head === undefined ? [] : [{label: 'but', isWarning: true, text: fitting(`${head}:`)}, {label: '', isWarning: true, text: fitting(tail!)}];
}

/** A finding, and the test that has most of it. */
function warning(label: string, text: string, worst: TestInFile): Row {
	return {label, isWarning: true, text: room => `${fit(text, room)} ${placeOf(worst, room - text.length - 1)}`.trimEnd()};
}

/** `tests/orders.test.ts › an order can be paid`; where both are too long, the file loses its first folders, and the title its end. */
function placeOf({test, record}: TestInFile, room: number): string {
	const title = oneLine(test.title);
	const file = shortened(oneLine(record.file), Math.max(Math.floor(room * 0.45), room - widthOf(title) - 3));
	return room < 1 ? '' : fit(`${file} › ${title}`, room);
}

/** `tests/integration/orders.test.ts` as `…/orders.test.ts`. */
function shortened(file: string, room: number): string {
	const names = file.split(/[/\\]/);
	const candidates = [file, ...names.slice(1).map((_, index) => `…/${names.slice(index + 1).join('/')}`)];
	return candidates.find(candidate => widthOf(candidate) <= room) ?? fit(names.at(-1)!, Math.max(room, 1), 'start');
}
