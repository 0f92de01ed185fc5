import {randomBytes} from 'node:crypto';
import {rm} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import type {SchemaSource} from '#lib/config/options.js';
import {savedLaneName, templateName} from '#lib/config/names.js';
import {TemplateError} from '#lib/errors.js';
import {connectClient, withClient, type Client} from '#lib/postgres/client.js';
import {cloneDatabase, dropDatabase, listDatabases} from '#lib/postgres/databases.js';
import {createContainerAdapter} from '#lib/server/container.js';
import {EmbeddedAdapter} from '#lib/server/embedded.js';
import type {Server, ServerAdapter} from '#lib/server/server.js';
import {startServer} from '#lib/server/start.js';
import {findEngine} from '#lib/server/container/engine.js';
import {buildTemplates, type BuildRequest} from '#lib/template/build.js';
import {runBuild} from '#lib/template/builder.js';
import {bareCombination, combinationId, combinationOf, type Combination} from '#lib/template/combination.js';
import type {TemplateRecord} from '#lib/template/record.js';
import {makeProjectFolder} from '../helpers/project.ts';

/** One server, and one connection, for the file: templates of different fingerprints lie on it side by side. */
let server: Server;
let admin: Client;

async function createAdapter(): Promise<ServerAdapter> {
	const wanted = process.env.DATAFLOW_TDD_SERVER ?? 'auto';
	if (wanted === 'container' || (wanted === 'auto' && (await findEngine()).found)) {
		return createContainerAdapter({image: process.env.DATAFLOW_TDD_IMAGE ?? 'postgres:17'});
	}

	const adapter = await EmbeddedAdapter.create({projectDir: path.resolve(import.meta.dirname, '../..'), binaries: process.env.DATAFLOW_TDD_BINARIES});
	return adapter ?? Promise.reject(new Error('there are no binaries for an embedded server'));
}

test.before(async t => {
	t.timeout(120_000);
	server = await startServer(await createAdapter(), {owner: `build-test:${process.pid}:1`});
	// Held open for as long as the file runs: a server in a container ends when nobody is connected.
	admin = await connectClient(server.address);
});

test.after.always(async () => {
	await server.stop();
	await admin.end().catch(() => {});
});

/** A project and a fingerprint of its own on the server of this file. */
interface Workshop {
	readonly dir: string;
	readonly fingerprint: string;
	readonly owner: string;
	request(more?: Partial<BuildRequest>): BuildRequest;
	/** Builds in this process. */
	build(more?: Partial<BuildRequest>): Promise<TemplateRecord[]>;
	/** Builds in a process of its own, as the keeper does. */
	run(more?: Partial<BuildRequest>): Promise<readonly TemplateRecord[]>;
	/** The names of what this owner has under construction, and of the finished templates. */
	left(): Promise<{building: string[]; templates: string[]}>;
	/** Asks a clone of a template. */
	ask<T>(combination: Combination, use: (client: Client) => Promise<T>): Promise<T>;
}

async function makeWorkshop(t: ExecutionContext, files: Readonly<Record<string, string>>, schemas?: (dir: string) => SchemaSource[]): Promise<Workshop> {
	const dir = await makeProjectFolder(files);
	t.teardown(async () => rm(dir, {recursive: true, force: true}));
	const fingerprint = randomBytes(20).toString('hex');
	const owner = randomBytes(4).toString('hex');
	const request: Workshop['request'] = more => ({
		address: server.address, config: {projectDir: dir, schemas: schemas?.(dir) ?? [path.join(dir, 'schemas')], seeds: path.join(dir, 'seeds')},
		fingerprint, combinations: [], owner, saveLane: false, ...more,
	});
	return {
		dir, fingerprint, owner, request,
		build: async more => buildTemplates(request(more), () => {}),
		run: async more => runBuild(request(more), () => {}),
		async left() {
			const [building, templates] = [await listDatabases(admin, `tdd_b_${owner}`), await listDatabases(admin, templateName(fingerprint, ''))];
			return {building: building.map(({name}) => name), templates: templates.map(({name}) => name)};
		},
		async ask(combination, use) {
			const name = `tdd_c_${owner}_${randomBytes(4).toString('hex')}`;
			const clone = await cloneDatabase(admin, {template: templateName(fingerprint, combinationId(combination)), name});
			try {
				return await withClient({...server.address, database: name}, use);
			} finally {
				await dropDatabase(admin, clone);
			}
		},
	};
}

