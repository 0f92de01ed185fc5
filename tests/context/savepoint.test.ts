import test from 'ava';
import {tddTestContext, type TestContext} from 'dataflow-tdd/ava';

async function add({db}: Pick<TestContext, 'db'>, ...names: string[]): Promise<void> {
	for (const name of names) {
		await db.insertInto('users').values({name, email: `${name}@example.com`}).execute();
	}
}

async function names({connection}: Pick<TestContext, 'connection'>): Promise<string> {
	return connection.fetchValue('select coalesce(string_agg(name, \' \' order by name), \'\') from users');
}

test('G02 R: savepoint() goes back, and can be gone back to again', tddTestContext, async (t, context) => {
	await add(context, 'a');
	const point = await context.savepoint();
	await add(context, 'b');
	await point.rollback();
	t.is(await names(context), 'a');
	await add(context, 'c', 'd');
	await point.rollback();
	t.is(await names(context), 'a');
	await add(context, 'e');
	await point.release();
	t.is(await names(context), 'a e');
});

test('G02 R: savepoint() is the first thing a test may do', tddTestContext, async (t, context) => {
	const point = await context.savepoint();
	await add(context, 'a');
	await point.rollback();
	t.is(await names(context), '');
});

test('G02 R: savepoints nest, with failing statements between them', tddTestContext, async (t, context) => {
	const fail = async (): Promise<void> => {
		await t.throwsAsync(context.connection.execute('select 1 / 0'), {code: '22012'});
	};

	await add(context, 'a');
	await fail();
	const outer = await context.savepoint();
	await fail();
	await add(context, 'b');
	const inner = await context.savepoint();
	await add(context, 'c');
	await fail();
	await inner.rollback();
	t.is(await names(context), 'a b');
	await fail();
	await add(context, 'd');
	await fail();
	await inner.release();
	t.is(await names(context), 'a b d');
	await fail();
	await outer.rollback();
	t.is(await names(context), 'a');
	await outer.release();
	await outer.release();
	t.is(await names(context), 'a');
});

test('G02 R: user transactions lie on both sides of a savepoint()', tddTestContext, async (t, context) => {
	await context.db.transaction().execute(async db => add({db}, 'a'));
	const point = await context.savepoint();
	await context.db.transaction().execute(async db => add({db}, 'b'));
	await t.throwsAsync(context.db.transaction().execute(async db => {
		await add({db}, 'c');
		throw new Error('no');
	}));
	t.is(await names(context), 'a b');
	await point.rollback();
	t.is(await names(context), 'a');
});

test('G02 R: `await using` releases a savepoint() and keeps the work', tddTestContext, async (t, context) => {
	{
		await using point = await context.savepoint();
		await add(context, 'a');
		t.truthy(point);
	}

	t.is(await names(context), 'a');
});

test('G02 R: a savepoint() left open is rolled back with the test', tddTestContext, async (t, context) => {
	await context.savepoint();
	await add(context, 'a');
	t.is(await names(context), 'a');
});

test('G02 R: the test after it finds nothing', tddTestContext, async (t, context) => {
	t.is(await names(context), '');
});
