import path from 'node:path';
import test from 'ava';
import {checked, placesOf} from '../checked.ts';

/** Beside a module that makes a client: src/database.ts. */
const inProject = path.join('..', import.meta.dirname, '../fixtures/project/tests/some.test.ts');

const find = (code: string): readonly string[] => placesOf('no-mocked-database', code);

test('a module that is mocked is found in each tool', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import esmock from 'esmock';
		import proxyquire from 'proxyquire';
		import * as td from 'testdouble';
		import {mock} from 'node:test';

		test('all of them', async t => {
			await esmock('../src/users.js', {pg: {Pool: class {}}});
			await esmock('../src/users.js', {}, {kysely: {}});
			proxyquire('../src/users', {'pg': {}});
			await td.replaceEsm('pg');
			mock.module('pg', {namedExports: {}});
			t.pass();
		});
	`), [
		'8:8 esmock(\'../src/users.js\', {pg: {Pool: class {}}})',
		'9:8 esmock(\'../src/users.js\', {}, {kysely: {}})',
		'10:2 proxyquire(\'../src/users\', {\'pg\': {}})',
		'11:8 td.replaceEsm(\'pg\')',
		'12:2 mock.module(\'pg\', {namedExports: {}})',
	]);
});

test('mocks of Jest and Vitest are found, imported or not', t => {
	t.deepEqual(find(`
		jest.mock('pg');
		test('a user', async () => {});
	`), ['1:1 jest.mock(\'pg\')']);
	t.deepEqual(find(`
		import {test, vi} from 'vitest';
		import {Pool} from 'pg';
		vi.mock(import('kysely'), () => ({}));
		test('a user', async () => {
			vi.spyOn(Pool.prototype, 'query').mockResolvedValue({rows: []});
		});
	`), ['3:1 vi.mock(import(\'kysely\'), () => ({}))', '5:2 vi.spyOn(Pool.prototype, \'query\')']);
});

test('a method of a client that is replaced is found', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import sinon from 'sinon';
		import pg from 'pg';
		import {tddTestContext} from 'dataflow-tdd/ava';

		const sandbox = sinon.createSandbox();
		test('a prototype', t => {
			sinon.stub(pg.Pool.prototype, 'query').resolves({rows: []});
		});
		test('a pool', t => {
			const pool = new pg.Pool();
			sandbox.stub(pool, 'connect');
			sinon.createStubInstance(pg.Client);
		});
		test('a context', tddTestContext, async (t, context) => {
			sinon.stub(context.pool, 'query');
		});
		test('its members', tddTestContext, async (t, {db}) => {
			sinon.replace(db, 'selectFrom', () => {});
		});
	`), [
		'8:2 sinon.stub(pg.Pool.prototype, \'query\')',
		'12:2 sandbox.stub(pool, \'connect\')',
		'13:2 sinon.createStubInstance(pg.Client)',
		'16:2 sinon.stub(context.pool, \'query\')',
		'19:2 sinon.replace(db, \'selectFrom\', () => {})',
	]);
});

test('a client that a module of the project makes is one, and so is the module that is mocked', t => {
	t.deepEqual(placesOf('no-mocked-database', `
		import test from 'ava';
		import sinon from 'sinon';
		import esmock from 'esmock';
		import {mock} from 'node:test';
		import {db} from '../src/database.js';
		import {listUsers} from '../src/users.js';

		test('a user', async t => {
			sinon.replace(db, 'selectFrom', () => {});
			mock.method(db, 'selectFrom', () => {});
			await esmock('../src/users.js', {'../src/database.js': {db: {}}});
			t.truthy(listUsers);
		});
	`, inProject), [
		'9:2 sinon.replace(db, \'selectFrom\', () => {})',
		'10:2 mock.method(db, \'selectFrom\', () => {})',
		'11:8 esmock(\'../src/users.js\', {\'../src/database.js\': {db: {}}})',
	]);
	t.deepEqual(placesOf('no-mocked-database', `
		jest.mock('../src/database');
		jest.mock('../src/database', () => ({db: {selectFrom: jest.fn()}}));
		test('a user', async () => {});
	`, inProject), ['1:1 jest.mock(\'../src/database\')', '2:1 jest.mock(\'../src/database\', () => ({db: {selectFrom: jest.fn()}}))']);
});

test('of a module of the project, what is no client may be mocked', t => {
	t.deepEqual(placesOf('no-mocked-database', `
		import {test, vi} from 'vitest';
		import {listUsers} from '../src/users.js';
		vi.mock('../src/users');
		vi.mock('../src/no-such-module');
		vi.mock('../src/database', async original => ({...await original(), now: () => 0}));
		vi.mock('../src/database', {spy: true});
		vi.mock('pg', {spy: true});
		vi.spyOn({listUsers}, 'listUsers').mockResolvedValue([]);
		test('a user', async () => {});
	`, inProject), []);
});