async function column(client: Client, sql: string): Promise<unknown[]> {
	const {rows} = await client.query({text: sql, rowMode: 'array'});
	return rows.map(row => row[0]);
}

async function failure(t: ExecutionContext, promise: Promise<unknown>, code: string): Promise<TemplateError> {
	return t.throwsAsync<TemplateError>(promise, {instanceOf: TemplateError, code});
}

const nothing = {building: [], templates: []};
const tables = `select tablename::text from pg_tables where schemaname = 'public' order by 1`;

test.serial('Kysely migrations in TypeScript are run in path order beside SQL', async t => {
	const {run, ask} = await makeWorkshop(t, {
		'schemas/1_users.ts': `
			import {sql, type Kysely} from 'kysely';
			export async function up(db: Kysely<any>): Promise<void> {
				await db.schema.createTable('users').addColumn('id', 'serial', column => column.primaryKey()).addColumn('name', 'text').execute();
				await sql\`insert into users (name) values ('Ada')\`.execute(db);
			}`,
		'schemas/2_more.sql': `alter table users add column email text; update users set email = name || '@example.com';`,
		'schemas/3_parallel.ts': `
			import type {Kysely} from 'kysely';
			export const up = async (db: Kysely<any>) => Promise.all(['a', 'b', 'c'].map(async name => db.transaction().execute(async trx =>
				trx.schema.createTable(name).addColumn('x', 'integer').execute())));
			export const down = async () => { throw new Error('never run'); };`,
	});
	const [record] = await run();
	t.deepEqual(record?.tables.map(({name}) => name), ['a', 'b', 'c', 'users']);
	await ask(bareCombination, async client => {
		t.deepEqual(await column(client, 'select email from users'), ['Ada@example.com']);
	});
});

test.serial('a schema command gets the database as DATABASE_URL, and runs in the project folder', async t => {
	const {run, ask} = await makeWorkshop(t, {
		'migrate.mjs': `
			import pg from 'pg';
			const client = new pg.Client({connectionString: process.env.DATABASE_URL});
			await client.connect();
			await client.query('create table by_command (cwd text)');
			await client.query('insert into by_command values ($1)', [process.cwd()]);
			await client.end();`,
	}, dir => [{command: `"${process.execPath}" migrate.mjs`, inputs: [path.join(dir, 'migrate.mjs')]}]);
	await run();
	await ask(bareCombination, async client => {
		const [cwd] = await column(client, 'select cwd from by_command');
		t.regex(String(cwd), /dataflow-tdd-project-/);
	});
});

test.serial('G37: a schema command finds no other database than the one it is for, by the PG variables or by any URL', async t => {
	process.env.LEDGER_URL = 'postgres://app:secret@127.0.0.1:1/ledger';
	t.teardown(() => {
		delete process.env.LEDGER_URL;
	});
	const {run, ask} = await makeWorkshop(t, {
		'migrate.mjs': `
			import pg from 'pg';
			const stray = await new pg.Client(process.env.LEDGER_URL).connect().catch(error => error.message);
			const client = new pg.Client();
			await client.connect();
			await client.query('create table by_variables (stray text)');
			await client.query('insert into by_variables values ($1)', [stray]);
			await client.end();`,
	}, dir => [{command: `"${process.execPath}" migrate.mjs`, inputs: [path.join(dir, 'migrate.mjs')]}]);
	await run();
	await ask(bareCombination, async client => {
		t.regex(String((await column(client, 'select stray from by_variables'))[0]), /dataflow-tdd-refuses-stray-connections\.invalid/);
	});
});

test.serial('G37: a migration that connects by itself reaches nothing', async t => {
	const files = {'schemas/1.ts': `import pg from 'pg';\nexport async function up(): Promise<void> {\n\tawait new pg.Client().connect();\n}\n`};
	const workshop = await makeWorkshop(t, files);
	const error = await failure(t, workshop.run(), 'ERR_TEMPLATE_MIGRATION');
	t.regex(error.message, /dataflow-tdd-refuses-stray-connections\.invalid/);
	const allowed = await failure(t, workshop.run({config: {...workshop.request({}).config, strayConnections: 'allow'}}), 'ERR_TEMPLATE_MIGRATION');
	t.notRegex(allowed.message, /\.invalid/);
});

