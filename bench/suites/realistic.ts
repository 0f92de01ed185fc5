/** How many migrations a table gets: it is made, then changed as projects change theirs. */
const steps = 6;
const rowsPerTable = 500;

/** What the migration of a number does to its table: makes it, adds a column, backfills it, indexes it, constrains it, adds a trigger. */
function migration(index: number): string {
	const number = Math.floor(index / steps);
	const table = `entity_${number}`;
	const parent = number === 0 ? '' : `, parent_id integer references entity_${number - 1} (id)`;
	const texts = [
		`create table ${table} (id integer generated always as identity primary key${parent}, name text not null unique, amount numeric(12, 2) not null, created_at timestamptz not null default now());
insert into ${table} (name, amount) select 'entity ' || n, n * 1.5 from generate_series(1, ${rowsPerTable}) as n;`,
		`alter table ${table} add column status text;`,
		`update ${table} set status = case when amount > 300 then 'large' else 'small' end;\nalter table ${table} alter column status set not null, alter column status set default 'small';`,
		`create index ${table}_status_idx on ${table} (status, created_at);`,
		`alter table ${table} add constraint ${table}_amount_check check (amount >= 0) not valid;\nalter table ${table} validate constraint ${table}_amount_check;`,
		`create function ${table}_touch() returns trigger language plpgsql as $$ begin new.created_at := clock_timestamp(); return new; end $$;
create trigger ${table}_touch before update on ${table} for each row execute function ${table}_touch();`,
	];
	return texts[index % steps]!;
}

/** Migrations as a project gathers them: tables, columns, backfills over 500 rows, indexes, checks, triggers, in turn. 300 of them make 50 tables. */
export function realisticMigrations(howMany: number): string[] {
	return Array.from({length: howMany}, (_, index) => migration(index));
}

/** The tables that so many migrations make. */
export function realisticTables(howMany: number): string[] {
	return Array.from({length: Math.ceil(howMany / steps)}, (_, number) => `entity_${number}`);
}