test('an instance of a class of the file in a client\'s place is found, one that hands on is not', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import pg, {type Pool} from 'pg';
		import {service} from '../src/service.js';

		class FakePool { async query() { return {rows: []}; } }
		class Counting { constructor(pool) { this.pool = pool; } async query(text) { return this.pool.query(text); } }
		class Closing extends pg.Pool { async query() { return {rows: []}; } }
		class Other { async send() {} }
		test('a user', async t => {
			await service(new FakePool() as unknown as Pool);
			await service([new Counting(t) as unknown as Pool, new Closing() as Pool, new Other() as unknown as Pool, new FakePool()]);
		});
	`), ['10:16 new FakePool()']);
});

test('an object of functions with the type of a client, or in its place, is found', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import {Kysely, PostgresDialect} from 'kysely';
		import type {Pool, PoolClient} from 'pg';

		const fake = {query: async () => ({rows: []})} as unknown as Pool;
		const client: Partial<PoolClient> | PoolClient = {} as PoolClient;
		const typed: Pool = {query: async () => ({rows: []})};
		const db = new Kysely({dialect: new PostgresDialect({pool: {connect: async () => client, end: async () => {}}})});
		test('a user', async t => t.truthy([fake, typed, db]));
	`), [
		'5:14 {query: async () => ({rows: []})}',
		'7:21 {query: async () => ({rows: []})}',
		'8:60 {connect: async () => client, end: async () => {}}',
	]);
});

test('Kysely on DummyDriver is found where it is run', t => {
	const {places, issues} = checked('no-mocked-database', `
		import test from 'ava';
		import {DummyDriver, Kysely, PostgresAdapter, PostgresQueryCompiler} from 'kysely';
		const dialect = {createAdapter: () => new PostgresAdapter(), createDriver: () => new DummyDriver(), createQueryCompiler: () => new PostgresQueryCompiler()};
		const db = new Kysely<any>({dialect});
		test('a user', async t => {
			t.deepEqual(await db.selectFrom('users').selectAll().execute(), []);
		});
	`);
	t.deepEqual(places, ['4:12 new Kysely<any>({dialect})']);
	t.regex(issues[0]!.message, /^Kysely runs on DummyDriver, .*\. A mock answers .*\. Let the code run on the real database/);
});

test('what is no mock of the database is left alone', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import sinon from 'sinon';
		import esmock from 'esmock';
		import type {Pool} from 'pg';
		import {DummyDriver, Kysely} from 'kysely';
		import {tddTestContext} from 'dataflow-tdd/ava';

		const compileOnly = new Kysely<any>({dialect: {createDriver: () => new DummyDriver()} as never});
		test('a mailer', tddTestContext, async (t, {pool, db}) => {
			const mailer = {send: sinon.stub()};
			sinon.stub(mailer, 'send');
			await esmock('../src/users.js', {'../src/mailer.js': {pg: 1}});
			sinon.spy(pool, 'query');
			// Looks on, and lets the real pool answer.
			const counting = {query: async (...args: unknown[]) => pool.query(...args as [string])} as unknown as Pool;
			t.truthy([mailer, counting, db, compileOnly.selectFrom('users').compile()]);
		});
		test('other things have queries, too', t => {
			const api = {query: async () => []};
			t.truthy(api);
		});
	`), []);
});

test('without tests a file mocks nothing', t => {
	t.deepEqual(find(`
		import sinon from 'sinon';
		import {Pool} from 'pg';
		sinon.stub(Pool.prototype, 'query');
	`), []);
});

test('what only looks on, and what has but the name of a tool, replaces nothing', t => {
	t.deepEqual(find(`
		import {test, vi} from 'vitest';
		import {mock} from 'node:test';
		import {Pool} from 'pg';
		vi.spyOn(Pool.prototype, 'query');
		vi.spyOn(Pool.prototype, 'query').mockName('query');
		mock.method(Pool.prototype, 'query');
		test('a user', async () => {});
	`), []);
	t.deepEqual(find(`
		import test from 'ava';
		import {Pool} from 'pg';
		test('a context of another runner', t => t.mock.method(Pool.prototype, 'query', () => {}));
	`), []);
	t.deepEqual(find(`
		const jest = {mock() {}};
		jest.mock('pg');
		mock.module('pg');
		test('a user', async () => {});
		test('a parameter', vi => vi.mock('pg'));
	`), []);
});