test.serial('a failing schema command is an error with its exit code and what it printed, without the password', async t => {
	const workshop = await makeWorkshop(t, {'x.mjs': 'console.log("before"); console.error("planned:", process.env.DATABASE_URL); process.exit(3);'}, () => [
		{command: `"${process.execPath}" x.mjs`, inputs: []},
	]);
	const error = await failure(t, workshop.run(), 'ERR_TEMPLATE_COMMAND');
	t.regex(error.message, /^The schema command `.* x\.mjs` ended with exit code 3; it printed: before\nplanned: postgres:\/\/postgres:\*\*\*@/);
	t.false(error.message.includes(server.address.password));
	t.deepEqual(await workshop.left(), nothing);
});

test.serial('a schema command that is not installed is an error that says so', async t => {
	const workshop = await makeWorkshop(t, {}, () => [{command: 'no-such-migrator --now', inputs: []}]);
	t.regex((await failure(t, workshop.build(), 'ERR_TEMPLATE_COMMAND')).message, /exit code 127; it printed: .*no-such-migrator/s);
});

test.serial('what migration tools write is applied as they apply it', async t => {
	const tools = path.join(import.meta.dirname, 'tools');
	const knex = path.resolve(import.meta.dirname, '../../node_modules/knex/bin/cli.js');
	const {run, ask} = await makeWorkshop(t, {}, () => [
		...['dbmate', 'drizzle', 'kysely', 'node-pg-migrate', 'prisma/migrations'].map(folder => path.join(tools, folder)),
		{command: `${process.execPath} ${knex} --knexfile ${tools}/knex/knexfile.js migrate:latest`, inputs: [path.join(tools, 'knex')]},
	]);
	await run();
	await ask(bareCombination, async client => {
		const made = ['PrismaUser', 'dbmate_users', 'drizzle_posts', 'drizzle_users', 'knex_migrations', 'knex_migrations_lock', 'knex_users', 'kysely_users', 'npm_users'];
		t.deepEqual(await column(client, tables), made.toSorted());
		t.deepEqual(await column(client, `select indisvalid from pg_index where indexrelid = 'dbmate_users_lower'::regclass`), [true]);
		t.deepEqual(await column(client, `select confrelid::regclass::text from pg_constraint where conname = 'drizzle_posts_author_users_id_fk'`), ['drizzle_users']);
	});
});

