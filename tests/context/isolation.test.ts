import test, {type ExecutionContext} from 'ava';
import {workerSession} from '#lib/context/worker-session.js';
import {withClient} from '#lib/postgres/client.js';
import {endOf, inContext, withContext, type TestedContext} from '../helpers/worker-context.ts';

const insert = 'insert into users (name, email) values ($1, $2)';

async function userCount({context}: TestedContext): Promise<number> {
	return context.connection.fetchValue('select count(*)::int from users');
}

/** What a fresh clone of the template holds: its objects, its rows, where its sequences stand. */
async function checksum(): Promise<string> {
	const session = await workerSession.open();
	const database = await session.cloneDatabase();
	return withClient({...session.lease.address, database}, async client => {
		const {rows: tables} = await client.query<{name: string}>('select format(\'%I.%I\', schemaname, tablename) as name from pg_tables where schemaname not in (\'pg_catalog\', \'information_schema\') order by 1');
		const contents = [];
		for (const {name} of tables) {
			contents.push(await client.query({text: `select '${name}', count(*), md5(coalesce(string_agg(row::text, ' ' order by row::text), '')) from ${name} as row`, rowMode: 'array'}));
		}

		contents.push(
			await client.query({text: 'select schemaname, sequencename, last_value, start_value from pg_sequences order by 1, 2', rowMode: 'array'}),
			await client.query({text: 'select relname, relkind from pg_class where relnamespace = \'public\'::regnamespace order by 1', rowMode: 'array'}),
			await client.query({text: 'select proname from pg_proc where pronamespace = \'public\'::regnamespace order by 1', rowMode: 'array'}),
		);
		return JSON.stringify(contents.map(({rows}) => rows));
	});
}

/** Everything that a test may do to its database, each ending in its own way. */
const deeds: Readonly<Record<string, (open: TestedContext) => Promise<unknown>>> = {
	'inserts': async ({context: {connection}}) => connection.execute(insert, ['Ada', 'ada@example.com']),
	'deletes and truncates': async ({context: {connection}}) => {
		await connection.execute('truncate users cascade');
		await connection.execute('alter sequence users_id_seq restart with 1000');
	},
	'changes the schema': async ({context: {connection}}) => {
		await connection.execute('drop table order_items cascade');
		await connection.execute('alter table users add column left_behind int');
		await connection.execute('create table left_behind (a int)');
		await connection.execute('create function left_behind() returns int language sql as \'select 1\'');
		await connection.execute('create schema left_behind');
	},
	'fails': async ({context: {connection}}) => {
		await connection.execute(insert, ['Ada', 'ada@example.com']);
		await connection.execute('select 1 / 0').catch(() => {});
	},
	'commits': async ({context: {connection}}) => {
		await connection.execute(insert, ['Ada', 'ada@example.com']);
		await connection.execute('commit').catch(() => {});
	},
	'leaves a transaction open': async ({context: {db}}) => {
		const trx = await db.startTransaction().execute();
		await trx.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).execute();
	},
};

/** Runs deeds in an order and asserts that each begins with nothing. */
async function runAll(t: ExecutionContext, names: readonly string[]): Promise<void> {
	for (const name of names) {
		await endOf(async open => {
			t.is(await userCount(open), 0, `before the test that ${name}`);
			t.is(await open.context.connection.fetchValue('select to_regclass(\'left_behind\')'), null);
			await deeds[name]!(open);
		});
	}
}

test.serial('G01 R: no test sees another\'s writes, in any order', async t => {
	const names = Object.keys(deeds);
	await runAll(t, names);
	await runAll(t, names.toReversed());
	for (const name of names) {
		await runAll(t, [name, name]);
	}
});

test.serial('G01 R: the template is the same after tests that write, fail and commit', async t => {
	const before = await checksum();
	await runAll(t, Object.keys(deeds));
	t.is(await checksum(), before);
});

test.serial('G01 R: a second connection sees nothing of what a test writes', async t => {
	await inContext(t, async open => {
		await open.context.connection.execute(insert, ['Ada', 'ada@example.com']);
		t.is(await userCount(open), 1);
		const {lease} = await workerSession.open();
		const {database} = await open.lane.open();
		await withClient({...lease.address, database: database.name}, async client => {
			t.is((await client.query('select 1 from users')).rowCount, 0);
		});
	});
});

test.serial('G01 R: contexts asked for at once get the database one after the other', async t => {
	let open = 0;
	await Promise.all(Array.from({length: 20}, async () => withContext(async tested => {
		t.is(++open, 1);
		t.is(await userCount(tested), 0);
		await tested.context.connection.execute(insert, ['Ada', 'ada@example.com']);
		t.is(await userCount(tested), 1);
		open--;
		t.is(await tested.close({hasFailed: false}), undefined);
	})));
});

test.serial('G01 R: every context has an id of its own', async t => {
	const ids = await Promise.all(Array.from({length: 5}, async () => withContext(async ({context, close}) => {
		await close({hasFailed: false});
		return context.testId;
	})));
	t.is(new Set(ids).size, 5);
});
