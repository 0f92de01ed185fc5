import type {Insertable, Kysely, Selectable, Updateable} from 'kysely';
import type {TableShape} from '../postgres/catalog.ts';
import {columnOf, keyOf, type ColumnDefinitions, type DefinedRow, type NewRow, createTableStatement} from './model-definition.ts';
import {Rows, type Filter, type Key, type ListOptions} from './rows.ts';

/** Create, read, update and delete for one table. */
export interface Model<Row, New = Partial<Row>, Patch = Partial<Row>> {
	/** Inserts a row and returns it with what the database filled in. */
	create(values: New): Promise<Row>;
	/** The row with this primary key, or the first that fits a filter. */
	find(key: Key | Filter<Row>): Promise<Row | undefined>;
	/** The rows that fit a filter: a value is compared, a list is `in`, null is `is null`. */
	list(filter?: Filter<Row>, options?: ListOptions<Row>): Promise<Row[]>;
	/** Changes the row with this primary key and returns it, or all that fit a filter. */
	update(key: Key, patch: Patch): Promise<Row | undefined>;
	update(filter: Filter<Row>, patch: Patch): Promise<Row[]>;
	/** Deletes by primary key or filter and returns how many rows it deleted. */
	delete(key: Key | Filter<Row>): Promise<number>;
	/** How many rows match; without a filter, how many there are. */
	count(filter?: Filter<Row>): Promise<number>;
}

/** A model for each table of the database, by its name. */
export type Models<DB> = {
	readonly [Table in keyof DB & string]: Model<Selectable<DB[Table]>, Insertable<DB[Table]>, Updateable<DB[Table]>>;
};

/** Models, and tables of a test's own. */
export type Dataflow<DB> = Models<DB> & {
	/**
	 * Defines a table of the test's own: `df.model('widgets', {name: 'text', price: 'numeric(10,2)'})`. Without a column `id`
	 * it gets one that counts up. {@link Dataflow.createTables} makes it.
	 */
	model<const Columns extends ColumnDefinitions>(table: string, columns: Columns): Model<DefinedRow<Columns>, NewRow<Columns>, Partial<DefinedRow<Columns>>>;
	/** Makes the defined tables that are not there yet; returns their names. Nothing is sent when the schema holds all of them. */
	createTables(): Promise<string[]>;
};

/** What models work on. */
export interface ModelsOptions {
	readonly db: Kysely<any>;
	/** The tables of the template, which need no question to the database. */
	readonly tables: readonly TableShape[];
}

/** Looks a name up only when it is a table's: promises and inspectors ask every object for names of their own. */
function byName<T extends object>(own: T, model: (table: string) => unknown): T {
	return new Proxy(own, {
		get: (target, name) => typeof name === 'symbol' || name === 'then' || name === 'toJSON' ? undefined : Reflect.get(target, name) ?? model(name),
	});
}

/** A model for each table. */
export function createModels<DB>(options: ModelsOptions): Models<DB> {
	return byName({}, table => new Rows(table, options)) as Models<DB>;
}

/** A model for each table, and the means to add tables. */
export function createDataflow<DB>(options: ModelsOptions): Dataflow<DB> {
	const defined = new Map<string, ColumnDefinitions>();
	const isThere = (table: string): boolean => options.tables.some(({schema, name}) => name === table && schema === 'public');
	const createTables = async (): Promise<string[]> => {
		const missing = [...defined].filter(([table]) => !isThere(table));
		for (const [table, columns] of missing) {
			await createTableStatement(table, columns).execute(options.db);
			defined.delete(table);
		}

		return missing.map(([table]) => table);
	};

	const model = (table: string, columns: ColumnDefinitions) => {
		for (const [name, type] of Object.entries(columns)) {
			columnOf(name, type);
		}

		defined.set(table, columns);
		return new Rows(table, {...options, tables: [...options.tables, {schema: 'public', name: table, columns: Object.keys(columns), primaryKey: [keyOf(columns) ?? 'id']}]});
	};

	return byName({model, createTables}, table => new Rows(table, options)) as unknown as Dataflow<DB>;
}
