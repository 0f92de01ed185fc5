import test from 'ava';
import {placesOf} from '../checked.ts';

const find = (code: string): readonly string[] => placesOf('no-mixed-fixtures', code);

test('a second fixture in a body is found', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import {tddDataflow, tddSeededData, tddTestContext} from 'dataflow-tdd/ava';

		test('one', tddTestContext, async (t, {db}) => {
			await tddDataflow(t, async (t, {df}) => t.truthy([db, df]));
		});
		test('two', async t => {
			await tddTestContext(t, async (t, {db}) => t.truthy(db));
			await tddSeededData('shop')(t, async (t, {db}) => t.truthy(db));
		});
	`), ['5:8 tddDataflow', '9:8 tddSeededData(\'shop\')']);
});

test('a client of the file beside a fixture is found', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import pg from 'pg';
		import {tddTestContext} from 'dataflow-tdd/ava';

		const pool = new pg.Pool();
		test.beforeEach(t => {
			t.context.client = new pg.Client();
		});
		test('one', tddTestContext, async (t, {db}) => {
			await pool.query('insert into users default values');
			t.truthy(await db.selectFrom('users').execute());
		});
		test('two', tddTestContext, async (t, {db}) => {
			t.truthy([db, await t.context.client.query('select 1')]);
		});
	`), ['10:8 pool.query(\'insert into users default values\')', '14:22 t.context.client.query(\'select 1\')']);
});

test('a context that another test uses is found', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import {tddTestContext} from 'dataflow-tdd/ava';

		let saved, whole, id;
		test('one', tddTestContext, async (t, {db, testId}) => {
			saved = db;
			id = testId;
			t.pass();
		});
		test('two', tddTestContext, async (t, context) => {
			whole = context;
			t.not(id, context.testId);
		});
		test('three', async t => t.truthy([saved, whole]));
	`), ['6:2 saved', '11:2 whole']);
});

test('one fixture, its context in helpers, and its rows in variables are left alone', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import pg from 'pg';
		import {tddParallelSafe, tddSeededData, tddTestContext} from 'dataflow-tdd/ava';
		import {createUser} from './helpers.js';

		const seeded = tddSeededData('shop').with({maxQueries: 2});
		const macro = test.macro(async (t, name) => tddTestContext(t, async (t, {db}) => t.truthy(await createUser(db, name))));
		let users;
		test('a helper', tddTestContext, async (t, {db}) => {
			const inner = db;
			users = await createUser(inner);
			t.truthy(users);
		});
		test('rows', seeded, async (t, {db}) => t.truthy([db, users]));
		test('a macro', macro, 'Ada');
		test('a connection of its own', tddParallelSafe, async (t, {url, db}) => {
			const client = new pg.Client(url);
			await client.query('select 1');
			const own = new pg.Client('postgres://localhost/app');
			await own.query('select 1');
			t.truthy(db);
		});
	`), []);
});

test('a variable of the file that only its own test reads is left alone', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import {tddTestContext} from 'dataflow-tdd/ava';
		let kept;
		test('a user', tddTestContext, async (t, {db}) => {
			kept = db;
			t.truthy(await kept.selectFrom('users').execute());
		});
	`), []);
});

test('a fixture that is called with something else than the test does not run in it', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import {tddSeededData, tddTestContext} from 'dataflow-tdd/ava';
		test('a user', tddTestContext, async (t, {db}) => {
			const other = {log: () => {}};
			t.truthy([db, tddSeededData('shop')(other, () => {})]);
		});
	`), []);
});
