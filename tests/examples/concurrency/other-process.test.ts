/*
Learning objectives
- Hand a test's database to something that connects by itself: a server, a worker, a tool, another language. `url` is all it needs.
- Know who you are: `isolationId` is a name that no other test has, for files, queues and the like.
*/
import {execFile} from 'node:child_process';
import process from 'node:process';
import {promisify} from 'node:util';
import test from 'ava';
import {tddParallelSafe} from 'dataflow-tdd/ava';

/** A program that knows nothing of tests: it connects to DATABASE_URL and cancels what nobody has paid. */
const program = `
	import pg from 'pg';
	const client = new pg.Client({connectionString: process.env.DATABASE_URL});
	await client.connect();
	const {rowCount} = await client.query("update orders set status = 'cancelled' where status = 'open'");
	console.log(rowCount);
	await client.end();
`;

test('a program of its own works on the database of the test', tddParallelSafe.with({seeds: ['shop']}), async (t, {url, models, data: {shop}}) => {
	const {stdout} = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {env: {...process.env, DATABASE_URL: url}});
	t.is(Number(stdout), 1);
	t.is((await models.orders.find(shop.openOrder.id))?.status, 'cancelled');
});

test('nobody else has seen it', tddParallelSafe.with({seeds: ['shop']}), async (t, {models, isolationId, connection, data: {shop}}) => {
	t.is((await models.orders.find(shop.openOrder.id))?.status, 'open');
	t.is(await connection.fetchValue('select current_database()'), isolationId);
});
