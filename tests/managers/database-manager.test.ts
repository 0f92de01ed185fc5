import test from 'ava';
import {getDatabaseManager} from 'dataflow-tdd';
import {tddTestContext} from 'dataflow-tdd/ava';
import pg from 'pg';

async function query(url: string, text: string): Promise<pg.QueryResult> {
	const client = new pg.Client({connectionString: url});
	await client.connect();
	try {
		return await client.query(text);
	} finally {
		await client.end();
	}
}

test.serial('before it is initialised, the manager has no database', t => {
	const manager = getDatabaseManager();
	t.is(getDatabaseManager(), manager);
	t.false(manager.isInitialized);
	t.is(manager.connectionString, undefined);
});

test.serial('initialised, it has the URL of a database with the schema, to which code under test can commit', async t => {
	const manager = getDatabaseManager();
	await Promise.all([manager.initialize(), manager.initialize()]);
	t.true(manager.isInitialized);
	const url = manager.connectionString!;
	await manager.initialize();
	t.is(manager.connectionString, url);
	await query(url, `insert into users (name, email) values ('Ada', 'ada@example.com')`);
	t.is((await query(url, 'select 1 from users')).rowCount, 1);
});

test.serial('contexts see nothing of what is committed in it', tddTestContext, async (t, {connection}) => {
	t.is((await query(getDatabaseManager().connectionString!, 'select 1 from users')).rowCount, 1);
	t.is(await connection.fetchValue('select count(*)::int from users'), 0);
});

test.serial('closed, it has no database; initialised again, it has a new one', async t => {
	const manager = getDatabaseManager();
	const before = manager.connectionString;
	await manager.close();
	t.false(manager.isInitialized);
	t.is(manager.connectionString, undefined);
	await manager.close();
	await manager.initialize();
	t.not(manager.connectionString, before);
	t.is((await query(manager.connectionString!, 'select 1 from users')).rowCount, 0);
});
