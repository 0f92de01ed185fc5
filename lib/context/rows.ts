import {sql, type Kysely, type Selectable} from 'kysely';
import {ContextError} from '../errors.ts';
import type {TableShape} from '../postgres/catalog.ts';
import {quoteIdentifier} from '../postgres/identifiers.ts';

/** A value of a primary key with one column. */
export type Key = string | number | bigint;

/** Values to compare with, by column: a value, a list of them, or null. */
export type Filter<Row> = {readonly [Column in keyof Row]?: Row[Column] | ReadonlyArray<Row[Column]> | null};

/** Which of the rows that fit, and in which order. */
export interface ListOptions<Row> {
	/** A column, or a column and its direction. Default: the primary key. */
	readonly orderBy?: (keyof Row & string) | readonly [keyof Row & string, 'asc' | 'desc'];
	/** At most so many rows. Default: all. */
	readonly limit?: number;
	/** How many rows are left out at the beginning. Default 0. */
	readonly offset?: number;
}

type Row = Record<string, unknown>;
type Values = Readonly<Record<string, unknown>>;

function quoteTable(table: string): string {
	return table.split('.').map(part => quoteIdentifier(part)).join('.');
}

function isFilter(keyOrFilter: Key | Values): keyOrFilter is Values {
	return typeof keyOrFilter === 'object' && keyOrFilter !== null;
}

/** Create, read, update and delete for one table, on Kysely. */
export class Rows {
	readonly #table: string;
	readonly #db: Kysely<any>;
	readonly #shape: TableShape | undefined;

	constructor(table: string, {db, tables}: {db: Kysely<any>; tables: readonly TableShape[]}) {
		this.#table = table;
		this.#db = db;
		const [schema, name] = table.includes('.') ? table.split('.') : ['public', table];
		this.#shape = tables.find(shape => shape.name === name && shape.schema === schema);
	}

	async create(values: Values): Promise<Selectable<Row>> {
		const insert = this.#db.insertInto(this.#table);
		const filled = Object.keys(values).length > 0 ? insert.values(values) : insert.defaultValues();
		return filled.returningAll().executeTakeFirstOrThrow();
	}

	async find(keyOrFilter: Key | Values): Promise<Row | undefined> {
		const [row] = await this.list(await this.#filterOf(keyOrFilter), {limit: 1});
		return row;
	}

	async list(filter: Values = {}, {orderBy, limit, offset}: ListOptions<Row> = {}): Promise<Row[]> {
		let query = this.#db.selectFrom(this.#table).selectAll().where(this.#condition(filter));
		const orders = orderBy === undefined ? this.#shape?.primaryKey.map(column => [column, 'asc'] as const) ?? [] : [typeof orderBy === 'string' ? [orderBy, 'asc'] as const : orderBy];
		for (const [column, direction] of orders) {
			query = query.orderBy(sql.ref(column), direction);
		}

		query = limit === undefined ? query : query.limit(limit);
		return (offset === undefined ? query : query.offset(offset)).execute();
	}

	async update(keyOrFilter: Key | Values, patch: Values): Promise<Row | Row[] | undefined> {
		const filter = await this.#filterOf(keyOrFilter);
		const rows = await this.#db.updateTable(this.#table).set(patch).where(this.#condition(filter)).returningAll().execute();
		return isFilter(keyOrFilter) ? rows : rows[0];
	}

	async delete(keyOrFilter: Key | Values): Promise<number> {
		const filter = await this.#filterOf(keyOrFilter);
		const {numDeletedRows} = await this.#db.deleteFrom(this.#table).where(this.#condition(filter)).executeTakeFirstOrThrow();
		return Number(numDeletedRows);
	}

	async count(filter: Values = {}): Promise<number> {
		const {count} = await this.#db.selectFrom(this.#table).select(sql<number>`count(*)::float8`.as('count')).where(this.#condition(filter)).executeTakeFirstOrThrow();
		return count;
	}

	#condition(filter: Values) {
		const conditions = Object.entries(filter).filter(([, value]) => value !== undefined).map(([column, value]) => {
			const reference = sql.ref(column);
			if (value === null) {
				return sql<boolean>`${reference} is null`;
			}

			if (!Array.isArray(value)) {
				return sql<boolean>`${reference} = ${value}`;
			}

			return value.length === 0 ? sql<boolean>`false` : sql<boolean>`${reference} in (${sql.join(value)})`;
		});
		return conditions.length === 0 ? sql<boolean>`true` : sql<boolean>`${sql.join(conditions, sql` and `)}`;
	}

	async #filterOf(keyOrFilter: Key | Values): Promise<Values> {
		if (isFilter(keyOrFilter)) {
			this.#assertMeant(keyOrFilter);
			return keyOrFilter;
		}

		const [column, ...others] = this.#shape?.primaryKey ?? await this.#readPrimaryKey();
		return column === undefined || others.length > 0 ? this.#rejectKey([column, ...others]) : {[column]: keyOrFilter};
	}

	/** A table that a test has made by itself is not among those of the template. */
	async #readPrimaryKey(): Promise<string[]> {
		const {rows} = await sql<{name: string}>`
			select a.attname::text as name from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
			where i.indrelid = to_regclass(${quoteTable(this.#table)}) and i.indisprimary`.execute(this.#db);
		return rows.map(({name}) => name);
	}

	/** A filter of which nothing is left would mean every row, which is hardly what its writer meant. */
	#assertMeant(filter: Values): void {
		const names = Object.keys(filter);
		if (names.length > 0 && names.every(name => filter[name] === undefined)) {
			throw new ContextError('ERR_MODEL_KEY', {
				what: `A filter on ${this.#table} has only undefined values: ${names.join(', ')}.`,
				why: 'Undefined columns are left out, so it would fit every row.',
				fix: 'Give a value, null for `is null`, or {} for every row.',
			});
		}
	}

	#rejectKey(columns: ReadonlyArray<string | undefined>): never {
		const names = columns.filter(column => column !== undefined);
		throw new ContextError('ERR_MODEL_KEY', {
			what: `The table ${this.#table} ${names.length === 0 ? 'has no primary key, or does not exist' : `has the primary key (${names.join(', ')})`}.`,
			why: 'A row can be named by one value only where the primary key is one column.',
			fix: `Use a filter: {${names.length === 0 ? 'column' : names.join(': ..., ')}: ...}.`,
		});
	}
}
