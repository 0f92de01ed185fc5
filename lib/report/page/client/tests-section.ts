import type {TestWarning} from '../../../monitor/records.ts';
import type {PageData, PageTest} from '../data.ts';
import {field, fill, h, section} from './dom.ts';
import {counted, formatCount, plainMs} from './format.ts';
import {nameText, pathText, testLink} from './statement-text.ts';
import {DataTable, type Column} from './table.ts';

/** How kinds of warnings are called. */
const warningTitles: Readonly<Record<TestWarning['kind'], string>> = {
	budget: 'over budget', threshold: 'over a threshold', queries: 'too many statements', repeated: 'repeated', slow: 'slow', memory: 'memory', fallback: 'fallback',
};

/** How outcomes are called. */
export const outcomeTitles: Readonly<Record<PageTest['outcome'], string>> = {passed: 'passed', failed: 'failed', expected: 'failed as expected'};

/** What the table can be narrowed down by. */
export interface TestFilters {
	readonly text: string;
	readonly fixture: string;
	readonly file: string;
	readonly outcome: string;
	readonly warning: string;
}

type FilterName = keyof TestFilters;

/** All tests, filtered and sorted. */
export class TestsSection {
	readonly element: HTMLElement;
	readonly #data: PageData;
	readonly #inputs: Readonly<Record<FilterName, HTMLInputElement | HTMLSelectElement>>;
	readonly #status = h('p', {role: 'status', class: 'muted'});
	readonly #table: DataTable<PageTest>;
	/** What the text is looked for in, by test. */
	readonly #texts: readonly string[];

	constructor(data: PageData) {
		this.#data = data;
		this.#texts = data.tests.map(({title, file}) => `${title}\n${data.files[file]?.file ?? ''}`.toLowerCase());
		this.#table = new DataTable({caption: 'Tests', columns: columns(data), rows: data.tests, sortBy: 'time', empty: 'No test fits these filters.'});
		const update = (): void => this.#update();
		this.#inputs = {
			text: h('input', {type: 'search', oninput: update, placeholder: 'Title or file'}),
			fixture: choice(data.tests.map(({fixture}) => fixture), update), file: choice(data.files.map(({file}) => file), update),
			outcome: choice(data.tests.map(({outcome}) => outcome), update, outcomeTitles), warning: warningChoice(data.tests, update),
		};
		const labels: ReadonlyArray<readonly [FilterName, string]> = [['text', 'Search'], ['outcome', 'Outcome'], ['warning', 'Warning'], ['fixture', 'Fixture'], ['file', 'File']];
		const reset = h('button', {type: 'button', class: 'quiet', onclick: () => this.filter({})}, 'Clear filters');
		this.element = section('tests', 'Tests', h('form', {class: 'filters', role: 'search', onsubmit: event => event.preventDefault()},
			...labels.map(([name, title]) => field(title, this.#inputs[name], `filter-${name}`)), reset), this.#status, this.#table.element);
		this.#count(data.tests.length);
	}

	/** Sets all filters: those that are not named are cleared. */
	filter(filters: Partial<TestFilters>): void {
		for (const [name, input] of Object.entries(this.#inputs)) {
			input.value = filters[name as FilterName] ?? '';
		}

		this.#update();
	}

	#update(): void {
		const {text, fixture, file, outcome, warning} = this.#inputs;
		const needle = text.value.trim().toLowerCase();
		const fileIndex = file.value === '' ? -1 : this.#data.files.findIndex(one => one.file === file.value);
		const rows = this.#data.tests.filter(test => (needle === '' || this.#texts[test.index]!.includes(needle))
			&& (fixture.value === '' || test.fixture === fixture.value)
			&& (fileIndex < 0 || this.#data.files[test.file]?.file === file.value)
			&& (outcome.value === '' || test.outcome === outcome.value)
			&& (warning.value === '' || (warning.value === 'any' ? test.warnings.length > 0 : test.warnings.some(({kind}) => kind === warning.value))));
		this.#count(rows.length);
		this.#table.show(rows);
	}

	#count(shown: number): void {
		const all = this.#data.tests.length;
		fill(this.#status, shown === all ? counted(all, 'test') : `${formatCount(shown)} of ${counted(all, 'test')}`);
	}
}

function columns(data: PageData): ReadonlyArray<Column<PageTest>> {
	return [
		{id: 'title', title: 'Test', width: 'grow', value: ({title}) => title, cell: test => h('div', {class: 'test-title'}, testLink(test))},
		{id: 'file', title: 'File', width: 'wide', value: ({file}) => data.files[file]?.file ?? '', cell: ({file}) => pathText(data.files[file]?.file ?? '')},
		{id: 'fixture', title: 'Fixture', width: 'wide', value: ({fixture}) => fixture, cell: ({fixture}) => nameText(fixture)},
		{id: 'outcome', title: 'Outcome', value: ({outcome}) => outcome, cell: ({outcome}) => h('span', {class: `outcome ${outcome}`}, outcomeTitles[outcome])},
		{id: 'time', title: 'Time, ms', value: ({durationMs}) => durationMs, cell: test => h('span', {class: test.durationMs > test.budgetMs ? 'warn' : ''}, plainMs(test.durationMs))},
		{id: 'database', title: 'Database, ms', width: 'wide', value: ({phases}) => phases.databaseMs, cell: ({phases}) => plainMs(phases.databaseMs)},
		{id: 'statements', title: 'Statements', width: 'wide', value: ({statementCount}) => statementCount},
		{id: 'rows', title: 'Rows', width: 'wide', value: ({rowCount}) => rowCount},
		{id: 'warnings', title: 'Warnings', width: 'wide', isText: true, value: ({warnings}) => warnings.length, cell: ({warnings}) => h('span', {class: 'tags'}, ...[...new Set(warnings.map(({kind}) => kind))].map(kind => h('span', {class: 'tag'}, warningTitles[kind])))},
	];
}

function choice(values: readonly string[], onchange: () => void, titles: Readonly<Record<string, string>> = {}): HTMLSelectElement {
	const options = [...new Set(values)].toSorted((one, other) => one.localeCompare(other));
	return h('select', {onchange}, h('option', {value: ''}, 'All'), ...options.map(value => h('option', {value}, titles[value] ?? value)));
}

function warningChoice(tests: readonly PageTest[], onchange: () => void): HTMLSelectElement {
	const kinds = [...new Set(tests.flatMap(({warnings}) => warnings.map(({kind}) => kind)))];
	return h('select', {onchange}, h('option', {value: ''}, 'All'), h('option', {value: 'any'}, 'Any warning'), ...kinds.map(kind => h('option', {value: kind}, warningTitles[kind])));
}
