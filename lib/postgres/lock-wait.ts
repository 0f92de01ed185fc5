import type {Client} from './client.ts';
import {quoteIdentifier} from './identifiers.ts';

/** A session that holds a lock that another one waits for. */
export interface Blocker {
	readonly pid: number;
	readonly applicationName: string;
	readonly state: string;
	/** The statement that it runs, or the last one that it ran. */
	readonly statement: string;
}

/** A lock that a session waits for. */
export interface LockWait {
	/** `ShareLock`, for instance. */
	readonly mode: string;
	/** What is locked, in words: `row (id = 1) of public.users`. */
	readonly what: string;
	readonly blockers: readonly Blocker[];
}

interface LockRow {
	readonly type: string;
	readonly mode: string;
	readonly relation: string | null;
	/** Schema and name, quoted where they need it. */
	readonly relationName: string | null;
	readonly place: string | null;
	readonly keys: readonly string[];
	readonly isGranted: boolean;
}

/** Of an advisory lock in pg_locks as `l`: the one number or the two numbers that it was taken with, as SQL for an array of texts. */
export const advisoryKeys = `case l.objsubid when 1 then array[((l.classid::bigint << 32) | l.objid::bigint)::text]
	else array[l.classid::int8::bit(32)::int::text, l.objid::int8::bit(32)::int::text] end`;

/** The lock that is waited for, and rows that were reserved on the way to it: who waits for the end of a transaction has reserved the row first. */
const locks = `
	select l.locktype as type, l.mode, l.granted as "isGranted", l.relation::oid::text as relation,
		(select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = l.relation) as "relationName",
		'(' || l.page || ',' || l.tuple || ')' as place,
		case when l.locktype = 'advisory' then ${advisoryKeys} else '{}' end as keys
	from pg_locks l where l.pid = $1 and (not l.granted or l.locktype = 'tuple')
	order by l.granted`;

const blockers = `
	select pid, application_name as "applicationName", coalesce(state, '') as state, query as statement
	from pg_stat_activity where pid = any(pg_blocking_pids($1)) order by pid`;

/**
 * What a session waits for and who holds it, seen from another session on the same database.
 * @returns nothing when it waits for no lock
 * @see https://www.postgresql.org/docs/current/view-pg-locks.html
 */
export async function readLockWait(client: Client, pid: number): Promise<LockWait | undefined> {
	await client.query('set statement_timeout to 500; set lock_timeout to 200');
	const [found, holding] = [await client.query<LockRow>(locks, [pid]), await client.query<Blocker>(blockers, [pid])];
	const waitedFor = found.rows.find(({isGranted}) => !isGranted);
	if (!waitedFor || holding.rows.length === 0) {
		return undefined;
	}

	const row = found.rows.find(({type}) => type === 'tuple');
	return {mode: waitedFor.mode, what: row ? await nameRow(client, row) : nameLock(waitedFor), blockers: holding.rows};
}

function nameLock({type, relationName, keys}: LockRow): string {
	switch (type) {
		case 'relation':
			return `table ${relationName}`;
		case 'advisory':
			return `advisory lock ${keys.join(', ')}`;
		case 'transactionid':
			return 'something that the other transaction has written, such as the same unique key';
		default:
			return relationName ? `${type} of ${relationName}` : type;
	}
}

/** Names a row by its primary key, as long as it can be seen from here. */
async function nameRow(client: Client, {relation, relationName, place}: LockRow): Promise<string> {
	const {rows: keys} = await client.query<{name: string}>(`
		select a.attname::text as name from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
		where i.indrelid = $1 and i.indisprimary order by array_position(i.indkey::int2[], a.attnum)`, [relation]);
	const columns = keys.map(({name}) => `${quoteIdentifier(name)}::text`);
	const {rows: [row]} = columns.length > 0
		? await client.query<string[]>({text: `select ${columns.join(', ')} from ${relationName!} where ctid = $1`, values: [place], rowMode: 'array'}).catch(() => ({rows: []}))
		: {rows: []};
	return row ? `row (${keys.map(({name}, index) => `${name} = ${row[index]}`).join(', ')}) of ${relationName}` : `row at ${place} of ${relationName}`;
}
