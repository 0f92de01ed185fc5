import type {Client} from './client.ts';
import {quoteIdentifier, quoteLiteral} from './identifiers.ts';

/** A sequence, and where it stands. */
export interface SequenceState {
	readonly schema: string;
	readonly name: string;
	/** A bigint as text. */
	readonly lastValue: string;
	/** False when `lastValue` itself is the next value. */
	readonly isCalled: boolean;
}

/** Where each sequence of a database stands. */
export async function readSequences(client: Client): Promise<SequenceState[]> {
	const {rows} = await client.query<{schema: string; name: string}>('select schemaname as schema, sequencename as name from pg_sequences order by 1, 2');
	const states: SequenceState[] = [];
	for (const {schema, name} of rows) {
		// The view pg_sequences hides what setval(..., false) has set; the sequence itself does not.
		const state = await client.query<Pick<SequenceState, 'lastValue' | 'isCalled'>>(`select last_value::text as "lastValue", is_called as "isCalled" from ${qualify(schema, name)}`);
		states.push({schema, name, ...state.rows[0]!});
	}

	return states;
}

function qualify(schema: string, name: string): string {
	return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
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

/**
 * Statements that put sequences back inside a transaction, so that a rollback undoes it: RESTART gives a sequence a new file,
 * which is all that setval then writes to.
 */
export function resetSequences(sequences: readonly SequenceState[]): string {
	return sequences.map(({schema, name, lastValue, isCalled}) => {
		const sequence = qualify(schema, name);
		return `alter sequence ${sequence} restart; select pg_catalog.setval(${quoteLiteral(sequence)}, ${BigInt(lastValue)}, ${String(isCalled)})`;
	}).join('; ');
}
