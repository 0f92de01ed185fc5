import test from 'ava';
import {inContext} from '../helpers/worker-context.ts';

const statements = [
	'create index concurrently on users (name)', 'drop index concurrently users_email_key', 'reindex table concurrently users', 'reindex schema public', 'vacuum users', 'cluster',
	'create database tdd_x_refused', 'drop database postgres', 'alter system set work_mem = \'8MB\'', 'create tablespace refused location \'/tmp\'',
];

for (const statement of statements) {
	test(`G16 R: a rollback context says why it cannot run: ${statement}`, async t => {
		await inContext(t, async ({context: {connection}}) => {
			const error = await t.throwsAsync(connection.execute(statement), {code: 'ERR_CONTEXT_STATEMENT', name: 'ContextError'});
			t.regex(error.message, /inside of a transaction.*tddParallelSafe/s);
			t.is((error.cause as {code?: string}).code, '25001');
			t.is(await connection.fetchValue('select 1'), 1);
		});
	});
}

test('G16 R: a value that was just added to an enum cannot be used before a commit, and the error says so', async t => {
	await inContext(t, async ({context: {connection}}) => {
		await connection.execute(`alter type order_status add value 'returned'`);
		await t.throwsAsync(connection.fetchValue(`select 'returned'::order_status`), {code: 'ERR_CONTEXT_STATEMENT', message: /only after a commit/});
	});
});
