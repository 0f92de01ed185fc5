// A schema of any number of tables, and tests on it with the harness and by hand.
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import type {Bench} from '../line.ts';
import type {BenchServer} from '../options.ts';
import type {GivenServer} from './given-server.ts';
import {writeProject, type Project} from './project.ts';
import {count, ownDatabase, rolledBack, serverVariable} from './test-files.ts';

/** Tables in a chain, each with a key, a foreign key, a unique column and ten rows. */
export function tables(howMany: number): string {
	return Array.from({length: howMany}, (_, index) => `
create table thing_${index} (
	id integer primary key, parent_id integer ${index === 0 ? '' : `references thing_${index - 1} (id)`}, name text not null unique, added_at timestamptz not null default now()
);
insert into thing_${index} (id, parent_id, name) select n, ${index === 0 ? 'null' : 'n'}, 'thing ' || n from generate_series(1, 10) as n;`).join('\n');
}

/** Migrations that end in the same schema, whatever their number. */
export function migrations(howMany: number): string[] {
	const further = Array.from({length: howMany - 1}, (_, index) => index % 2 === 0 ? 'alter table thing_0 add column note text;' : 'alter table thing_0 drop column note;');
	return [tables(10), ...further];
}

const harnessFile = `import test from 'ava';
import {tddTestContext} from 'dataflow-tdd/ava';

${count}
for (let number = 1; number <= count; number++) {
	test('a thing is kept ' + number, tddTestContext, async (t, {db}) => {
		await db.insertInto('thing_0').values({id: 100, name: 'hundred'}).execute();
		await db.insertInto('thing_1').values({id: 100, parent_id: 100, name: 'hundred'}).execute();
		const rows = await db.selectFrom('thing_1').innerJoin('thing_0', 'thing_0.id', 'thing_1.parent_id').select('thing_0.name').where('thing_1.id', '>=', 100).execute();
		t.deepEqual(rows, [{name: 'hundred'}]);
	});
}
`;

const statements = `
for (let number = 1; number <= count; number++) {
	test.serial('a thing is kept ' + number, async t => {
		await client.query('insert into thing_0 (id, name) values ($1, $2)', [100, 'hundred']);
		await client.query('insert into thing_1 (id, parent_id, name) values ($1, $2, $3)', [100, 100, 'hundred']);
		const {rows} = await client.query('select thing_0.name from thing_1 join thing_0 on thing_0.id = thing_1.parent_id where thing_1.id >= $1', [100]);
		t.deepEqual(rows, [{name: 'hundred'}]);
	});
}
`;

const migrationsVariable = 'BENCH_MIGRATIONS';

const migrated = {
	create: '',
	imports: "import {readdir, readFile} from 'node:fs/promises';\n",
	afterwards: `for (const file of (await readdir(process.env.${migrationsVariable})).sort()) {
		await client.query(await readFile(process.env.${migrationsVariable} + '/' + file, 'utf8'));
	}`,
};

/** A database for each file: a clone of the template, or an empty one with the migrations applied to it. */
const byHand = (isMigrating: boolean): string => `${ownDatabase(isMigrating ? migrated : {})}${rolledBack}${statements}`;

interface Shape {
	readonly name: string;
	readonly files: number;
	readonly schemas: readonly string[];
}

/** The tests with the harness. */
export async function growingProject({workspace}: Bench, server: BenchServer, {name, files, schemas}: Shape): Promise<Project> {
	return writeProject(workspace, {name: `${name}-${server}`, files, testFile: harnessFile, harness: {server, schemas}});
}

/** The tests by hand on a server that is given, cloned from its template. */
export async function clonedByHand({workspace}: Bench, given: GivenServer, {name, files}: Omit<Shape, 'schemas'>): Promise<Project> {
	return writeProject(workspace, {name: `${name}-by-hand`, files, testFile: byHand(false), env: {[serverVariable]: JSON.stringify(given.connection)}});
}

/** The tests by hand on a server that is given, with all migrations applied in each file. */
export async function migratedByHand({workspace}: Bench, given: GivenServer, {name, files, schemas}: Shape): Promise<Project> {
	const folder = workspace.makeFolder(`${name}-migrations`);
	for (const [index, text] of schemas.entries()) {
		writeFileSync(path.join(folder, `${String(index + 1).padStart(4, '0')}.sql`), text);
	}

	return writeProject(workspace, {name: `${name}-by-hand`, files, testFile: byHand(true), env: {[serverVariable]: JSON.stringify(given.connection), [migrationsVariable]: folder}});
}

/** Writes a schema where a server that is given can load it from. */
export function writeScript({workspace}: Bench, name: string, sql: string): string {
	const file = path.join(workspace.folder, `${name}.sql`);
	writeFileSync(file, sql);
	return file;
}
