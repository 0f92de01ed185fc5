import test from 'ava';
import {placesOf} from '../checked.ts';

const find = (code: string): readonly string[] => placesOf('no-shared-client', code);

test('a variable that a hook gives a client, and tests use, is found', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import pg from 'pg';
		import {Kysely, PostgresDialect} from 'kysely';
		import {openDatabase} from './database.js';

		let db;
		let client: pg.PoolClient;
		let typed: Kysely<any>, unused: Kysely<any>;
		const pool = new pg.Pool();
		test.before(async () => {
			db = new Kysely({dialect: new PostgresDialect({pool})});
			typed = await openDatabase();
			unused = typed;
		});
		test.beforeEach(async () => {
			client = await pool.connect();
		});
		test('one', async t => t.truthy(await db.selectFrom('users').execute()));
		test('two', async t => t.truthy([client, typed]));
	`), ['6:5 db', '7:5 client: pg.PoolClient', '8:5 typed: Kysely<any>']);
});

test('what is no client, nobody shares, or comes from the harness is left alone', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import pg from 'pg';
		import type {Kysely} from 'kysely';
		import {createHarness} from 'dataflow-tdd';
		import {startServer} from './server.js';

		let server, count = 0;
		let closed: pg.Pool;
		let db: Kysely<any>;
		test.before(async () => {
			server = await startServer();
			closed = new pg.Pool();
			await closed.end();
			db = (await createHarness()).db;
		});
		test('one', t => t.truthy([server, count += 1, db]));
	`), []);
	t.deepEqual(find(`
		import {beforeEach, test} from 'node:test';
		import {Client} from 'pg';
		let client;
		beforeEach(() => {
			client = new Client();
		});
		test('one after the other', async () => {
			await client.query('select 1');
		});
	`), []);
});

test('what a function of the project gives for each test may be the test\'s own', t => {
	const code = (hook: string): string => `
		import test from 'ava';
		import type {Kysely} from 'kysely';
		import {makeDatabase} from './helpers.js';
		let db: Kysely<any>;
		test.${hook}(async () => { db = await makeDatabase(); });
		test('a user', async t => t.truthy(db));
	`;
	t.deepEqual(find(code('beforeEach')), []);
	t.deepEqual(find(code('before')), ['4:5 db: Kysely<any>']);
});

test('a variable of the old kind is one, too', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import pg from 'pg';
		var pool;
		test.before(() => { pool = new pg.Pool(); });
		test('a user', async t => t.truthy(await pool.query('select 1')));
	`), ['3:5 pool']);
});
