import test from 'ava';
import {connectBeside, inContext, endOf} from '../helpers/worker-context.ts';

for (const statement of ['create index concurrently on users (name)', 'vacuum users', 'create database tdd_x_refused']) {
	test(`a rollback context says why it cannot run: ${statement}`, async t => {
		await inContext(t, async ({context: {connection}}) => {
			const error = await t.throwsAsync(connection.execute(statement), {code: 'ERR_CONTEXT_STATEMENT', name: 'ContextError'});
			t.regex(error.message, /inside of a transaction.*tddParallelSafe/s);
			t.is((error.cause as {code?: string}).code, '25001');
			t.is(await connection.fetchValue('select 1'), 1);
		});
	});
}

test('a value that was just added to an enum cannot be used before a commit, and the error says so', async t => {
	await inContext(t, async ({context: {connection}}) => {
		await connection.execute(`alter type order_status add value 'returned'`);
		await t.throwsAsync(connection.fetchValue(`select 'returned'::order_status`), {code: 'ERR_CONTEXT_STATEMENT', message: /only after a commit/});
	});
});

test('a connection that is ended fails its test by name, and the next test has another one', async t => {
	await endOf(async ({context: {connection}, lane}) => {
		const pid = await connection.fetchValue<number>('select pg_backend_pid()');
		const beside = await connectBeside(t, lane);
		const sleeping = connection.execute('select pg_sleep(60)');
		await beside.query('select pg_terminate_backend($1)', [pid]);
		await t.throwsAsync(sleeping, {code: 'ERR_CONTEXT_CONNECTION', message: /pg_sleep/});
		await t.throwsAsync(connection.execute('select 1'), {code: 'ERR_CONTEXT_CONNECTION'});
	});
	await inContext(t, async ({context: {connection}}) => {
		t.is(await connection.fetchValue('select 1'), 1);
	});
});
