import test from 'ava';
import {sql} from 'kysely';
import {tddTestContext} from 'dataflow-tdd/ava';

test('G17 R: now() is the start of the test\'s transaction and does not move', tddTestContext, async (t, {db, connection}) => {
	const start = await connection.fetchValue<string>('select now()::text');
	await connection.execute('select pg_sleep(0.002)');
	t.is(await connection.fetchValue('select now()::text'), start);
	t.is(await connection.fetchValue('select current_timestamp::text'), start);
	t.is(await connection.fetchValue('select transaction_timestamp()::text'), start);
	await db.transaction().execute(async trx => {
		const {rows} = await sql<{now: string}>`select now()::text as now`.execute(trx);
		t.is(rows[0]?.now, start);
	});
});

test('G17 R: rows of one test have the same default now()', tddTestContext, async (t, {connection}) => {
	await connection.execute('insert into users (name, email) values (\'a\', \'a@example.com\')');
	await connection.execute('select pg_sleep(0.002)');
	await connection.execute('insert into users (name, email) values (\'b\', \'b@example.com\')');
	t.is(await connection.fetchValue('select count(distinct created_at)::int from users'), 1);
});

test('G17 R: clock_timestamp() moves, and statement_timestamp() moves from statement to statement', tddTestContext, async (t, {connection}) => {
	for (const clock of ['clock_timestamp()', 'statement_timestamp()']) {
		const start = await connection.fetchValue<string>(`select ${clock}::text`);
		await connection.execute('select pg_sleep(0.002)');
		t.true(await connection.fetchValue(`select ${clock} > $1::timestamptz`, [start]));
		t.true(await connection.fetchValue(`select ${clock} > now()`));
	}
});

const moments: string[] = [];

for (const name of ['first', 'second']) {
	test.serial(`G17 R: each test has a now() of its own: the ${name}`, tddTestContext, async (t, {connection}) => {
		moments.push(await connection.fetchValue('select now()::text'));
		t.is(new Set(moments).size, moments.length);
	});
}
