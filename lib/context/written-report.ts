import type {Change, RowChange, RowTexts, TableChanges, WrittenTable} from './written.ts';

const maxRows = 5;
/** With what AVA puts in front of it, a line has 100 characters. */
const maxWidth = 94;
const maxCell = 32;
const signs: Readonly<Record<Change, string>> = {inserted: '+', updated: '~', deleted: '-', written: '*', replaced: '-'};
const words: Readonly<Record<Change, string>> = {
	inserted: 'inserted', updated: 'updated', deleted: 'deleted', written: 'inserted or updated', replaced: 'updated or deleted',
};

/** What a test had written, for people: a block for each table, with its first rows. An empty text when there is nothing. */
export function describeWritten({tables, isCut}: {tables: readonly TableChanges[]; isCut: boolean}): string {
	if (tables.length === 0) {
		return '';
	}

	const blocks = tables.map(changes => [title(changes), ...drawRows(changes)].join('\n'));
	return ['What this test had written, before it was rolled back:', ...blocks, ...(isCut ? ['… and further tables'] : [])].join('\n\n');
}

function title({table, isCreated, counts}: TableChanges): string {
	const {schema, name} = table;
	const shown = schema === 'public' || schema.startsWith('pg_temp') ? name : `${schema}.${name}`;
	const notes = isCreated ? ' (created by this test)' : table.isHidden ? ' (altered, truncated or locked by this test, so that it cannot be compared)' : '';
	const numbers = counts
		? Object.entries(counts).filter(([, count]) => count > 0).map(([change, count]) => `${count.toLocaleString('en')} ${words[change as Change]}`).join(', ')
		: 'too large to be compared in time';
	return `${shown}${notes}: ${numbers || 'no row inserted or updated'}`;
}

function drawRows({table, rows, counts = {}}: TableChanges): string[] {
	const shown = pick(rows);
	if (shown.length === 0) {
		return [];
	}

	const {columns, left} = fit(table, shown);
	const widths = columns.map(column => Math.max(column.length, ...shown.map(row => cell(row, column).length)));
	const line = (sign: string, cells: readonly string[]): string => `  ${sign} ${cells.map((text, index) => text.padEnd(widths[index]!)).join('  ')}`.trimEnd();
	const further = Object.values(counts).reduce((sum, count) => sum + count, 0) - shown.length;
	const rest = [further > 0 ? plural(further, 'row') : '', left > 0 ? plural(left, 'column') : ''].filter(Boolean).join(' and ');
	return [line(' ', columns), ...shown.map(row => line(signs[row.change], columns.map(column => cell(row, column)))), ...(rest ? [`    … ${rest} more`] : [])];
}

/** The first rows, with at least one of each kind. */
function pick(rows: readonly RowChange[]): readonly RowChange[] {
	const firsts = new Set(new Map(rows.toReversed().map(row => [row.change, row])).values());
	const others = rows.filter(row => !firsts.has(row)).slice(0, Math.max(0, maxRows - firsts.size));
	const chosen = new Set([...firsts, ...others]);
	return rows.filter(row => chosen.has(row));
}

/** The columns that fit on a line: the key and what was changed before others, and none that is empty in every row. */
function fit({columns, primaryKey}: WrittenTable, rows: readonly RowChange[]): {columns: string[]; left: number} {
	const filled = columns.filter(column => rows.some(row => cell(row, column) !== 'null'));
	const rank = (column: string): number => primaryKey.includes(column) ? 0 : rows.some(row => isChanged(row, column)) ? 1 : 2;
	const chosen = new Set<string>();
	let width = 4;
	for (const column of filled.toSorted((one, other) => rank(one) - rank(other))) {
		width += 2 + Math.max(column.length, ...rows.map(row => cell(row, column).length));
		if (width <= maxWidth || chosen.size === 0) {
			chosen.add(column);
		}
	}

	return {columns: filled.filter(column => chosen.has(column)), left: filled.length - chosen.size};
}

function isChanged({before, after}: RowChange, column: string): boolean {
	return before !== undefined && after !== undefined && before[column] !== after[column];
}

function cell(row: RowChange, column: string): string {
	const {before, after} = row;
	return isChanged(row, column) ? `${value(before!, column)} → ${value(after!, column)}` : value((after ?? before)!, column);
}

/** On one line, and short: a row has to stay a row. */
function value(row: RowTexts, column: string): string {
	const text = (row[column] ?? 'null').replaceAll(/\s+/g, ' ');
	return text.length > maxCell ? `${text.slice(0, maxCell - 1)}…` : text;
}

function plural(count: number, noun: string): string {
	return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
