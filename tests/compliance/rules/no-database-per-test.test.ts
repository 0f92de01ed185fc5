import test from 'ava';
import {placesOf} from '../checked.ts';

const find = (code: string): readonly string[] => placesOf('no-database-per-test', code);

test('containers and pools of a test, of each test and of a file are found', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import pg, {Client} from 'pg';
		import {PostgreSqlContainer} from '@testcontainers/postgresql';
		import {GenericContainer} from 'testcontainers';

		const pool = new pg.Pool({connectionString: process.env.DATABASE_URL});
		test.beforeEach(async t => {
			t.context.container = await new PostgreSqlContainer('postgres:17').start();
		});
		test('one', async t => {
			const container = await new GenericContainer('postgres:17-alpine').start();
			const client = new Client({host: container.getHost(), port: container.getMappedPort(5432)});
			t.truthy(client);
		});
		test('two', async t => t.truthy(await pool.query('select 1')));
	`), [
		'6:14 new pg.Pool({connectionString: process.env.DATABASE_URL})',
		'8:30 new PostgreSqlContainer(\'postgres:17\')',
		'11:26 new GenericContainer(\'postgres:17-alpine\')',
		'12:17 new Client({host: container.getHost(), port: container.getMappedPort(5432)})',
	]);
});

test('postgres.js, Knex and Drizzle open pools, too', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import postgres from 'postgres';
		import knex from 'knex';
		import {drizzle} from 'drizzle-orm/node-postgres';
		import {config} from '../src/config.js';

		const sql = postgres(config.databaseUrl);
		test('one', t => {
			const db = knex({client: 'pg', connection: 'postgres://localhost/app'});
			const orm = drizzle(process.env.DATABASE_URL!);
			const other = drizzle('postgres://localhost/app');
			t.truthy([sql, db, orm, other]);
		});
	`), [
		'7:13 postgres(config.databaseUrl)',
		'9:13 knex({client: \'pg\', connection: \'postgres://localhost/app\'})',
		'10:14 drizzle(process.env.DATABASE_URL!)',
		'11:16 drizzle(\'postgres://localhost/app\')',
	]);
});

test('code that is given what the fixture has is left alone', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import pg from 'pg';
		import knex from 'knex';
		import {Kysely, PostgresDialect} from 'kysely';
		import {drizzle} from 'drizzle-orm/node-postgres';
		import {tddParallelSafe, tddTestContext} from 'dataflow-tdd/ava';

		test('a URL', tddParallelSafe, async (t, {url}) => {
			const client = new pg.Client({connectionString: url});
			const pool = new pg.Pool({connectionString: \`\${url}?application_name=shop\`, max: 2});
			t.truthy([client, pool]);
		});
		test('a pool', tddTestContext, async (t, {pool}) => {
			t.truthy([new Kysely({dialect: new PostgresDialect({pool})}), drizzle({client: pool}), drizzle(pool), knex({client: 'pg', connectionPool: pool})]);
		});
		test('the whole context', tddParallelSafe, async (t, context) => {
			const {url} = context;
			t.truthy(new pg.Client(url));
		});
	`), []);
});

test('what a test calls in its file is the test\'s, and what the environment says is a URL', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import {drizzle} from 'drizzle-orm/node-postgres';
		import {PrismaPg} from '@prisma/adapter-pg';
		import pg from 'pg';

		const orm = drizzle(process.env.DATABASE_URL!);
		const adapter = new PrismaPg({connectionString: process.env.DATABASE_URL});
		const withPool = async use => {
			const pool = new pg.Pool({connectionString: process.env.DATABASE_URL});
			await use(pool);
			await pool.end();
		};
		const forEach = () => new pg.Client('postgres://localhost/shop');
		const once = () => new pg.Client('postgres://localhost/shop');
		test.before(async () => once());
		test.beforeEach(async () => forEach());
		test('a user', async t => withPool(async () => t.truthy([orm, adapter])));
	`), ['6:13 drizzle(process.env.DATABASE_URL!)', '7:17 new PrismaPg({connectionString: process.env.DATABASE_URL})', '9:15 new pg.Pool({connectionString: process.env.DATABASE_URL})', '13:23 new pg.Client(\'postgres://localhost/shop\')']);
});

test('an adapter of Prisma, or a helper, on what the fixture gives is left alone', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import {drizzle} from 'drizzle-orm/node-postgres';
		import {PrismaPg} from '@prisma/adapter-pg';
		import pg from 'pg';
		import {tddParallelSafe} from 'dataflow-tdd/ava';

		const open = url => new pg.Pool({connectionString: url});
		test('a user', tddParallelSafe, async (t, {url, pool}) => {
			t.truthy([open(url), new PrismaPg({connectionString: url}), new PrismaPg(pool), drizzle(pool), drizzle({client: pool})]);
		});
	`), []);
});

test('other services, other databases, other times and unknown places are left alone', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import knex from 'knex';
		import pg from 'pg';
		import {Pool} from 'generic-pool';
		import {GenericContainer} from 'testcontainers';
		import {PostgreSqlContainer} from '@testcontainers/postgresql';
		import {Kysely, PostgresDialect} from 'kysely';
		import {image, pool, startServer} from './helpers.js';

		const cache = new Pool({max: 2});
		const db = new Kysely({dialect: new PostgresDialect({pool})});
		test.before(async t => {
			t.context.container = await new PostgreSqlContainer('postgres:17').start();
		});
		test('one', async t => {
			await new GenericContainer('redis:7').start();
			await new GenericContainer(image).start();
			const client = new pg.Client(await startServer());
			const client2 = new pg.Client(t.context.url);
			t.truthy([cache, db, client, client2, knex({client: 'better-sqlite3', connection: ':memory:'})]);
		});
		export async function open(url: string) {
			return new pg.Client(url);
		}
	`), []);
});
