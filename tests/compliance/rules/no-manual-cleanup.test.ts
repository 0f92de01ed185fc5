import test from 'ava';
import {checked, dedent, placesOf} from '../checked.ts';

const find = (code: string): readonly string[] => placesOf('no-manual-cleanup', code);

test('TRUNCATE, DROP SCHEMA and DELETE without WHERE are found in hooks, and in functions that hooks call', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import {sql} from 'kysely';
		import {db, pool, tables} from './database.js';

		async function empty() {
			for (const table of tables) {
				await pool.query(\`TRUNCATE TABLE \${table} RESTART IDENTITY CASCADE\`);
			}
		}

		test.beforeEach(async () => {
			await pool.query('-- from nothing\\n drop schema public cascade; create schema public');
			await db.deleteFrom('users').execute();
			await sql\`delete from orders\`.execute(db);
		});
		const forget = async () => pool.query('truncate sessions');
		test.afterEach.always(empty);
		test.after(async () => {
			await empty();
			await forget();
			await db.schema.dropSchema('app').cascade().execute();
		});
		test('a user', t => t.pass());
	`), [
		'7:9 pool.query(`TRUNCATE TABLE ${table} RESTART IDENTITY CASCADE`)',
		'12:8 pool.query(\'-- from nothing\\n drop schema public cascade; create schema public\')',
		'13:8 db.deleteFrom(\'users\').execute()',
		'14:8 sql`delete from orders`',
		'16:28 pool.query(\'truncate sessions\')',
		'21:8 db.schema.dropSchema(\'app\').cascade().execute()',
	]);
});

test('clean-up in a test is found in teardowns, in finally, as its last statement and by psql', t => {
	t.deepEqual(find(`
		import {execFileSync} from 'node:child_process';
		import test from 'ava';
		import {tddTestContext} from 'dataflow-tdd/ava';

		test.before(() => {
			execFileSync('psql', ['-c', 'DROP SCHEMA public CASCADE']);
		});
		test('one', tddTestContext, async (t, {connection}) => {
			t.teardown(async () => connection.execute('truncate users'));
			try {
				t.pass();
			} finally {
				await connection.execute('delete from users');
			}
		});
		test('two', tddTestContext, async (t, {connection}) => {
			t.pass();
			await connection.execute('truncate users, orders');
		});
	`), [
		'6:2 execFileSync(\'psql\', [\'-c\', \'DROP SCHEMA public CASCADE\'])',
		'9:25 connection.execute(\'truncate users\')',
		'13:9 connection.execute(\'delete from users\')',
		'18:8 connection.execute(\'truncate users, orders\')',
	]);
});

test('what a test is about, and what removes certain rows, is left alone', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import {tddTestContext} from 'dataflow-tdd/ava';
		import {db, pool} from './database.js';

		test.afterEach(async () => {
			await pool.query('delete from users where email like $1', ['%@example.com']);
			await pool.query(\`delete from orders using users where orders.user_id = users.id\`);
			await pool.query('delete from orders using cancelled_users');
			await pool.query('drop table if exists scratch');
			await db.deleteFrom('users').where('id', '=', 1).execute();
			console.log('truncate users');
			await pool.query('select \\'truncate users\\'');
		});
		test('emptying a table is seen', tddTestContext, async (t, {connection, savepoint}) => {
			const before = await savepoint();
			await connection.execute('delete from users');
			await connection.execute('truncate orders cascade');
			t.is(await connection.fetchValue('select count(*)::int from users'), 0);
			await before.rollback();
		});
		test('the last statement is asserted on', tddTestContext, async (t, {connection}) => {
			await t.throwsAsync(connection.execute('truncate users'));
		});
	`), []);
});

