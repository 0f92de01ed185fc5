import test from 'ava';
import {sql} from 'kysely';
import {tddTestContext} from 'dataflow-tdd/ava';

test('G09 R: 50 queries at once run in the order in which they were sent', tddTestContext, async (t, {db, connection}) => {
	await connection.execute('create table log (id int generated always as identity, number int)');
	const numbers = Array.from({length: 50}, (_, index) => index);
	const plain = await Promise.all(numbers.map(async number => connection.fetchValue<number>('insert into log (number) values ($1) returning number', [number])));
	t.deepEqual(plain, numbers);
	await Promise.all(numbers.map(async number => sql`insert into log (number) values (${number + 50})`.execute(db)));
	t.deepEqual(await connection.fetchValue('select array_agg(number order by id) from log'), [...numbers, ...numbers.map(number => number + 50)]);
});

test('G09 R: transactions at once run one after the other, whole', tddTestContext, async (t, {db, connection}) => {
	const events: string[] = [];
	const run = async (name: string): Promise<void> => db.transaction().execute(async trx => {
		events.push(`${name} begins`);
		for (const step of [1, 2, 3]) {
			await trx.insertInto('users').values({name: `${name}${step}`, email: `${name}${step}@example.com`}).execute();
			await new Promise(resolve => {
				setImmediate(resolve);
			});
		}

		const {count} = await trx.selectFrom('users').select(eb => eb.fn.countAll<string>().as('count')).executeTakeFirstOrThrow();
		events.push(`${name} ends with ${count}`);
	});
	await Promise.all([run('a'), run('b'), run('c')]);
	t.deepEqual(events, ['a begins', 'a ends with 3', 'b begins', 'b ends with 6', 'c begins', 'c ends with 9']);
	t.is(await connection.fetchValue('select string_agg(name, \' \' order by id) from users'), 'a1 a2 a3 b1 b2 b3 c1 c2 c3');
});

test('G09 R: of transactions at once, one that fails takes only its own work', tddTestContext, async (t, {db, connection}) => {
	const run = async (name: string): Promise<void> => db.transaction().execute(async trx => {
		await trx.insertInto('users').values({name, email: `${name}@example.com`}).execute();
		if (name === 'b') {
			throw new Error('undone');
		}
	});
	const results = await Promise.allSettled([run('a'), run('b'), run('c')]);
	t.deepEqual(results.map(({status}) => status), ['fulfilled', 'rejected', 'fulfilled']);
	t.is(await connection.fetchValue('select string_agg(name, \' \' order by id) from users'), 'a c');
});

test('G09 R: a query sent beside a transaction waits for its end', tddTestContext, async (t, {db, connection}) => {
	const started = Promise.withResolvers<void>();
	const transaction = db.transaction().execute(async trx => {
		started.resolve();
		await trx.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).execute();
		await trx.insertInto('users').values({name: 'Bob', email: 'bob@example.com'}).execute();
	});
	await started.promise;
	const count = connection.fetchValue<number>('select count(*)::int from users');
	await transaction;
	t.is(await count, 2);
});

test('G09 R: queries at once inside a transaction run in it', tddTestContext, async (t, {db}) => {
	await db.transaction().execute(async trx => {
		const insert = async (name: string): Promise<unknown> => trx.insertInto('users').values({name, email: `${name}@example.com`}).execute();
		await Promise.all(['a', 'b', 'c', 'd'].map(async name => insert(name)));
		t.is((await trx.selectFrom('users').select('id').execute()).length, 4);
	});
});

test('G09 R: a query on db inside its own transaction callback gets a named error', tddTestContext, async (t, {db, connection}) => {
	t.timeout(30_000);
	await db.transaction().execute(async trx => {
		await trx.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).execute();
		const error = await t.throwsAsync(db.selectFrom('users').selectAll().execute(), {code: 'ERR_CONTEXT_DEADLOCK'});
		t.regex(error.message, /insert into "users".*`trx`.*tddParallelSafe/s);
		await t.throwsAsync(connection.execute('select 1'), {code: 'ERR_CONTEXT_DEADLOCK'});
		await t.throwsAsync(db.transaction().execute(async () => {}), {code: 'ERR_CONTEXT_DEADLOCK'});
		await trx.insertInto('users').values({name: 'Bob', email: 'bob@example.com'}).execute();
	});
	t.is(await connection.fetchValue('select count(*)::int from users'), 2);
});

test('G09 R: the error comes from helpers, callbacks and timers of the transaction too', tddTestContext, async (t, {db, connection}) => {
	const helper = async (): Promise<unknown> => connection.fetchValue('select 1');
	await db.transaction().execute(async () => {
		await Promise.resolve();
		await t.throwsAsync(helper(), {code: 'ERR_CONTEXT_DEADLOCK'});
		await new Promise(resolve => {
			setTimeout(resolve, 1);
		});
		await t.throwsAsync(Promise.all([helper(), helper()]), {code: 'ERR_CONTEXT_DEADLOCK'});
	});
	t.is(await helper(), 1);
});

test('G09 R: the callback\'s scope ends with the transaction', tddTestContext, async (t, {db, connection}) => {
	const later = Promise.withResolvers<void>();
	let late: Promise<number> | undefined;
	await db.transaction().execute(async () => {
		late = later.promise.then(async () => connection.fetchValue('select 1'));
	});
	await db.transaction().execute(async trx => {
		later.resolve();
		await trx.selectFrom('users').select('id').execute();
	});
	t.is(await late, 1);
});

test('G09 R: a query on db before startTransaction() is committed gets a named error, not a hang', tddTestContext, async (t, {db, connection}) => {
	t.timeout(30_000);
	const trx = await db.startTransaction().execute();
	await trx.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).execute();
	await t.throwsAsync(connection.fetchValue('select count(*)::int from users'), {code: 'ERR_CONTEXT_DEADLOCK', message: /insert into "users"/});
	await trx.commit().execute();
	t.is(await connection.fetchValue('select count(*)::int from users'), 1);
});

test('G09 R: a query on db inside the callback of connection() gets a named error, not a hang', tddTestContext, async (t, {db, connection}) => {
	t.timeout(30_000);
	await db.connection().execute(async () => {
		await t.throwsAsync(connection.fetchValue('select 1'), {code: 'ERR_CONTEXT_DEADLOCK'});
	});
	t.is(await connection.fetchValue('select 1'), 1);
});

test('G09 R: a transaction that is busy for long is waited for', tddTestContext, async (t, {db, connection}) => {
	const trx = await db.startTransaction().execute();
	const busy = sql`select pg_sleep(1.5)`.execute(trx);
	const waiting = connection.fetchValue<number>('select 1');
	await busy;
	await trx.commit().execute();
	t.is(await waiting, 1);
});