test.serial('a migration of another tool is an error that says how that tool is run', async t => {
	for (const [text, words] of [
		['/** @param {import("knex").Knex} knex */\nexport const up = async knex => knex.schema.createTable("a", table => table.increments());', /migrations\/1\.js is one of Knex, not of Kysely.*npx knex migrate:latest', inputs: \['migrations'\]/],
		['exports.up = function (knex) {};', /is one of Knex/],
		['export const up = pgm => { pgm.createTable("a", {id: "id"}); };', /is one of node-pg-migrate.*npx node-pg-migrate up/],
		['export const up = k => k.schema.createTable("a", table => table.increments());', /1\.js failed: it returns a statement that was never executed; end it with `\.execute\(\)`/],
	] as const) {
		const workshop = await makeWorkshop(t, {'migrations/1.js': text}, dir => [path.join(dir, 'migrations')]);
		t.regex((await failure(t, workshop.run(), 'ERR_TEMPLATE_MIGRATION')).message, words);
		t.deepEqual(await workshop.left(), nothing);
	}
});

const markers = ['-- migrate:down', '-- +goose Down', '-- +migrate Down', '--migrate:down transaction:false', '-- Down Migration', '---- DOWN MIGRATION ----'];
for (const marker of markers) {
	test.serial(`what comes after '${marker}' is not run`, async t => {
		const {build, ask} = await makeWorkshop(t, {'schemas/1.sql': `-- migrate:up\ncreate table kept (a int);\n${marker}\ndrop table kept;\n`});
		await build();
		await ask(bareCombination, async client => {
			t.deepEqual(await column(client, tables), ['kept']);
		});
	});
}

test.serial('a way forth behind a way back is run, and errors name the lines of the file', async t => {
	const {build} = await makeWorkshop(t, {'schemas/1.sql': `-- Down Migration\ndrop table kept;\n\n-- Up Migration\ncreate table kept (a int);\ninsert into missing values (1);\n`});
	const error = await failure(t, build(), 'ERR_TEMPLATE_SQL');
	t.regex(error.message, /schemas\/1\.sql:6:13/);
});

test.serial('G16: migrations may use what refuses a transaction, and a new enum value', async t => {
	const {build, ask} = await makeWorkshop(t, {
		'schemas/1.sql': `create type mood as enum ('sad'); create table people (name text, mood mood);`,
		'schemas/2.sql': 'create index concurrently people_name on people (name);\nvacuum people;\n',
		'schemas/3.sql': `alter type mood add value 'glad';\ninsert into people values ('Ada', 'glad');\n`,
	});
	await build();
	await ask(bareCombination, async client => {
		t.deepEqual(await column(client, 'select mood::text from people'), ['glad']);
		t.deepEqual(await column(client, `select indisvalid from pg_index where indexrelid = 'people_name'::regclass`), [true]);
	});
});

test.serial('extensions are part of the template', async t => {
	const available = await column(admin, `select name::text from pg_available_extensions where name in ('citext', 'pgcrypto', 'plpgsql') order by name`);
	const wanted = available.filter(name => name !== 'plpgsql');
	t.log(`available: ${JSON.stringify(available)}`);
	const {build, ask} = await makeWorkshop(t, {'schemas/1.sql': [...wanted.map(name => `create extension ${String(name)};`), 'create extension if not exists plpgsql;'].join('\n')});
	await build();
	await ask(bareCombination, async client => {
		t.deepEqual(await column(client, `select extname::text from pg_extension where extname in ('citext', 'pgcrypto', 'plpgsql') order by 1`), available);
		if (wanted.includes('citext')) {
			t.deepEqual(await column(client, `select 'ADA'::citext = 'ada'::citext`), [true]);
		}
	});
});

test.serial('300 nested migration files are applied', async t => {
	const files = Object.fromEntries(Array.from({length: 300}, (_, index) => {
		const number = String(index).padStart(3, '0');
		return [`schemas/${number.slice(0, 1)}/${number}_step/migration.sql`, index === 0 ? 'create table steps (n int);\n' : `insert into steps values (${index});\n`];
	}));
	const {build, ask} = await makeWorkshop(t, files);
	await build();
	await ask(bareCombination, async client => {
		t.deepEqual(await column(client, 'select array_agg(n order by ctid) = array(select generate_series(1, 299)) from steps'), [true]);
	});
});

test.serial('G25: a broken schema is an error with file, line, statement, message and hint, and nothing half-built remains', async t => {
	const workshop = await makeWorkshop(t, {
		'schemas/001.sql': 'create table orders (id int);\n',
		'schemas/sub/002.sql': '-- items\ncreate table items (\n\torder_id int references order (id)\n);\n',
	});
	const error = await failure(t, workshop.run(), 'ERR_TEMPLATE_SQL');
	t.true(error.message.startsWith(`${path.join('schemas/sub/002.sql')}:3:26 failed: syntax error at or near "order"`), error.message);
	t.true(error.message.includes('create table items ('), error.message);
	t.not(error.hint, '');
	t.deepEqual(await workshop.left(), nothing);
});

test.serial('G25: after the correction the next build works', async t => {
	const broken = await makeWorkshop(t, {'schemas/001.sql': 'create table a (id nothing);'});
	await failure(t, broken.build(), 'ERR_TEMPLATE_SQL');
	const {writeFile} = await import('node:fs/promises');
	await writeFile(path.join(broken.dir, 'schemas/001.sql'), 'create table a (id int);');
	t.is((await broken.build()).length, 1);
	t.deepEqual((await broken.left()).building, []);
});

test.serial('a migration that throws is an error that names it and keeps what it threw', async t => {
	const workshop = await makeWorkshop(t, {
		'schemas/1.sql': 'create table a (id int primary key);',
		'schemas/2_bad.ts': `import {sql} from 'kysely';\nexport const up = async (db: any) => sql\`insert into a values (1), (1)\`.execute(db);`,
	});
	const error = await failure(t, workshop.run(), 'ERR_TEMPLATE_MIGRATION');
	t.true(error.message.startsWith(`The migration ${path.join('schemas/2_bad.ts')} failed: duplicate key value violates unique constraint "a_pkey".`), error.message);
	t.true(error.message.includes('Key (id)=(1) already exists.'), error.message);
	t.regex((error.cause as Error).message, /duplicate key/);
	t.deepEqual(await workshop.left(), nothing);
});

test.serial('a module without `up`, or that cannot be imported, is an error that names it', async t => {
	for (const [text, words] of [['export const down = 1;', /1\.ts failed: it exports no function `up`/], ['import "not-installed";', /1\.ts failed: .*not-installed/]] as const) {
		const workshop = await makeWorkshop(t, {'schemas/1.ts': text});
		t.regex((await failure(t, workshop.run(), 'ERR_TEMPLATE_MIGRATION')).message, words);
		t.deepEqual(await workshop.left(), nothing);
	}
});

test.serial('a migration that ends the process is a named error, and the builder\'s caller lives on', async t => {
	const workshop = await makeWorkshop(t, {'schemas/1.ts': 'export const up = async () => process.exit(7);'});
	const error = await failure(t, workshop.run(), 'ERR_TEMPLATE_MIGRATION');
	t.true(error.message.startsWith('The process that built the template ended with 7 before it was done.'), error.message);
	t.regex(error.message, /process\.exit/);
	t.deepEqual((await workshop.left()).templates, []);
});

test.serial('G27: a finished template refuses connections and is marked as one', async t => {
	const {build, fingerprint} = await makeWorkshop(t, {'schemas/1.sql': 'create table a (id int);'});
	await build();
	const database = templateName(fingerprint, 'schema');
	await t.throwsAsync(connectClient({...server.address, database}), {code: '55000', message: /not currently accepting connections/});
	t.deepEqual(await column(admin, `select datistemplate and not datallowconn from pg_database where datname = '${database}'`), [true]);
	await t.throwsAsync(admin.query(`drop database ${database}`), {message: /cannot drop a template database/});
});

test.serial('the record of a template says what is in it', async t => {
	const {build, fingerprint} = await makeWorkshop(t, {
		'schemas/1.sql': `create table a (x int, y int, id int generated always as identity, primary key (y, x)); create sequence s start 10; select nextval('s'); create view v as select 1 as one;`,
	});
	const [record] = await build();
	t.like(record, {fingerprint, combination: bareCombination, packs: [], results: {}});
	t.deepEqual(record?.tables, [
		{schema: 'public', name: 'a', columns: ['x', 'y', 'id'], primaryKey: ['y', 'x']},
		{schema: 'public', name: 'v', columns: ['one'], primaryKey: []},
	]);
	t.deepEqual(record?.sequences, [
		{schema: 'public', name: 'a_id_seq', lastValue: '1', isCalled: false}, {schema: 'public', name: 's', lastValue: '10', isCalled: true},
	]);
	t.true(record!.sizeBytes > 1_000_000);
	t.deepEqual(await build(), [record!], 'a second build finds the same record');
});

const layer = {name: 'extras', tables: {parents: 'create table parents (id int primary key)', children: 'create table children (id int references parents (id))'}};

test.serial('layers are built on top of the schema, in the order of their tables', async t => {
	const {build, ask, left, fingerprint} = await makeWorkshop(t, {'schemas/1.sql': 'create table base (id int primary key);'});
	const one = combinationOf([], [layer]);
	const two = combinationOf([], [layer, {name: 'more', tables: {last: 'create table last (id int references children_view_target)'.replace('children_view_target', 'base (id)')}}]);
	const records = await build({combinations: [two, one]});
	t.deepEqual(records.map(({combination}) => combination.layers.length), [0, 1, 2]);
	t.deepEqual((await left()).templates.toSorted(), [bareCombination, one, two].map(each => templateName(fingerprint, combinationId(each))).toSorted());
	await ask(bareCombination, async client => {
		t.deepEqual(await column(client, tables), ['base']);
	});
	await ask(one, async client => {
		t.deepEqual(await column(client, tables), ['base', 'children', 'parents']);
	});
	await ask(two, async client => {
		t.deepEqual(await column(client, tables), ['base', 'children', 'last', 'parents']);
	});
});

test.serial('a layer that PostgreSQL refuses is an error that names the table, and leaves the schema\'s template', async t => {
	const workshop = await makeWorkshop(t, {'schemas/1.sql': 'create table base (id int);'});
	const error = await failure(t, workshop.build({combinations: [combinationOf([], [{name: 'odd', tables: {x: 'create table x (id nothing)'}}])]}), 'ERR_TEMPLATE_SQL');
	t.true(error.message.startsWith(`cacheSchema('odd').x:1:20 failed: type "nothing" does not exist`), error.message);
	t.deepEqual(await workshop.left(), {building: [], templates: [templateName(workshop.fingerprint, 'schema')]});
});

test.serial('a lane of the schema alone is saved when it is asked for, once', async t => {
	const {build} = await makeWorkshop(t, {'schemas/1.sql': 'create table base (id int);'});
	const lane = savedLaneName('schema');
	t.teardown(async () => {
		for (const entry of await listDatabases(admin, lane)) {
			await dropDatabase(admin, entry);
		}
	});
	await build({combinations: [combinationOf([], [layer])], saveLane: true});
	await build({saveLane: true});
	t.deepEqual((await listDatabases(admin, savedLaneName(''))).map(({name, isTemplate}) => ({name, isTemplate})), [{name: lane, isTemplate: false}]);
	await withClient({...server.address, database: lane}, async client => {
		t.deepEqual(await column(client, tables), ['base']);
	});
});

test.serial('G25: of two builders at once on one server, one builds, and both get the record', async t => {
	const workshop = await makeWorkshop(t, {'schemas/1.sql': 'create table a (id int);\nselect pg_sleep(0.2);\n'});
	const steps: string[] = [];
	const build = async (owner: string) => buildTemplates(workshop.request({owner}), step => steps.push(step));
	const [first, second] = await Promise.all([build('aaaaaaaa'), build('bbbbbbbb')]);
	t.deepEqual(first, second);
	t.deepEqual(steps, [`applying ${path.join('schemas/1.sql')}`]);
	t.deepEqual(await listDatabases(admin, 'tdd_b_aaaaaaaa'), []);
	t.deepEqual(await listDatabases(admin, 'tdd_b_bbbbbbbb'), []);
});

test.serial('G25: a builder whose process is killed leaves no template, and the next one builds it', async t => {
	const workshop = await makeWorkshop(t, {
		'schemas/1.sql': 'create table a (id int);',
		'schemas/2.ts': `import {existsSync, writeFileSync} from 'node:fs';
			export const up = async () => { if (!existsSync('killed')) { writeFileSync('killed', ''); process.kill(process.pid, 'SIGKILL'); await new Promise(() => {}); } };`,
	});
	const error = await failure(t, workshop.run(), 'ERR_TEMPLATE_MIGRATION');
	t.true(error.message.includes('ended with SIGKILL'), error.message);
	t.deepEqual((await workshop.left()).templates, []);
	t.is((await workshop.run()).length, 1);
});

test.serial('G29: clones have the statistics of their template, so that plans are stable', async t => {
	const {build, ask} = await makeWorkshop(t, {'schemas/1.sql': `create table a (id int primary key, kind text); insert into a select n, case when n % 100 = 0 then 'rare' else 'common' end from generate_series(1, 5000) n;`});
	await build();
	await ask(bareCombination, async client => {
		t.deepEqual(await column(client, `select reltuples::int from pg_class where relname = 'a'`), [5000]);
		t.deepEqual(await column(client, `select n_distinct::int from pg_stats where tablename = 'a' and attname = 'kind'`), [2]);
		const plan = await column(client, `explain select * from a where id = 7`);
		t.regex(String(plan[0]), /Index Scan using a_pkey/);
	});
});