test('clean-up by Knex, Drizzle, postgres.js and Prisma is found', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import createKnex from 'knex';
		import postgres from 'postgres';
		import {drizzle} from 'drizzle-orm/node-postgres';
		import {eq} from 'drizzle-orm';
		import {prisma, users} from '../src/database.js';

		const knex = createKnex({client: 'pg', connection: process.env.DATABASE_URL});
		const orm = drizzle(process.env.DATABASE_URL);
		const sql = postgres(process.env.DATABASE_URL);
		test.afterEach(async () => {
			await knex('users').truncate();
			await knex('users').del();
			await knex('users').where({id: 1}).del();
			await orm.delete(users);
			await orm.delete(users).returning();
			await orm.delete(users).where(eq(users.id, 1));
			await sql\`truncate users\`;
			await sql\`delete from users where id = \${1}\`;
			await prisma.$executeRaw\`truncate users\`;
			await prisma.$queryRaw\`select 1\`;
			new Map().delete('users');
			prisma.basket.delete('users');
		});
		test('a user', async t => t.pass());
	`), [
		'12:9 knex(\'users\').truncate()', '13:9 knex(\'users\').del()', '15:9 orm.delete(users)', '16:9 orm.delete(users).returning()',
		'18:9 sql`truncate users`', '20:9 prisma.$executeRaw`truncate users`',
	].map(place => place.replace(/^\d+:9/, found => found.replace(':9', ':8'))));
});

test('a hook that does nothing else is removed where all tests have fixtures', t => {
	const {fixed, issues} = checked('no-manual-cleanup', `
		import test from 'ava';
		import {tddTestContext} from 'dataflow-tdd/ava';
		import {pool} from './database.js';

		test.afterEach(async () => {
			await pool.query('truncate users');
			await pool.query('truncate orders');
		});

		test('a user', tddTestContext, async t => t.pass());
	`);
	t.is(issues.length, 2);
	t.is(fixed, dedent(`
		import test from 'ava';
		import {tddTestContext} from 'dataflow-tdd/ava';
		import {pool} from './database.js';

		test('a user', tddTestContext, async t => t.pass());
	`));
	t.deepEqual(checked('no-manual-cleanup', fixed).places, []);
});

test('a hook that does more, or that plain tests rely on, is not removed', t => {
	const code = (hook: string, fixture: string): string => `
		import test from 'ava';
		import {tddTestContext} from 'dataflow-tdd/ava';
		import {pool, log} from './database.js';
		test.afterEach(async () => {${hook}});
		test('a user', ${fixture} async t => t.pass());
	`;
	for (const one of [code('await pool.query(\'truncate users\'); log();', 'tddTestContext,'), code('await pool.query(\'truncate users\');', '')]) {
		const {issues} = checked('no-manual-cleanup', one);
		t.deepEqual(issues.map(({fix}) => fix), [undefined]);
	}
});

test('Kysely\'s sql cleans up as a last statement, too', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import {sql} from 'kysely';
		import {db} from './database.js';
		test('a user', async t => {
			t.pass();
			await sql\`truncate users\`.execute(db);
		});
	`), ['6:8 sql`truncate users`']);
});

test('a function that a hook names is not removed, and what stands in `try` is not clean-up', t => {
	const {issues} = checked('no-manual-cleanup', `
		import test from 'ava';
		import {tddTestContext} from 'dataflow-tdd/ava';
		import {pool} from './database.js';
		const clean = async () => { await pool.query('truncate users'); };
		test.afterEach(clean);
		test('a user', tddTestContext, async t => t.pass());
	`);
	t.deepEqual(issues.map(({line, fix}) => [line, fix]), [[4, undefined]]);
	t.deepEqual(find(`
		import test from 'ava';
		import {tddTestContext} from 'dataflow-tdd/ava';
		test('a user', tddTestContext, async (t, {pool}) => {
			try {
				await pool.query('truncate users');
				t.pass();
			} finally {
				t.log('done');
			}
		});
	`), []);
});

