import type {Client} from './client.ts';

/** A sequence and the value at which it has to start again to be as it was in the template. */
export interface SequenceStart {
	readonly schema: string;
	readonly name: string;
	/** A bigint as text. */
	readonly next: string;
}

/** Where each sequence of a database stands. */
export async function readSequences(client: Client): Promise<SequenceStart[]> {
	const {rows} = await client.query<SequenceStart>(`
		select schemaname as schema, sequencename as name,
			coalesce(last_value + increment_by, start_value)::text as next
		from pg_sequences order by 1, 2`);
	return rows;
}

/** A table with its columns and its primary key, in column order. */
export interface TableShape {
	readonly schema: string;
	readonly name: string;
	readonly columns: readonly string[];
	readonly primaryKey: readonly string[];
}

/** The tables and views of a database that are its user's own. */
export async function readTables(client: Client): Promise<TableShape[]> {
	const {rows} = await client.query<TableShape>(`
		select n.nspname as schema, c.relname as name,
			array(select attname::text from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped order by attnum) as columns,
			array(select a.attname::text from pg_index i
				cross join unnest(i.indkey) with ordinality as k(attnum, position)
				join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
				where i.indrelid = c.oid and i.indisprimary order by k.position) as "primaryKey"
		from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not in ('pg_catalog', 'information_schema')
			and n.nspname not like 'pg\\_toast%' and n.nspname not like 'pg\\_temp%' and not c.relispartition
		order by 1, 2`);
	return rows;
}

/** Statements that put sequences back inside a transaction; a rollback undoes them. */
export function restartSequences(client: Client, sequences: readonly SequenceStart[]): string {
	return sequences
		.map(({schema, name, next}) => `alter sequence ${client.escapeIdentifier(schema)}.${client.escapeIdentifier(name)} restart with ${BigInt(next)}`)
		.join('; ');
}
