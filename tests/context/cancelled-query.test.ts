import test from 'ava';
import {connectBeside, inContext, until} from '../helpers/worker-context.ts';

test('G03 R: a query cancelled from outside does not taint the test', async t => {
	await inContext(t, async ({context: {connection}, lane}) => {
		const observer = await connectBeside(t, lane);
		await connection.execute('insert into users (name, email) values (\'Ada\', \'ada@example.com\')');
		const pid = await connection.fetchValue<number>('select pg_backend_pid()');
		const sleeping = t.throwsAsync(connection.execute('select pg_sleep(600)'), {code: '57014'});
		await until(async () => (await observer.query('select 1 from pg_stat_activity where pid = $1 and wait_event = \'PgSleep\'', [pid])).rowCount === 1);
		await observer.query('select pg_cancel_backend($1)', [pid]);
		await sleeping;
		await connection.execute('insert into users (name, email) values (\'Bob\', \'bob@example.com\')');
		t.is(await connection.fetchValue('select string_agg(name, \' \' order by name) from users'), 'Ada Bob');
	});
});

test('G03 R: queries that wait behind a cancelled one run', async t => {
	await inContext(t, async ({context: {connection}, lane}) => {
		const observer = await connectBeside(t, lane);
		const pid = await connection.fetchValue<number>('select pg_backend_pid()');
		const sleeping = t.throwsAsync(connection.execute('select pg_sleep(600)'), {code: '57014'});
		const waiting = [1, 2, 3].map(async number => connection.fetchValue<number>('select $1::int', [number]));
		await until(async () => (await observer.query('select 1 from pg_stat_activity where pid = $1 and wait_event = \'PgSleep\'', [pid])).rowCount === 1);
		await observer.query('select pg_cancel_backend($1)', [pid]);
		await sleeping;
		t.deepEqual(await Promise.all(waiting), [1, 2, 3]);
	});
});
