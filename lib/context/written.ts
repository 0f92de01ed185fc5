import {quoteIdentifier} from '../postgres/identifiers.ts';
import type {Query} from './look.ts';

/** The first columns of a row as texts, `null` where there is nothing. */
export type RowTexts = Readonly<Record<string, string | null>>;

/** `written` is a row that was inserted or updated, where it cannot be told which; `replaced` one that was updated or deleted. */
export type Change = 'inserted' | 'updated' | 'deleted' | 'written' | 'replaced';

/** One row of the difference. */
export interface RowChange {
	readonly change: Change;
	/** The row as it was; only of rows that were updated or deleted. */
	readonly before?: RowTexts;
	/** The row as it is. */
	readonly after?: RowTexts;
}

/** What a test has done to one table. */
export interface TableChanges {
	readonly table: WrittenTable;
	/** True if the test itself has created the table. */
	readonly isCreated: boolean;
	/** How many rows; nothing when the table is too large to be compared in time. */
	readonly counts: Partial<Record<Change, number>> | undefined;
	/** The first of these rows. */
	readonly rows: readonly RowChange[];
}

/** A table that a transaction may have written to. */
export interface WrittenTable {
	readonly oid: string;
	readonly schema: string;
	readonly name: string;
	/** True if others cannot read it before the transaction ends: it was altered, truncated or created by it, or is temporary. */
	readonly isHidden: boolean;
	readonly columns: readonly string[];
	readonly primaryKey: readonly string[];
}

/** The same database seen from two sides. */
export interface Views {
	/** From within the transaction. */
	readonly inside: Query;
	/** From another connection, which sees what was there before; nothing if there is none. */
	readonly outside: Query | undefined;
	/** The time, by performance.now(), after which no further table is looked at. */
	readonly deadline: number;
}

const maxTables = 10;
/** So many rows are compared one by one; of more, kinds of changes cannot be told apart. */
const comparedRows = 200;
const maxCharacters = 100;

/** A row of the transaction or one of its savepoints: they have the latest numbers of all that a transaction can see. */
const isOwn = 'age(xmin) <= age(pg_current_xact_id()::xid)';

/** Tables on which the transaction holds a lock that writing takes; what a savepoint has undone holds none any more. */
const writtenTables = `
	select c.oid::text as oid, n.nspname::text as schema, c.relname::text as name,
		bool_or(l.mode = 'AccessExclusiveLock') or c.relpersistence = 't' as "isHidden",
		array(select attname::text from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped order by attnum) as columns,
		array(select a.attname::text from pg_index i cross join unnest(i.indkey) with ordinality as k(attnum, position)
			join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
			where i.indrelid = c.oid and i.indisprimary order by k.position) as "primaryKey"
	from pg_locks l join pg_class c on c.oid = l.relation join pg_namespace n on n.oid = c.relnamespace
	where l.pid = pg_backend_pid() and l.locktype = 'relation' and l.mode in ('RowExclusiveLock', 'AccessExclusiveLock')
		and l.database = (select oid from pg_database where datname = current_database())
		and c.relkind = 'r' and n.nspname !~ '^pg_(catalog|toast)'
	group by c.oid, n.nspname, c.relname, c.relpersistence
	order by 2, 3`;

/**
 * What an open transaction has changed: the difference between what it sees and what others see. What it has undone itself is not
 * part of it, and a row whose primary key was changed counts as deleted and inserted.
 * @returns at most ten tables, without those in which nothing is different, and whether there were more
 */
export async function readWritten(views: Views): Promise<{tables: readonly TableChanges[]; isCut: boolean}> {
	const locked = await views.inside(writtenTables) as unknown as readonly WrittenTable[];
	const there = new Set((await views.outside?.('select oid::text as oid from pg_class where oid = any($1)', [locked.map(({oid}) => oid)]))?.map(({oid}) => oid));
	const tables: TableChanges[] = [];
	for (const table of locked) {
		if (tables.length === maxTables || performance.now() > views.deadline) {
			return {tables, isCut: true};
		}

		const isCreated = views.outside !== undefined && !there.has(table.oid);
		const changes = await readTable(views, {table, isCreated}).catch(() => ({table, isCreated, counts: undefined, rows: []}));
		if (isWorthTelling(changes)) {
			tables.push(changes);
		}
	}

	return {tables, isCut: false};
}

function isWorthTelling({table, counts}: TableChanges): boolean {
	return table.isHidden || !counts || Object.values(counts).some(count => count > 0);
}

