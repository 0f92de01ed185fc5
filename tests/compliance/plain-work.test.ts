import test from 'ava';
import {placesOf} from './checked.ts';

const oversized = (body: string, parameter = '{db, connection, models}', fixture = 'tddParallelSafe'): number => placesOf('no-oversized-fixture', `
	import test from 'ava';
	import {enhancedTddContext, tddParallelSafe} from 'dataflow-tdd/ava';
	test('a user', ${fixture}, async (t, ${parameter}) => { ${body}; });
`).length;

for (const body of [
	'await db.selectFrom(\'users\').selectAll().execute()', 'await connection.fetchRows(\'select upper(lower(name)) from users\')', 'await models.users.find(1)',
	'await db.updateTable(\'users\').set({}).execute(); await db.selectFrom(\'users\').selectAll().execute()',
]) {
	test(`a clone is too much for: ${body}`, t => {
		t.is(oversized(body), 1);
	});
}

for (const body of [
	'await db.selectFrom(\'jobs\').selectAll().skipLocked().execute()', 'await db.selectFrom(\'jobs\').selectAll().noWait().execute()', 'for await (const row of db.selectFrom(\'users\').selectAll().stream()) t.truthy(row)',
	'await db.selectFrom(\'users\').$call(other).execute()', 'await connection.fetchRows(\'select * from jobs for update\')', 'await connection.fetchRows(\'with one as (select 1) select * from one\')',
	'await connection.execute(\'select 1 into other\')', 'await connection.execute(\'select 1; select 2\')', 'await connection.fetchValue(\'select upper(current_database())\')',
	'await connection.fetchValue(\'select current_timestamp\')', 'await models.of(\'users\').find(1)', 'setTimeout(() => {}, 1); await db.selectFrom(\'users\').execute()',
	'await db.updateTable(\'a\').set({}).execute(); await db.updateTable(\'b\').set({}).execute()', 't.truthy(db)',
]) {
	test(`a clone may be needed for: ${body}`, t => {
		t.is(oversized(body), 0);
	});
}

test('what is left of a context is used where it is read', t => {
	const read = 'await db.selectFrom(\'users\').selectAll().execute()';
	t.is(oversized(read, '{db, ...rest}'), 1);
	t.is(oversized(`${read}; other(rest)`, '{db, ...rest}'), 0);
	t.is(oversized('const {db} = context; t.truthy(db)', 'context', 'enhancedTddContext'), 1);
	t.is(oversized('const {metrics} = context; t.truthy(metrics)', 'context', 'enhancedTddContext'), 0);
});
