import {field, fill, h, type Child} from './dom.ts';
import {formatCount} from './format.ts';

/** One column of a table. */
export interface Column<Row> {
	readonly id: string;
	readonly title: string;
	/** What it is sorted by: numbers from the highest first. */
	readonly value: (row: Row) => number | string;
	/** Default: the value. */
	readonly cell?: (row: Row) => Child;
	/** `wide`: left out on narrow screens, unless it is sorted by. `grow`: takes the room that is left. */
	readonly width?: 'wide' | 'grow';
	/** Set to the left although its values are numbers. */
	readonly isText?: boolean;
}

/** What a table shows, and how it begins. */
export interface TableOptions<Row> {
	/** Its accessible name. */
	readonly caption: string;
	readonly columns: ReadonlyArray<Column<Row>>;
	readonly rows: readonly Row[];
	readonly sortBy: string;
	/** How many rows are shown at once. Default 25. */
	readonly pageSize?: number;
	/** Said when there is no row. */
	readonly empty?: string;
}

const collator = new Intl.Collator('en', {numeric: true});

/** A table that sorts by each of its columns and shows one page of its rows. */
export class DataTable<Row> {
	readonly element: HTMLElement;
	readonly #options: TableOptions<Row>;
	readonly #head = h('tr');
	readonly #body = h('tbody');
	readonly #pager = h('div', {class: 'pager'});
	readonly #select: HTMLSelectElement;
	#rows: readonly Row[];
	#sortBy: string;
	#isAscending: boolean;
	#page = 0;

	constructor(options: TableOptions<Row>) {
		this.#options = options;
		this.#rows = options.rows;
		this.#sortBy = options.sortBy;
		this.#isAscending = this.#isText(options.sortBy);
		this.#select = h('select', {onchange: () => this.#sort(this.#select.value)}, ...options.columns.map(({id, title}) => h('option', {value: id}, title)));
		const direction = h('button', {type: 'button', class: 'quiet', onclick: () => this.#sort(this.#sortBy)}, 'Reverse');
		this.element = h('div', {class: 'data-table'},
			...options.columns.some(({width}) => width === 'wide') ? [h('div', {class: 'sort-tools'}, field('Sort by', this.#select), direction)] : [],
			h('div', {class: 'scroll', role: 'group', 'aria-label': options.caption, tabindex: 0},
				h('table', {}, h('caption', {class: 'hidden'}, options.caption), h('thead', {}, this.#head), this.#body)),
			this.#pager);
		this.#drawHead();
		this.#draw();
	}

	/** Shows other rows, from the first page on. */
	show(rows: readonly Row[]): void {
		this.#rows = rows;
		this.#page = 0;
		this.#draw();
	}

	#isText(id: string): boolean {
		const {columns, rows} = this.#options;
		const [row] = rows;
		return row !== undefined && typeof columns.find(column => column.id === id)?.value(row) === 'string';
	}

	#sort(id: string): void {
		this.#isAscending = id === this.#sortBy ? !this.#isAscending : this.#isText(id);
		this.#sortBy = id;
		this.#page = 0;
		this.#drawHead();
		this.#draw();
	}

	#drawHead(): void {
		const focused = this.#head.contains(document.activeElement) ? this.#sortBy : undefined;
		fill(this.#head, ...this.#options.columns.map(({id, title, width, isText}) => {
			const isSorted = id === this.#sortBy;
			const direction = this.#isAscending ? 'ascending' : 'descending';
			return h('th', {'scope': 'col', 'class': `${isText || this.#isText(id) ? '' : 'number'} ${width === 'wide' && isSorted ? '' : width ?? ''}`, 'aria-sort': isSorted && direction},
				h('button', {'type': 'button', 'data-column': id, 'onclick': () => this.#sort(id)}, title, h('span', {'class': 'arrow', 'aria-hidden': 'true'}, isSorted ? (this.#isAscending ? '↑' : '↓') : '')));
		}));
		this.#select.value = this.#sortBy;
		this.#head.querySelector<HTMLElement>(`[data-column="${focused}"]`)?.focus();
	}

	#sorted(): readonly Row[] {
		const {value} = this.#options.columns.find(({id}) => id === this.#sortBy)!;
		const sign = this.#isAscending ? 1 : -1;
		return this.#rows.map(row => ({row, key: value(row)})).toSorted((one, other) => sign * compare(one.key, other.key)).map(({row}) => row);
	}

	#draw(): void {
		const {columns, pageSize = 25, empty = 'Nothing to show.'} = this.#options;
		const from = this.#page * pageSize;
		const shown = this.#sorted().slice(from, from + pageSize);
		const rows = shown.map(row => h('tr', {}, ...columns.map(({id, value, cell, width, isText}) => {
			const key = value(row);
			return h('td', {class: `${typeof key === 'number' && !isText ? 'number' : ''} ${width === 'wide' && id === this.#sortBy ? '' : width ?? ''}`}, cell ? cell(row) : (typeof key === 'number' ? formatCount(key) : key));
		})));
		fill(this.#body, ...rows.length === 0 ? [h('tr', {}, h('td', {colspan: columns.length, class: 'empty'}, empty))] : rows);
		this.#drawPager(from, shown.length, pageSize);
	}

	#drawPager(from: number, count: number, pageSize: number): void {
		const turn = (by: number) => () => {
			this.#page += by;
			this.#draw();
			this.element.scrollIntoView({block: 'nearest'});
			this.#pager.querySelector<HTMLElement>(`[data-turn="${by}"]:enabled, button:enabled`)?.focus({preventScroll: true});
		};
		const button = (by: number, title: string, isOff: boolean) => h('button', {'type': 'button', 'class': 'quiet', 'data-turn': by, 'disabled': isOff, 'onclick': turn(by)}, title);
		fill(this.#pager, ...this.#rows.length <= pageSize ? [] : [
			button(-1, 'Previous', from === 0),
			h('span', {role: 'status'}, `${formatCount(from + 1)}–${formatCount(from + count)} of ${formatCount(this.#rows.length)}`),
			button(1, 'Next', from + count >= this.#rows.length),
		]);
	}
}

function compare(one: number | string, other: number | string): number {
	return typeof one === 'number' && typeof other === 'number' ? one - other : collator.compare(String(one), String(other));
}
