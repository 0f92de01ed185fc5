import test from 'ava';
import {explainApart, explainInside} from '#lib/context/explain.js';
import {send} from '#lib/postgres/wire.js';
import {connectBeside, inContext} from '../helpers/worker-context.ts';

const user = {text: 'insert into users (name, email) values ($1, $2)', values: ['Ada', 'ada@example.com'], tookMs: 1};
const root = ({plan}: {plan: Readonly<Record<string, unknown>>}): Readonly<Record<string, unknown>> => plan.Plan as never;

test('a statement that reads and one that writes are run once more, and nothing stays', async t => {
	await inContext(t, async ({lane}) => {
		const client = await connectBeside(t, lane);
		const [reading, writing] = await explainApart(client, [{text: 'select * from generate_series(1, $1::int)', values: [3], tookMs: 1}, user]);
		t.is(root(reading!)['Actual Rows'], 3);
		t.true(reading!.isAnalyzed);
		t.is(reading!.buffers, 0);
		t.is(root(writing!)['Node Type'], 'ModifyTable');
		t.true(writing!.buffers! > 0);
		t.deepEqual((await send(client, 'select * from users')).rows, []);
		t.is(client.getTransactionStatus(), 'I');
	});
});

test('a statement that cannot run again has estimates', async t => {
	await inContext(t, async ({lane}) => {
		const client = await connectBeside(t, lane);
		await send(client, 'begin');
		await send(client, user.text, user.values);
		const [explained] = await explainInside(client, undefined, [user]);
		t.false(explained!.isAnalyzed);
		t.is(explained!.buffers, undefined);
		t.is(root(explained!)['Node Type'], 'ModifyTable');
		t.is((await send(client, 'select * from users')).rows.length, 1);
		await send(client, 'rollback');
	});
});

test('a statement that takes too long when it is run again has estimates', async t => {
	await inContext(t, async ({lane}) => {
		const client = await connectBeside(t, lane);
		const [explained] = await explainApart(client, [{text: 'select pg_sleep(30)', tookMs: 1}]);
		t.false(explained!.isAnalyzed);
	});
});

test('a statement that took longer than all of them may has estimates at once', async t => {
	await inContext(t, async ({lane}) => {
		const client = await connectBeside(t, lane);
		const [slowest, next] = await explainApart(client, [{text: 'select pg_sleep(30)', tookMs: 30_000}, user]);
		t.false(slowest!.isAnalyzed);
		t.true(next!.isAnalyzed);
	});
});

test('a statement that takes or releases a session advisory lock is not run again', async t => {
	await inContext(t, async ({lane}) => {
		const client = await connectBeside(t, lane);
		await send(client, 'select pg_advisory_lock(78)');
		const texts = ['select pg_advisory_lock(77), pg_sleep(0.06)', 'select pg_try_advisory_lock_shared(77)', 'select pg_advisory_unlock_all()', 'select pg_advisory_xact_lock(79)'];
		const explained = await explainApart(client, texts.map(text => ({text, tookMs: 60})));
		t.deepEqual(explained.map(explanation => explanation?.isAnalyzed), [false, false, false, true]);
		t.deepEqual((await send(client, `select objid::int from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()`)).rows, [{objid: 78}]);
	});
});

test('a transaction that has not failed keeps what it has done', async t => {
	await inContext(t, async ({lane}) => {
		const client = await connectBeside(t, lane);
		await send(client, 'begin; savepoint here');
		await send(client, user.text, user.values);
		await explainInside(client, 'rollback to savepoint here', [user]);
		t.is((await send(client, 'select * from users')).rows.length, 1);
		await send(client, 'rollback');
	});
});

test('a failed transaction is explained behind what it goes back to', async t => {
	await inContext(t, async ({lane}) => {
		const client = await connectBeside(t, lane);
		await send(client, 'begin; savepoint here');
		await t.throwsAsync(send(client, 'select no_such_column'));
		const [explained] = await explainInside(client, 'rollback to savepoint here', [user]);
		t.true(explained!.isAnalyzed);
		await send(client, 'rollback');
	});
});

test('what cannot be explained has no plan, and harms nothing', async t => {
	await inContext(t, async ({lane}) => {
		const client = await connectBeside(t, lane);
		const texts = ['create table there (id int)', 'select 1; commit; drop table users', 'no sql', 'select * from no_such_table', 'explain select 1'];
		const explained = await explainApart(client, [...texts.map(text => ({text, tookMs: 1})), user]);
		t.deepEqual(explained.map(Boolean), [false, false, false, false, false, true]);
		t.is((await send(client, 'select to_regclass(\'users\') as there')).rows[0]?.there, 'users');
	});
});
