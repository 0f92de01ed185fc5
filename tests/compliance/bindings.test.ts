import test from 'ava';
import {placesOf} from './checked.ts';

const head = 'import test from \'ava\';\nimport pg from \'pg\';\nimport knex from \'knex\';\nimport {pool} from \'./pool.js\';\n';
const made = (code: string): readonly string[] => placesOf('no-database-per-test', `${head}${code}\ntest('a user', async t => t.pass());`);
const cleaned = (code: string): readonly string[] => placesOf('no-manual-cleanup', `${head}${code}\ntest('a user', async t => t.pass());`);

test('a class is known by its parts, with defaults, and when it is imported late', t => {
	t.deepEqual(made('const {Pool = Object} = pg;\nnew Pool({host: \'db\'});'), ['6:1 new Pool({host: \'db\'})']);
	t.deepEqual(made('const {Client} = await import(\'pg\');\nnew Client();'), ['6:1 new Client()']);
	t.deepEqual(made('const own = require(\'pg\');\nnew own.Pool();'), ['6:1 new own.Pool()']);
});

test('what may have changed since is not taken for what it was', t => {
	t.deepEqual(made('let Maker = pg.Pool;\nMaker = Object;\nnew Maker();'), []);
	t.deepEqual(cleaned('let text = \'truncate users\';\ntext = \'select 1\';\ntest.afterEach(async () => pool.query(text));'), []);
	t.deepEqual(cleaned('const text = \'truncate users\';\ntest.afterEach(async () => pool.query(text));'), ['6:28 pool.query(text)']);
});

test('a part of a value is not the value', t => {
	t.deepEqual(placesOf('use-fixture', `${head}
		const {client} = knex({client: 'pg', connection: 'postgres://localhost/shop'});
		test('a user', async t => t.truthy(await client.query('select 1')));
	`), []);
});

test('what stands for itself is nothing, and no reason to go on for ever', t => {
	t.deepEqual(made('const one = other, other = one;\nnew one();\nnew one.Pool();'), []);
	t.deepEqual(cleaned('const one = other, other = one;\ntest.afterEach(async () => pool.query(one));'), []);
	t.deepEqual(made('let one = other, other = one;\nnew pg.Pool({connectionString: one});'), ['6:1 new pg.Pool({connectionString: one})']);
});
