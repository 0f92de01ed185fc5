import test from 'ava';
import {checkText} from '#lib/compliance/check-files.js';
import {ruleNames} from '#lib/compliance/checks.js';
import {dedent} from './checked.ts';

/** Suites in the styles of others, none of which goes past the harness. */
const suites: Readonly<Record<string, string>> = {
	'Vitest with answers of HTTP that are mocked': `
		import {afterAll, afterEach, beforeAll, describe, expect, it, vi} from 'vitest';
		import {http, HttpResponse} from 'msw';
		import {setupServer} from 'msw/node';
		import {fetchRates} from '../src/rates';

		const server = setupServer(http.get('https://rates.example.com/latest', () => HttpResponse.json({EUR: 1.1})));
		beforeAll(() => server.listen());
		afterEach(() => { server.resetHandlers(); vi.restoreAllMocks(); });
		afterAll(() => server.close());

		describe('rates', () => {
			it('fetches', async () => {
				const query = vi.fn().mockResolvedValue({rows: []});
				expect(await fetchRates({query})).toEqual({EUR: 1.1});
				expect(query).not.toHaveBeenCalled();
			});
			it('caches', async () => {
				vi.mock('../src/cache.js', () => ({get: vi.fn(), set: vi.fn()}));
				const spy = vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response('{}'));
				await fetchRates();
				expect(spy).toHaveBeenCalledOnce();
			});
		});
	`,
	'node:test on SQLite': `
		import {after, before, beforeEach, describe, it} from 'node:test';
		import assert from 'node:assert/strict';
		import Database from 'better-sqlite3';
		import knex from 'knex';
		import {Kysely, SqliteDialect} from 'kysely';

		let db; let k;
		before(() => { db = new Database(':memory:'); k = knex({client: 'better-sqlite3', connection: {filename: ':memory:'}, useNullAsDefault: true}); });
		beforeEach(() => { db.exec('delete from notes'); });
		after(() => { db.close(); return k.destroy(); });
		describe('local notes', () => {
			it('stores', async () => {
				const local = new Kysely({dialect: new SqliteDialect({database: db})});
				await local.insertInto('notes').values({text: 'a'}).execute();
				assert.equal((await local.selectFrom('notes').selectAll().execute()).length, 1);
			});
		});
	`,
	'clients of five kinds on the URL of a clone': `
		import test from 'ava';
		import {PrismaClient} from '@prisma/client';
		import {PrismaPg} from '@prisma/adapter-pg';
		import pg from 'pg';
		import {drizzle} from 'drizzle-orm/node-postgres';
		import postgres from 'postgres';
		import knex from 'knex';
		import {tddParallelSafe, tddTestContext} from 'dataflow-tdd/ava';

		const open = (url: string) => new PrismaClient({adapter: new PrismaPg({connectionString: url})});

		test('prisma', tddParallelSafe, async (t, {url}) => {
			const prisma = open(url);
			t.teardown(() => prisma.$disconnect());
			await prisma.user.create({data: {name: 'Ada'}});
			await prisma.user.deleteMany();
			t.is(await prisma.user.count(), 0);
		});
		test('pg on url', tddParallelSafe, async (t, context) => {
			const pool = new pg.Pool({connectionString: context.url, max: 3});
			t.teardown(async () => pool.end());
			await pool.query('select 1');
			t.pass();
		});
		test('postgres.js on url', tddParallelSafe, async (t, {url}) => {
			const sql = postgres(url);
			t.teardown(() => sql.end());
			t.is((await sql\`select 1 as one\`)[0]!.one, 1);
		});
		test('knex', tddParallelSafe, async (t, {url}) => {
			const k = knex({client: 'pg', connection: url});
			t.teardown(async () => k.destroy());
			await k('users').insert({name: 'Ada'});
			t.pass();
		});
		test('drizzle on the pool', tddTestContext, async (t, {pool}) => {
			const db = drizzle({client: pool as never});
			await db.execute('select 1');
			t.pass();
		});
		test('drizzle on the pool, the old way', tddTestContext, async (t, {pool}) => {
			const db = drizzle(pool as never);
			await db.execute('select 1');
			t.pass();
		});
	`,
	'a container of another service beside a fixture': `
		import test from 'ava';
		import {GenericContainer, Wait} from 'testcontainers';
		import {tddTestContext} from 'dataflow-tdd/ava';
		import {createClient} from 'redis';

		let redis: any;
		test.before(async t => {
			const container = await new GenericContainer('redis:7').withExposedPorts(6379).withWaitStrategy(Wait.forLogMessage('Ready')).start();
			redis = createClient({url: \`redis://\${container.getHost()}:\${container.getMappedPort(6379)}\`});
			await redis.connect();
		});
		test.afterEach.always(async () => { await redis.flushAll(); });
		test.after.always(async () => { await redis.quit(); });
		test('a cart is kept', tddTestContext, async (t, {db}) => {
			await redis.set('cart', '1');
			t.truthy(await db.selectFrom('users').selectAll().execute());
		});
	`,
	'other databases with clients of the same names': `
		import {MongoClient} from 'mongodb';
		import {Client} from '@elastic/elasticsearch';
		import {Client as Mqtt} from 'mqtt';
		import {Pool} from 'undici';

		const mongo = new MongoClient(process.env.MONGO_URL!);
		const elastic = new Client({node: 'http://localhost:9200'});
		const http = new Pool('http://localhost:3000');
		beforeAll(() => mongo.connect());
		afterEach(async () => { await mongo.db().collection('users').deleteMany({}); });
		it('indexes', async () => {
			await elastic.search({query: {match_all: {}}});
			await http.request({path: '/', method: 'GET'});
		});
	`,
	'objects and stubs with methods of the same names': `
		import test from 'ava';
		import sinon from 'sinon';
		import esmock from 'esmock';
		import {tddTestContext} from 'dataflow-tdd/ava';
		import {Pool} from 'generic-pool';

		class Query { execute() { return 1; } }
		test('a command is executed', t => {
			const command = {execute: () => 42, query: 'x'};
			t.is(command.execute(), 42);
			t.is(new Query().execute(), 1);
		});
		test('graphql client', async t => {
			const client = {query: sinon.stub().resolves({data: {}})};
			await client.query('{ users { id } }');
			t.true(client.query.called);
		});
		test('a worker pool', async t => {
			const pool = {connect: async () => ({release() {}})};
			await pool.connect();
			t.pass();
		});
		test('the clock, not the database', tddTestContext, async (t, {pool}) => {
			const clock = sinon.useFakeTimers();
			const {sweep} = await esmock('../src/sweep.js', {'../src/mailer.js': {send: sinon.stub()}, 'node:fs/promises': {rm: async () => {}}});
			await sweep(pool);
			clock.restore();
			const spy = sinon.spy(pool, 'query');
			await sweep(pool);
			t.true(spy.called);
		});
	`,
	'SQL that is only compiled': `
		import test from 'ava';
		import {DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql} from 'kysely';
		import {byName} from '../src/queries.js';

		const db = new Kysely<any>({
			dialect: {
				createAdapter: () => new PostgresAdapter(), createDriver: () => new DummyDriver(),
				createIntrospector: one => new PostgresIntrospector(one), createQueryCompiler: () => new PostgresQueryCompiler(),
			},
		});
		test('a query is compiled', t => {
			t.is(byName(db, 'Ada').compile().sql, 'select * from "users" where "name" = $1');
			t.is(sql\`truncate \${sql.table('users')}\`.compile(db).sql, 'truncate "users"');
			t.is(db.deleteFrom('users').compile().sql, 'delete from "users"');
		});
	`,
	'an application without a database': `
		import test from 'ava';
		import nock from 'nock';
		import request from 'supertest';
		import {createApp} from '../src/app.js';

		test.before(() => nock.disableNetConnect());
		test.afterEach.always(() => { nock.cleanAll(); });
		test('health', async t => {
			const app = createApp({db: undefined});
			const {status, body} = await request(app).get('/health').query({full: 1}).expect(200);
			t.is(status, 200);
			t.truthy(body);
		});
		test('connect', async t => {
			nock('https://pay.example.com').post('/charge').query(true).reply(201, {id: 1});
			const response = await fetch('https://pay.example.com/charge?x=1', {method: 'POST'});
			t.is(response.status, 201);
		});
	`,
	'migrations, listeners and helpers on a clone': `
		import test from 'ava';
		import {execFile} from 'node:child_process';
		import {promisify} from 'node:util';
		import pg from 'pg';
		import {tddParallelSafe} from 'dataflow-tdd/ava';

		const run = promisify(execFile);
		test('migrations go down and up', tddParallelSafe, async (t, {url, pool}) => {
			await pool.query('drop schema public cascade');
			await pool.query('create schema public');
			await run('npx', ['migrate', 'up'], {env: {...process.env, DATABASE_URL: url}});
			t.is((await pool.query("select from pg_tables where schemaname = 'public'")).rowCount, 3);
		});
		test('a client that listens', tddParallelSafe, async (t, {url, db}) => {
			const listener = new pg.Client(url);
			await listener.connect();
			t.teardown(async () => listener.end());
			await listener.query('listen orders');
			await db.insertInto('orders').values({sku: 'A-1'}).execute();
			t.pass();
		});
		test('a helper opens it', tddParallelSafe, async (t, {url}) => {
			const {openPool} = await import('../src/pool.js');
			const pool = openPool(url);
			t.teardown(() => pool.end());
			await pool.query('truncate users');
			t.is((await pool.query('select from users')).rowCount, 0);
		});
	`,
};

for (const [style, code] of Object.entries(suites)) {
	test(`no rule is broken by ${style}`, t => {
		const issues = checkText({file: '/project/tests/some.test.ts', root: '/project', text: dedent(code), definitions: new Map()}, ruleNames);
		t.deepEqual(issues.map(({rule, line, message}) => `${line} ${rule}: ${message}`), []);
	});
}