async function readTable(views: Views, {table, isCreated}: Pick<TableChanges, 'table' | 'isCreated'>): Promise<TableChanges> {
	const [{there, own} = {there: 0, own: 0}] = await views.inside(`select count(*)::int as there, (count(*) filter (where ${isOwn}))::int as own from only ${nameOf(table)}`) as unknown as ReadonlyArray<{there: number; own: number}>;
	const rows = await views.inside(`select ${columnsOf(table)} from only ${nameOf(table)} where ${isOwn} limit ${comparedRows}`) as readonly RowTexts[];
	if (isCreated || table.isHidden || !views.outside) {
		const change = isCreated ? 'inserted' : 'written';
		return {table, isCreated, counts: {[change]: own}, rows: rows.map(after => ({change, after}))};
	}

	const [before] = await views.outside(`select count(*)::int as there from only ${nameOf(table)}`) as unknown as ReadonlyArray<{there: number}>;
	const gone = before!.there - (there - own);
	return {table, isCreated, ...await compare({...views, outside: views.outside}, {table, rows, own, gone})};
}

interface Comparison {
	readonly table: WrittenTable;
	/** The first rows that the transaction has made. */
	readonly rows: readonly RowTexts[];
	/** How many rows the transaction has made. */
	readonly own: number;
	/** How many rows are no longer as they were. */
	readonly gone: number;
}

async function compare(views: Views & {outside: Query}, {table, rows, own, gone}: Comparison): Promise<Pick<TableChanges, 'counts' | 'rows'>> {
	const isComparable = own === 0 || gone === 0 || (table.primaryKey.length > 0 && own <= comparedRows);
	if (!isComparable) {
		const replaced = await goneRows(views, table);
		return {
			counts: {written: own, replaced: gone},
			rows: [...rows.map((after): RowChange => ({change: 'written', after})), ...replaced.map((before): RowChange => ({change: 'replaced', before}))],
		};
	}

	const before = new Map(own > 0 && gone > 0 ? (await sameKeys(views.outside, table, rows)).map(row => [keyOf(table, row), row]) : []);
	const made = rows.map((after): RowChange => {
		const old = before.get(keyOf(table, after));
		return old ? {change: 'updated', before: old, after} : {change: 'inserted', after};
	});
	const deleted = gone > before.size ? await goneRows(views, table) : [];
	return {
		counts: {inserted: own - before.size, updated: before.size, deleted: gone - before.size},
		rows: [...made, ...deleted.filter(row => !before.has(keyOf(table, row))).map((row): RowChange => ({change: 'deleted', before: row}))],
	};
}

/** The rows, as others see them, that have the primary keys of given ones. */
async function sameKeys(outside: Query, table: WrittenTable, rows: readonly RowTexts[]): Promise<readonly RowTexts[]> {
	const keys = table.primaryKey.map(column => `${quoteIdentifier(column)}::text`).join(', ');
	const given = table.primaryKey.map((_, index) => `$${index + 1}::text[]`).join(', ');
	return await outside(
		`select ${columnsOf(table)} from only ${nameOf(table)} where (${keys}) in (select * from unnest(${given}))`,
		table.primaryKey.map(column => rows.map(row => row[column])),
	) as readonly RowTexts[];
}

/**
 * Rows that others still see where the transaction sees none. `xmax` marks them, but also rows that were only locked: a row
 * that the transaction still sees at the same place is such a one.
 */
async function goneRows({inside, outside}: Views & {outside: Query}, table: WrittenTable): Promise<readonly RowTexts[]> {
	const place = 'ctid::text as "ctid of the row"';
	const marked = await outside(`select ${place}, ${columnsOf(table)} from only ${nameOf(table)} where xmax <> '0'::xid limit ${comparedRows}`);
	const places = marked.map(row => row['ctid of the row']);
	const kept = await inside(`select ${place} from only ${nameOf(table)} where ctid = any($1::tid[])`, [places]);
	const isKept = new Set(kept.map(row => row['ctid of the row']));
	return marked.filter(row => !isKept.has(row['ctid of the row'])) as readonly RowTexts[];
}

function nameOf({schema, name}: WrittenTable): string {
	return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

/** All columns as texts; keys whole, because rows are told apart by them. */
function columnsOf({columns, primaryKey}: WrittenTable): string {
	return columns.map(column => {
		const name = quoteIdentifier(column);
		return primaryKey.includes(column) ? `${name}::text as ${name}` : `left(${name}::text, ${maxCharacters}) as ${name}`;
	}).join(', ');
}

function keyOf({primaryKey}: WrittenTable, row: RowTexts): string {
	return JSON.stringify(primaryKey.map(column => row[column]));
}
