import type {CapturedPlan, StatementUse} from '../../../monitor/records.ts';
import type {PageData, PageStatement, PageTest} from '../data.ts';
import type {Detail} from './detail.ts';
import {h, section} from './dom.ts';
import {counted, formatCount, formatMs, plainMs, sumOf} from './format.ts';
import {planView} from './plan.ts';
import {statementBlock, statementLink, testLink} from './statement-text.ts';
import {DataTable} from './table.ts';

/** What tests did with one statement. */
interface StatementTotals extends PageStatement, Omit<StatementUse, 'statement'> {
	readonly index: number;
	readonly uses: ReadonlyArray<{readonly test: PageTest; readonly use: StatementUse}>;
	readonly plans: ReadonlyArray<{readonly test: PageTest; readonly plan: CapturedPlan}>;
}

/** How many plans of one statement are shown: the slowest. */
const shownPlans = 5;

/** All statements of a run by fingerprint. */
export class StatementsSection {
	readonly element: HTMLElement;
	readonly #totals: readonly StatementTotals[];

	constructor({statements, tests}: PageData) {
		const uses = Map.groupBy(tests.flatMap(test => test.statements.map(use => ({test, use}))), ({use}) => use.statement);
		const plans = Map.groupBy(tests.flatMap(test => test.plans.map(plan => ({test, plan}))), ({plan}) => plan.statement);
		this.#totals = statements.map((statement, index) => ({...statement, index, ...addUp(uses.get(index) ?? []), uses: uses.get(index) ?? [], plans: plans.get(index) ?? []}));
		const used = this.#totals.filter(({count}) => count > 0);
		this.element = section('statements', 'Statements',
			h('p', {class: 'muted'}, `${counted(sumOf(used, ({count}) => count), 'statement')} of ${counted(used.length, 'kind')}: those that differ only in their values are one kind. What the harness sends itself is not counted.`),
			table(used));
	}

	/** All that is known of one statement. */
	detail(index: number): Detail | undefined {
		const statement = this.#totals[index];
		return statement && {
			kind: 'Statement', title: statement.tables.length === 0 ? 'No table' : statement.tables.join(', '),
			content: [
				statementBlock(statement.text),
				h('p', {}, `${counted(statement.count, 'time')} in ${counted(statement.uses.length, 'test')}, ${formatMs(statement.totalMs)} in all, ${formatMs(statement.totalMs / Math.max(1, statement.count))} on average, ${formatMs(statement.maxMs)} at most, ${counted(statement.rows, 'row')}${statement.errors > 0 ? `, ${formatCount(statement.errors)} failed` : ''}.`),
				h('h3', {}, 'Tests that sent it'), usesTable(statement),
				...statement.plans.length === 0 ? [] : [h('h3', {}, 'Plans'), ...slowest(statement).flatMap(({test, plan}) => [h('p', {}, 'In ', testLink(test)), planView(plan)])],
			],
		};
	}
}

function slowest({plans}: StatementTotals): StatementTotals['plans'] {
	return plans.toSorted((one, other) => other.plan.tookMs - one.plan.tookMs).slice(0, shownPlans);
}

function addUp(uses: StatementTotals['uses']): Omit<StatementUse, 'statement'> {
	const sum = (pick: (use: StatementUse) => number): number => sumOf(uses, ({use}) => pick(use));
	return {
		count: sum(({count}) => count), totalMs: sum(({totalMs}) => totalMs), rows: sum(({rows}) => rows), errors: sum(({errors}) => errors),
		maxMs: uses.reduce((max, {use}) => Math.max(max, use.maxMs), 0),
	};
}

function table(rows: readonly StatementTotals[]): HTMLElement {
	return new DataTable({
		caption: 'Statements', rows, sortBy: 'total', pageSize: 25, empty: 'No test sent a statement.', columns: [
			{id: 'text', title: 'Statement', width: 'grow', value: ({text}) => text, cell: ({index, text}) => statementLink(index, text)},
			{id: 'tables', title: 'Tables', width: 'wide', value: ({tables}) => tables.join(', '), cell: ({tables}) => h('span', {class: 'muted'}, tables.join(', '))},
			{id: 'count', title: 'Times', value: ({count}) => count},
			{id: 'total', title: 'Total, ms', value: ({totalMs}) => totalMs, cell: ({totalMs}) => plainMs(totalMs)},
			{id: 'mean', title: 'Mean, ms', width: 'wide', value: ({totalMs, count}) => totalMs / Math.max(1, count), cell: ({totalMs, count}) => plainMs(totalMs / Math.max(1, count))},
			{id: 'max', title: 'Slowest, ms', width: 'wide', value: ({maxMs}) => maxMs, cell: ({maxMs}) => plainMs(maxMs)},
			{id: 'rows', title: 'Rows', width: 'wide', value: ({rows}) => rows},
			{id: 'tests', title: 'Tests', width: 'wide', value: ({uses}) => uses.length},
			{id: 'plans', title: 'Plans', width: 'wide', value: ({plans}) => plans.length, cell: ({plans}) => plans.length === 0 ? '' : formatCount(plans.length)},
		],
	}).element;
}

function usesTable({uses}: StatementTotals): HTMLElement {
	return new DataTable({
		caption: 'Tests that sent this statement', rows: uses, sortBy: 'total', pageSize: 10, columns: [
			{id: 'test', title: 'Test', width: 'grow', value: ({test}) => test.title, cell: ({test}) => testLink(test)},
			{id: 'count', title: 'Times', value: ({use}) => use.count},
			{id: 'total', title: 'Total, ms', value: ({use}) => use.totalMs, cell: ({use}) => plainMs(use.totalMs)},
			{id: 'max', title: 'Slowest, ms', width: 'wide', value: ({use}) => use.maxMs, cell: ({use}) => plainMs(use.maxMs)},
			{id: 'rows', title: 'Rows', width: 'wide', value: ({use}) => use.rows},
		],
	}).element;
}
