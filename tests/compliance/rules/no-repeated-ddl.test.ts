import test from 'ava';
import {checkText} from '#lib/compliance/check-files.js';
import {dedent, placesOf} from '../checked.ts';

const find = (code: string): readonly string[] => placesOf('no-repeated-ddl', code);

test('a table that two tests create is found in the second, however it is written', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import {sql} from 'kysely';
		import {tddTestContext} from 'dataflow-tdd/ava';

		test('one', tddTestContext, async (t, {connection}) => {
			await connection.execute('create temp table labels (id int primary key, name text)');
		});
		test('two', tddTestContext, async (t, {db}) => {
			await sql\`
				-- the same
				CREATE TEMPORARY TABLE labels (
					id integer PRIMARY KEY,
					name text
				)
			\`.execute(db);
		});
		test('three', tddTestContext, async (t, {connection}) => {
			await connection.execute('create temp table labels (id int primary key, name text)');
		});
	`), ['9:11 `', '18:27 \'create temp table labels (id int primary key, name text)\'']);
});

test('a table that a test of another file creates is found', t => {
	const definitions = new Map<string, string>();
	const text = dedent(`
		import test from 'ava';
		import {tddTestContext} from 'dataflow-tdd/ava';
		test('one', tddTestContext, async (t, {connection}) => {
			await connection.execute('create table labels (id int)');
		});
	`);
	const check = (file: string): string[] => checkText({file, root: '/project', text, definitions}, ['no-repeated-ddl']).map(({message}) => message);
	t.deepEqual(check('/project/tests/a.test.ts'), []);
	t.regex(check('/project/tests/b.test.ts')[0]!, /^'one' creates a table that is created alike in tests\/a\.test\.ts:3\. .* Put the table into schemas\//);
});

test('other tables, and the same one in one test, are left alone', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import {tddTestContext} from 'dataflow-tdd/ava';

		test('one', tddTestContext, async (t, {connection}) => {
			await connection.execute('create temp table labels (id int)');
			await connection.execute('drop table labels');
			await connection.execute('create temp table labels (id int)');
		});
		test('two', tddTestContext, async (t, {connection}) => {
			await connection.execute('create temp table labels (id bigint)');
			await connection.execute('create table labels (id int)');
		});
		test('three', tddTestContext, async (t, {connection, testId}) => {
			await connection.execute(\`create temp table \${testId} (id int)\`);
			await connection.execute('create index on labels (id)');
		});
		test('four', tddTestContext, async (t, {connection, testId}) => {
			await connection.execute(\`create temp table \${testId} (id int)\`);
			await connection.execute('create index on labels (id)');
		});
	`), []);
});
