import test from 'ava';
import {tddTestContext, type TestContext} from 'dataflow-tdd/ava';

const ada = {name: 'Ada', email: 'ada@example.com'};
const bob = {name: 'Bob', email: 'bob@example.com'};

async function names({db}: Pick<TestContext, 'db'>): Promise<string[]> {
	const rows = await db.selectFrom('users').select('name').orderBy('name').execute();
	return rows.map(({name}) => name);
}

const failures: Readonly<Record<string, readonly [string, (context: TestContext) => Promise<unknown>]>> = {
	'a syntax error': ['42601', async ({connection}) => connection.execute('selekt 1')],
	'a table that does not exist': ['42P01', async ({connection}) => connection.execute('select * from nowhere')],
	'a function that raises': ['P0002', async ({connection}) => connection.execute('select publish_review(0)')],
	'a unique violation': ['23505', async ({db}) => db.insertInto('users').values(ada).execute()],
	'a check violation': ['23514', async ({db}) => db.insertInto('users').values({name: 'x', email: '@'}).execute()],
	'a foreign-key violation': ['23503', async ({db}) => db.insertInto('orders').values({user_id: 0}).execute()],
	'a null in a not-null column': ['23502', async ({connection}) => connection.execute('insert into users (email) values ($1)', ['x@example.com'])],
	'a value of the wrong type': ['22P02', async ({connection}) => connection.execute('select * from users where id = $1', ['x'])],
	'too few parameters': ['08P01', async ({connection}) => connection.execute('select $1::int, $2::int', [1])],
	'the second of two statements in one text': ['22012', async ({connection}) => connection.execute('insert into users (name, email) values (\'x\', \'x@example.com\'); select 1 / 0')],
	'a statement timeout': ['57014', async ({connection}) => {
		await connection.execute('set statement_timeout = 20');
		try {
			await connection.execute('select pg_sleep(60)');
		} finally {
			await connection.execute('reset statement_timeout');
		}
	}],
	'a setting with a value out of range': ['22023', async ({connection}) => connection.execute('set lock_timeout = -1')],
};

for (const [name, [code, fail]] of Object.entries(failures)) {
	test(`G03 R: a failed statement does not taint the test: ${name}`, tddTestContext, async (t, context) => {
		await context.db.insertInto('users').values(ada).execute();
		await t.throwsAsync(fail(context), {code});
		await context.db.insertInto('users').values(bob).execute();
		t.deepEqual(await names(context), ['Ada', 'Bob']);
	});

	test(`G03 R: a failed statement may be the first or the last of a test: ${name}`, tddTestContext, async (t, context) => {
		if (code === '23505') {
			await context.db.insertInto('users').values(ada).execute();
		}

		await t.throwsAsync(fail(context), {code});
		await t.throwsAsync(fail(context), {code});
	});
}

test('G03 R: an error in a transaction undoes the transaction and not the test', tddTestContext, async (t, {db}) => {
	await db.insertInto('users').values(ada).execute();
	await t.throwsAsync(db.transaction().execute(async trx => {
		await trx.insertInto('users').values(bob).execute();
		await trx.insertInto('users').values(ada).execute();
	}), {code: '23505'});
	t.deepEqual(await names({db}), ['Ada']);
	await db.insertInto('users').values(bob).execute();
	t.deepEqual(await names({db}), ['Ada', 'Bob']);
});

test('G03 R: an error in a savepoint of a transaction undoes the savepoint alone', tddTestContext, async (t, {db}) => {
	const trx = await db.startTransaction().execute();
	await trx.insertInto('users').values(ada).execute();
	const first = await trx.savepoint('first').execute();
	const second = await first.savepoint('second').execute();
	await t.throwsAsync(second.insertInto('users').values(ada).execute(), {code: '23505'});
	await second.rollbackToSavepoint('second').execute();
	await second.insertInto('users').values(bob).execute();
	await trx.commit().execute();
	t.deepEqual(await names({db}), ['Ada', 'Bob']);
});

test('G03 R: an error inside Promise.all is that one promise\'s', tddTestContext, async (t, {db, connection}) => {
	const insert = async (name: string): Promise<unknown> => db.insertInto('users').values({name, email: `${name}@example.com`}).execute();
	const results = await Promise.allSettled([insert('a'), insert('b'), insert('a'), connection.execute('selekt'), insert('c'), insert('b'), insert('d')]);
	t.deepEqual(results.map(({status}) => status === 'fulfilled'), [true, true, false, false, true, false, true]);
	t.deepEqual(await names({db}), ['a', 'b', 'c', 'd']);

	await t.throwsAsync(Promise.all([insert('e'), insert('a'), insert('f')]), {code: '23505'});
	await insert('g');
	t.true((await names({db})).includes('g'));
});

test('G03 R: a hundred failures in a row leave what was written before them', tddTestContext, async (t, {db, connection}) => {
	await db.insertInto('users').values(ada).execute();
	for (let index = 0; index < 100; index++) {
		await t.throwsAsync(connection.execute('select 1 / 0'), {code: '22012'});
	}

	t.deepEqual(await names({db}), ['Ada']);
});

test('G03 R: an error of PostgreSQL keeps its fields and points to the line that sent it', tddTestContext, async (t, {db}) => {
	await db.insertInto('users').values(ada).execute();
	const error = await t.throwsAsync(async () => {
		await db.insertInto('users').values(ada).execute();
	}, {code: '23505'});
	t.like(error, {constraint: 'users_email_key', table: 'users', schema: 'public', severity: 'ERROR', detail: 'Key (email)=(ada@example.com) already exists.'});
	t.regex(error.stack ?? '', /failed-statement\.test\.ts:\d+:\d+/);
});
