import test from 'ava';
import {sql} from 'kysely';
import {connectBeside, endOf, inContext, until, withContext, type TestedContext} from '../helpers/worker-context.ts';

/** What a test may leave open, and how the message names it. */
const leaks: Readonly<Record<string, readonly [(open: TestedContext) => Promise<unknown>, RegExp]>> = {
	'a query that nobody awaits': [async ({context: {connection}}) => {
		connection.execute('select pg_sleep(600) /* forgotten */').catch(() => {});
	}, /unfinished query: `select pg_sleep\(600\) \/\* forgotten \*\/`/],
	'a query of the pool that nobody awaits': [async ({context: {pool}}) => {
		// Not caught: its error is told with the leak, and must not end the process.
		void pool.query('select pg_sleep(600) /* of the pool */');
	}, /something was still open:\n.*an unfinished query: `select pg_sleep\(600\) \/\* of the pool \*\/`/],
	'a query of the pool that runs already': [async ({context: {pool}}) => {
		void pool.query('select pg_sleep(600) /* sent */');
		await new Promise(resolve => {
			setTimeout(resolve, 100);
		});
	}, /something was still open:\n.*an unfinished query: `select pg_sleep\(600\) \/\* sent \*\/`/],
	'a query of Kysely that nobody awaits': [async ({context: {db}}) => {
		sql`select pg_sleep(600)`.execute(db).catch(() => {});
		// The query is sent a few promises later.
		await new Promise(resolve => {
			setImmediate(resolve);
		});
	}, /unfinished query: `select pg_sleep\(600\)`/],
	'an open transaction': [async ({context: {db}}) => {
		const trx = await db.startTransaction().execute();
		await trx.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).execute();
	}, /open transaction[^`]*`insert into "users"/],
	'an open transaction in which nothing was done': [async ({context: {db}}) => db.startTransaction().execute(), /open transaction[^`]*`BEGIN`/],
	'an open transaction with a failed statement': [async ({context: {db}}) => {
		const trx = await db.startTransaction().execute();
		await sql`select 1 / 0`.execute(trx).catch(() => {});
	}, /open transaction[^`]*`select 1 \/ 0`/],
	'a stream that was not read to its end': [async ({context: {db}}) => {
		const stream = db.selectFrom('pg_class' as never).select('relname' as never).stream(1)[Symbol.asyncIterator]();
		await stream.next();
	}, /stream: `select "relname" from "pg_class"`/],
	'a transaction whose callback never ends': [async ({context: {db}}) => {
		const started = Promise.withResolvers<void>();
		db.transaction().execute(async trx => {
			await sql`select 4711`.execute(trx);
			started.resolve();
			await new Promise(() => {});
		}).catch(() => {});
		await started.promise;
	}, /open transaction[^`]*`select 4711`/],
};

for (const [name, [leak, message]] of Object.entries(leaks)) {
	test.serial(`G33 R: ${name} fails the test and is named`, async t => {
		const error = await endOf(leak);
		t.like(error, {code: 'ERR_CONTEXT_LEAKED', name: 'ContextError'});
		t.regex(error?.message ?? '', message);
		t.regex(error?.message ?? '', /leaks\.test\.ts:\d+:\d+/, 'the stack names the place');
		await inContext(t, async ({context: {connection}}) => {
			t.is(await connection.fetchValue('select count(*)::int from users'), 0);
		});
	});
}

test.serial('G33 R: a query that was left running is ended on the server', async t => {
	t.timeout(30_000);
	await withContext(async open => {
		const observer = await connectBeside(t, open.lane);
		const pid = await open.context.connection.fetchValue<number>('select pg_backend_pid()');
		const forgotten = open.context.connection.execute('select pg_sleep(600)').catch(() => {});
		await until(async () => (await observer.query('select 1 from pg_stat_activity where pid = $1 and wait_event = \'PgSleep\'', [pid])).rowCount === 1);
		t.like(await open.close({hasFailed: false}), {code: 'ERR_CONTEXT_LEAKED'});
		await until(async () => (await observer.query('select 1 from pg_stat_activity where pid = $1', [pid])).rowCount === 0);
		await forgotten;
	});
	await inContext(t, async ({context: {connection}}) => {
		t.is(await connection.fetchValue('select 1'), 1);
	});
});

test.serial('G33 R: several leaks are all named', async t => {
	const error = await endOf(async ({context: {connection}}) => {
		for (const text of ['select pg_sleep(600)', 'select 1', 'select 2']) {
			connection.execute(text).catch(() => {});
		}
	});
	t.regex(error?.message ?? '', /3 things were still open/);
});

test.serial('G33 R: a query that waits at the end of its test is refused, not left hanging', async t => {
	const outcomes: unknown[] = [];
	await endOf(async ({context: {db, connection}}) => {
		await db.startTransaction().execute();
		outcomes.push(connection.execute('select 1').catch((error: unknown) => error));
	});
	t.like(await outcomes[0], {code: 'ERR_CONTEXT_CLOSED'});
});

test.serial('G33 R: a statement after the end of its test is refused and says so', async t => {
	const {connection, db, savepoint} = await inContext(t, async ({context}) => {
		await context.connection.execute('select 1');
		return context;
	});
	await t.throwsAsync(connection.execute('insert into users (name, email) values (\'late\', \'late@example.com\')'), {code: 'ERR_CONTEXT_CLOSED', message: /insert into users/});
	await t.throwsAsync(db.selectFrom('users').selectAll().execute(), {code: 'ERR_CONTEXT_CLOSED'});
	await t.throwsAsync(db.transaction().execute(async () => {}), {code: 'ERR_CONTEXT_CLOSED'});
	await t.throwsAsync(savepoint(), {code: 'ERR_CONTEXT_CLOSED'});
});

test.serial('G33 R: a transaction held over the end of its test cannot touch the next one', async t => {
	let held: {insert(): Promise<unknown>} | undefined;
	await endOf(async ({context: {db}}) => {
		const trx = await db.startTransaction().execute();
		held = {insert: async () => trx.insertInto('users').values({name: 'late', email: 'late@example.com'}).execute()};
	});
	await inContext(t, async ({context: {connection}}) => {
		await t.throwsAsync(held!.insert(), {code: 'ERR_CONTEXT_CLOSED'});
		t.is(await connection.fetchValue('select count(*)::int from users'), 0);
	});
});

test.serial('G33 R: a context in which nothing was done ends without a word', async t => {
	await inContext(t, async () => {});
});

test.serial('G33 R: a test that failed hears of its leaks too', async t => {
	await withContext(async open => {
		await open.context.db.startTransaction().execute();
		t.like(await open.close({hasFailed: true}), {code: 'ERR_CONTEXT_LEAKED'});
	});
});

test.serial('G33 R: a context that is closed twice stays closed', async t => {
	await withContext(async open => {
		await open.context.connection.execute('select 1');
		t.is(await open.close({hasFailed: false}), undefined);
		await t.throwsAsync(open.context.connection.execute('select 1'), {code: 'ERR_CONTEXT_CLOSED'});
	});
});
