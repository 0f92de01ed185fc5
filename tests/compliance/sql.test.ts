import test from 'ava';
import {placesOf} from './checked.ts';

const inHook = (statement: string): number => placesOf('no-manual-cleanup', `
	import test from 'ava';
	import {execFile} from 'node:child_process';
	import {db, pool, table} from './database.js';
	test.afterEach(async () => { ${statement}; });
	test('a user', async t => t.pass());
`).length;

for (const statement of [
	'await pool.query({text: \'truncate users\', values: []})', 'execFile(\'psql\', [\'--command\', \'drop schema app cascade\'])', 'await pool.query(`truncate ${table} cascade`)',
	'await pool.query(`delete from ${table}`)', 'await db.deleteFrom(\'users\').execute()', 'await db.schema.dropSchema(\'app\').execute()', 'await pool.query(\'select 1; truncate users\')',
]) {
	test(`emptied: ${statement}`, t => {
		t.is(inHook(statement), 1);
	});
}

for (const statement of [
	'await pool.query({text: \'select 1\', values: [\'truncate users\']})', 'execFile(\'grep\', [\'-c\', \'drop schema app cascade\'])', 'await pool.query(`delete from users where id = ${table}`)',
	'await pool.query(\'delete from users using orders where true\')', 'await pool.query(\'delete from users using orders\')', 'await db.deleteFrom(\'users\').using(\'orders\').execute()',
	'await db.deleteFrom(\'users\').$if(true, one => one.where(\'id\', \'=\', 1)).execute()', 'db.deleteFrom(\'users\').compile()', 'await pool.query(\'drop table users\')', 'note`truncate users`', 'await pool.query(\'truncate what is no SQL\')',
]) {
	test(`not emptied: ${statement}`, t => {
		t.is(inHook(statement), 0);
	});
}
