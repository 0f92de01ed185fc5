import test from 'ava';
import {placesOf} from '../checked.ts';

const find = (code: string): readonly string[] => placesOf('use-fixture', code);

test('a test that queries a pool of its file has no fixture', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import pg from 'pg';

		const pool = new pg.Pool({connectionString: process.env.DATABASE_URL});

		test('a user is stored', async t => {
			await pool.query('insert into users (name) values ($1)', ['Ada']);
			t.pass();
		});
		test.serial('nothing is queried', t => t.pass());
	`), ['6:6 \'a user is stored\'']);
});

test('a client of a hook, on t.context or in a variable, is a database without a fixture', t => {
	t.deepEqual(find(`
		import anyTest, {type TestFn} from 'ava';
		import {Client, Pool} from 'pg';
		import {Kysely, PostgresDialect} from 'kysely';

		const test = anyTest as TestFn<{db: Kysely<any>}>;
		let client: Client;
		test.before(async t => {
			client = new Client('postgres://localhost/app_test');
			await client.connect();
			t.context.db = new Kysely({dialect: new PostgresDialect({pool: new Pool({database: 'app_test'})})});
		});
		test('through the context', async t => {
			t.deepEqual(await t.context.db.selectFrom('users').selectAll().execute(), []);
		});
		test('through the variable', async t => {
			await client.query('select 1');
		});
	`), ['12:6 \'through the context\'', '15:6 \'through the variable\'']);
});

test('sql of Kysely, postgres.js and node-postgres in the body are found', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import postgres from 'postgres';
		import {Kysely, PostgresDialect, sql} from 'kysely';
		import {Pool} from 'pg';

		const query = postgres('postgres://localhost/app');
		const db = new Kysely({dialect: new PostgresDialect({pool: new Pool()})});
		test('postgres.js', async t => t.is((await query\`select 1 as one\`)[0].one, 1));
		test('sql', async t => {
			await sql\`select 1\`.execute(db);
		});
	`), ['8:6 \'postgres.js\'', '9:6 \'sql\'']);
});

test('builders of Drizzle and Knex are uses, where they have connections of their own', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import createKnex from 'knex';
		import {drizzle} from 'drizzle-orm/node-postgres';
		import {users} from '../src/schema.js';

		const knex = createKnex({client: 'pg', connection: process.env.DATABASE_URL});
		const builder = createKnex({client: 'pg'});
		const orm = drizzle(process.env.DATABASE_URL!);
		test('Knex', async t => t.deepEqual(await knex('users').select(), []));
		test('Drizzle', async t => t.deepEqual(await orm.select().from(users), []));
		test('SQL that Knex only builds', t => t.is(builder('users').toString(), 'select * from "users"'));
		test('others', t => t.truthy([new Set([1]).delete(1), users.select(), orm.$client, orm.toString()]));
	`), ['9:6 \'Knex\'', '10:6 \'Drizzle\'']);
});

test('a test with a fixture has one, under any name', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import {Pool} from 'pg';
		import {tddSeededData, tddTestContext as fixture} from 'dataflow-tdd/ava';

		const seeded = tddSeededData('shop').with({maxQueries: 3});
		test('one', fixture, async (t, {db}) => t.deepEqual(await db.selectFrom('users').selectAll().execute(), []));
		test('two', seeded, async (t, {pool}) => t.truthy(await pool.query('select 1')));
		const other = new Pool();
		test('another rule tells of this', seeded, async t => t.truthy(await other.query('select 1')));
	`), []);
});

test('what is not for certain a database of its own is left alone', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import {createHarness, getPoolManager} from 'dataflow-tdd';
		import {DummyDriver, Kysely, PostgresAdapter, PostgresQueryCompiler, SqliteDialect} from 'kysely';
		import {Client} from 'pg';
		import {startServer} from './helpers/server.js';

		const compileOnly = new Kysely({dialect: {createAdapter: () => new PostgresAdapter(), createDriver: () => new DummyDriver(), createQueryCompiler: () => new PostgresQueryCompiler()}});
		const sqlite = new Kysely({dialect: new SqliteDialect({database: null as never})});
		test('another database', async t => t.truthy(await sqlite.selectFrom('users').selectAll().execute()));
		const shop = {query: (name: string) => name};
		test('a pool of the harness', async t => {
			const pool = await getPoolManager().createOptimizedPool({poolId: 'x'});
			t.is((await pool.query('select 1 as one')).rows[0].one, 1);
		});
		test('a context of createHarness', async t => {
			const harness = await createHarness();
			const {url} = await harness.parallelSafe();
			const client = new Client({connectionString: url});
			await client.query('select 1');
		});
		test('a server that a helper starts', async t => {
			const client = new Client(await startServer(t));
			await client.query('select 1');
		});
		test('SQL that is only compiled', t => t.snapshot(compileOnly.selectFrom('users').selectAll().compile().sql));
		test('a method of that name', t => t.is(shop.query('lamp'), 'lamp'));
		test('a macro', async (t, client: Client) => {
			await client.query('select 1');
		}, undefined as never);
	`), []);
});

test('tests of other runners are not told to use a fixture of AVA', t => {
	t.deepEqual(find(`
		import test from 'node:test';
		import {Pool} from 'pg';
		test('a user', async () => {
			await new Pool().query('select 1');
		});
	`), []);
});