test('transactions that hooks begin and roll back around tests are found', t => {
	const {issues, places} = checked('no-manual-cleanup', `
		import test from 'ava';
		import {client} from '../db.js';
		import {createUser} from '../users.js';

		test.beforeEach(() => client.query('BEGIN'));
		test.afterEach(() => client.query('ROLLBACK'));
		test('a user', async t => {
			t.is(await createUser(client, 'Ada'), 1);
		});
	`);
	t.deepEqual(places, ['5:23 client.query(\'BEGIN\')', '6:22 client.query(\'ROLLBACK\')']);
	t.regex(issues[0]!.message, /^BEGIN begins a transaction for tests in a hook \(beforeEach\)\. .* ends it: .* Use a fixture/);
	t.regex(issues[1]!.message, /^ROLLBACK takes back what tests have done in a hook \(afterEach\)\./);
	t.deepEqual(issues.map(({fix}) => fix), [undefined, undefined]);
});

test('such transactions are found however they are sent, and in functions that hooks call', t => {
	t.deepEqual(find(`
		import test from 'node:test';
		import {sql} from 'kysely';
		import createKnex from 'knex';
		import postgres from 'postgres';
		import {db, pool} from './database.js';

		const knex = createKnex({client: 'pg', connection: process.env.DATABASE_URL});
		const connection = postgres(process.env.DATABASE_URL);
		let trx, other, client;
		const begin = async () => {
			client = await pool.connect();
			await client.query({text: 'start transaction isolation level serializable'});
		};
		test.before(begin);
		test.beforeEach(async () => {
			await client.query('SAVEPOINT test_start');
			trx = await db.startTransaction().setIsolationLevel('serializable').execute();
			other = await knex.transaction();
			await sql\`begin\`.execute(db);
			await connection\`BEGIN; set local role app\`;
		});
		test.afterEach(async () => {
			await client.query('rollback to savepoint test_start');
			await trx.rollback().execute();
			await other.rollback();
			await connection.unsafe('abort');
		});
		test('a user', () => {});
	`), [
		'12:8 client.query({text: \'start transaction isolation level serializable\'})',
		'16:8 client.query(\'SAVEPOINT test_start\')',
		'17:14 db.startTransaction().setIsolationLevel(\'serializable\').execute()',
		'18:16 knex.transaction()',
		'19:8 sql`begin`',
		'20:8 connection`BEGIN; set local role app`',
		'23:8 client.query(\'rollback to savepoint test_start\')',
		'24:8 trx.rollback()',
		'25:8 other.rollback()',
		'26:8 connection.unsafe(\'abort\')',
	]);
});

test('transactions of tests, and those that a hook ends itself, are left alone', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import createKnex from 'knex';
		import {tddTestContext} from 'dataflow-tdd/ava';
		import {db, pool, migrator, transfer} from './database.js';

		const knex = createKnex({client: 'pg', connection: process.env.DATABASE_URL});
		const inTransaction = async work => {
			await pool.query('BEGIN');
			try {
				await work();
				await pool.query('COMMIT');
			} catch (error) {
				await pool.query('ROLLBACK');
				throw error;
			}
		};
		test.before(async () => {
			await inTransaction(async () => pool.query('insert into countries values (1)'));
			const trx = await db.startTransaction().execute();
			await trx.commit().execute();
		});
		test.beforeEach(async () => {
			await knex.transaction(async trx => trx('users').insert({id: 1}));
			await db.transaction().execute(async trx => trx.insertInto('users').values({id: 1}).execute());
			console.log('BEGIN');
			await pool.query('set transaction isolation level serializable');
		});
		test.after.always(async () => {
			await migrator.rollback();
			await knex.migrate.rollback();
			await pool.query('COMMIT');
		});
		test('a transfer that fails', tddTestContext, async (t, {pool, db}) => {
			await pool.query('BEGIN');
			await pool.query('SAVEPOINT before');
			await transfer(pool);
			await pool.query('ROLLBACK TO before');
			await pool.query('ROLLBACK');
			const trx = await db.startTransaction().execute();
			await trx.rollback().execute();
			t.teardown(async () => pool.query('rollback'));
		});
	`), []);
	t.deepEqual(find(`
		import {client} from './db.js';
		export const begin = async () => client.query('BEGIN');
		export const undo = async () => client.query('ROLLBACK');
	`), []);
});
