import test from 'ava';
import {sql} from 'kysely';
import {connectBeside, endOf, inContext, until, withContext, type TestedContext} from '../helpers/worker-context.ts';

const insert = 'insert into users (name, email) values (\'Ada\', \'ada@example.com\')';

const send = (text: string) => async ({context: {connection}}: TestedContext): Promise<unknown> => connection.execute(text).catch(() => {});

/** Ways in which code under test ends the transaction of its test, and what the message has to name. */
const ways: Readonly<Record<string, readonly [(open: TestedContext) => Promise<unknown>, RegExp]>> = {
	'COMMIT': [send('COMMIT'), /`COMMIT`/],
	'END': [send('end'), /`end`/],
	'ROLLBACK': [send('ROLLBACK'), /`ROLLBACK`/],
	'ABORT': [send('abort'), /`abort`/],
	'COMMIT AND CHAIN': [send('commit and chain'), /`commit and chain`/],
	'ROLLBACK AND CHAIN': [send('rollback and chain'), /was ended/],
	'COMMIT and BEGIN in one text': [send('COMMIT; BEGIN'), /was ended/],
	'ROLLBACK and BEGIN in one text': [send('rollback; begin'), /was ended/],
	'COMMIT, a new transaction and a query in one text': [send('commit; begin; select 1'), /was ended/],
	'COMMIT before a failing statement in one text': [send('commit; select 1 / 0'), /was ended/],
	'COMMIT with a comment before it': [send('/* done */ commit'), /`\/\* done \*\/ commit`/],
	'a procedure that commits': [async ({context: {connection}}) => {
		await connection.execute(`create procedure finish() language plpgsql as 'begin ${insert.replaceAll('\'', '\'\'').replace('ada@', 'eve@')}; commit; end'`);
		await connection.execute('call finish()').catch(() => {});
	}, /`call finish\(\)`/],
	'a DO block that commits': [send('do $$ begin commit; end $$'), /`do /],
	'COMMIT inside a transaction of the user': [async ({context: {db}}) => {
		await db.transaction().execute(async trx => {
			await trx.insertInto('users').values({name: 'Bob', email: 'bob@example.com'}).execute();
			await sql`commit`.execute(trx);
		}).catch(() => {});
	}, /`commit`/],
	'COMMIT AND CHAIN inside a transaction of the user': [async ({context: {db}}) => {
		await db.transaction().execute(async trx => {
			await sql`commit and chain`.execute(trx);
		}).catch(() => {});
	}, /was ended/],
	'ROLLBACK AND CHAIN inside a transaction of the user': [async ({context: {db}}) => {
		await db.transaction().execute(async trx => {
			await sql`rollback and chain`.execute(trx);
		}).catch(() => {});
	}, /was ended/],
	'a COMMIT whose error is caught, and work after it': [async open => {
		await send('commit')(open);
		await send(insert)(open);
	}, /`commit`/],
};

for (const [name, [end, message]] of Object.entries(ways)) {
	test.serial(`G05 R: ${name} fails the test, and the next one is pristine`, async t => {
		const used = await withContext(async open => {
			await open.context.connection.execute(insert);
			await end(open);
			const {database} = await open.lane.open();
			const error = await open.close({hasFailed: false});
			t.like(error, {code: 'ERR_CONTEXT_COMMITTED', name: 'ContextError'});
			t.regex(error?.message ?? '', message);
			return database.name;
		});
		await inContext(t, async ({context: {connection}, lane}) => {
			t.is(await connection.fetchValue('select count(*)::int from users'), 0);
			t.not((await lane.open()).database.name, used);
			await connection.execute(insert);
		});
	});
}

test.serial('G05 R: the statement that ends the transaction fails itself, and so does every one after it', async t => {
	const error = await endOf(async ({context: {connection, db, savepoint}}) => {
		await connection.execute(insert);
		await t.throwsAsync(connection.execute('commit'), {code: 'ERR_CONTEXT_COMMITTED'});
		await t.throwsAsync(connection.execute(insert), {code: 'ERR_CONTEXT_COMMITTED'});
		await t.throwsAsync(db.selectFrom('users').selectAll().execute(), {code: 'ERR_CONTEXT_COMMITTED'});
		await t.throwsAsync(db.transaction().execute(async () => {}), {code: 'ERR_CONTEXT_COMMITTED'});
		await t.throwsAsync(savepoint(), {code: 'ERR_CONTEXT_COMMITTED'});
	});
	t.like(error, {code: 'ERR_CONTEXT_COMMITTED'});
});

test.serial('G05 R: the error says what to use instead', async t => {
	const error = await endOf(send('commit'));
	t.regex(error?.message ?? '', /db\.transaction\(\).*tddParallelSafe/s);
	t.regex((error as {hint?: string}).hint ?? '', /tddParallelSafe/);
});

test.serial('G05 R: a commit as the very first statement is caught', async t => {
	t.like(await endOf(send('commit; begin')), {code: 'ERR_CONTEXT_COMMITTED'});
	t.like(await endOf(send('commit')), {code: 'ERR_CONTEXT_COMMITTED'});
});

test.serial('G05 R: a test that commits does not fail for what only looks like it', async t => {
	await inContext(t, async ({context: {connection, db}}) => {
		await connection.execute('begin');
		await connection.execute('savepoint mine');
		await connection.execute('create procedure harmless() language plpgsql as \'begin perform 1; end\'');
		await connection.execute('call harmless()');
		await connection.execute('set constraints all immediate');
		await connection.execute('select \'commit\'');
		await db.transaction().execute(async trx => {
			await sql`savepoint mine`.execute(trx);
			await sql`rollback to savepoint mine`.execute(trx);
			await sql`release savepoint mine`.execute(trx);
		});
	});
});

test('G05 R: a commit that still runs at the end of its test leaves nothing to the next one', async t => {
	const count = `select count(*)::int as n from users where email = 'late@example.com'`;
	const error = await endOf(async ({context: {connection}, lane}) => {
		const beside = await connectBeside(t, lane);
		connection.execute(`insert into users (name, email) values ('Late', 'late@example.com'); commit; select pg_sleep(60)`).catch(() => {});
		await until(async () => (await beside.query<{n: number}>(count)).rows[0]?.n === 1);
	});
	t.is(error?.code, 'ERR_CONTEXT_LEAKED');
	await inContext(t, async ({context: {connection}}) => {
		t.is(await connection.fetchValue(count), 0);
	});
});
