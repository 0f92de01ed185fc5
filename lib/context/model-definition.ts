import {sql, type RawBuilder} from 'kysely';
import {ContextError} from '../errors.ts';

/** Column names and their types in SQL, with constraints: `{email: 'text not null unique'}`. */
export type ColumnDefinitions = Readonly<Record<string, string>>;

type NumberType = 'int' | 'smallint' | 'real' | 'double' | 'float' | 'serial';
type TextType = 'text' | 'varchar' | 'char' | 'uuid' | 'numeric' | 'decimal' | 'bigint' | 'citext';
type DateType = 'timestamp' | 'date';

/** What `pg` makes of a value of a type in SQL. */
type ValueOf<Definition extends string> = Lowercase<Definition> extends `${NumberType}${string}` ? number
	: Lowercase<Definition> extends `${TextType}${string}` ? string
		: Lowercase<Definition> extends `bool${string}` ? boolean
			: Lowercase<Definition> extends `${DateType}${string}` ? Date
				: any;

/** A row of a table that a test has defined. */
export type DefinedRow<Columns extends ColumnDefinitions> =
	('id' extends keyof Columns ? unknown : {id: number}) & {-readonly [Name in keyof Columns]: ValueOf<Columns[Name]>};

/** What can be inserted into it: whatever the definition does not demand may be left out, which the database checks. */
export type NewRow<Columns extends ColumnDefinitions> = Partial<DefinedRow<Columns>>;

/**
 * Checks one column of a definition, which becomes part of a statement as it stands.
 * @throws {ERR_MODEL_UNKNOWN} for what is no column definition
 */
export function columnOf(name: string, definition: unknown): string {
	if (typeof definition !== 'string' || !/^[a-z][^;]*$/i.test(definition)) {
		throw new ContextError('ERR_MODEL_UNKNOWN', {
			what: `The column '${name}' is defined as ${JSON.stringify(definition)}.`,
			why: 'A column is defined by its type in SQL, and constraints after it.',
			fix: `Write it as {${name}: 'text not null'}.`,
		});
	}

	return definition;
}

/** The column that a definition makes the primary key; nothing where it leaves that to a column `id` of its own. */
export function keyOf(columns: ColumnDefinitions): string | undefined {
	return Object.entries(columns).find(([name, definition]) => name === 'id' || /\bprimary\s+key\b/i.test(definition))?.[0];
}

/** The statement that makes a table. */
export function createTableStatement(table: string, columns: ColumnDefinitions): RawBuilder<unknown> {
	const own = Object.entries(columns).map(([name, definition]) => sql`${sql.id(name)} ${sql.raw(columnOf(name, definition))}`);
	const id = keyOf(columns) ? [] : [sql`id integer generated always as identity primary key`];
	return sql`create table if not exists ${sql.table(table)} (${sql.join([...id, ...own])})`;
}
