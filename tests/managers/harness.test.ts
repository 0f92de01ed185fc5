import test from 'ava';
import {createHarness, expectQueries} from 'dataflow-tdd';
import {loadConfig} from '#lib/config/load.js';
import {findProject} from '#lib/config/project.js';
import {visitRunningKeeper} from '#lib/keeper/client.js';

/** A keeper of this file's own. */
const options = {workers: 2, lanes: 2, lingerMs: 1000, budgetMs: 77};

test.after.always(async () => {
	const keeper = await visitRunningKeeper(await loadConfig(findProject(), options));
	await keeper?.api.stop();
	await keeper?.closed;
});

const insert = `insert into users (name, email) values ('Ada', 'ada@example.com')`;
const count = 'select count(*)::int from users';

test.serial('without a runner, a harness gives contexts that are rolled back', async t => {
	const harness = await createHarness(options);
	t.teardown(async () => harness.close());
	const first = await harness.testContext();
	await first.connection.execute(insert);
	await first.df.users.create({name: 'Grace', email: 'grace@example.com'});
	t.is(await first.df.users.count(), 2);
	await first.close();
	const second = await harness.testContext({resetSequences: true, isolationLevel: 'serializable'});
	t.is(await second.connection.fetchValue(count), 0);
	t.is(await second.connection.fetchValue('show transaction_isolation'), 'serializable');
	t.is((await second.df.users.create({name: 'Ada', email: 'ada@example.com'})).id, 1);
	await second.close();
});

test.serial('expectQueries counts what contexts of a harness send, of all kinds', async t => {
	const harness = await createHarness(options);
	t.teardown(async () => harness.close());
	const rollback = await harness.testContext();
	const clone = await harness.parallelSafe();
	await expectQueries(4, async () => {
		await rollback.df.users.create({name: 'Ada', email: 'ada@example.com'});
		await rollback.pool.query(count);
		await clone.models.users.count();
		await clone.db.transaction().execute(async trx => trx.selectFrom('users').selectAll().execute());
	});
	await t.throwsAsync(expectQueries(0, async () => rollback.connection.execute(count)), {code: 'ERR_EXPECT_QUERIES'});
	await rollback.close();
	await clone.close();
});

test.serial('G01: two contexts at once do not see each other\'s writes', async t => {
	const harness = await createHarness(options);
	t.teardown(async () => harness.close());
	const [first, second] = await Promise.all([harness.testContext(), harness.testContext()]);
	await Promise.all([first, second].map(async ({connection}) => connection.execute(insert)));
	t.is(await first.connection.fetchValue(count), 1);
	t.is(await second.connection.fetchValue(count), 1);
	t.not(await first.connection.fetchValue('select current_database()'), await second.connection.fetchValue('select current_database()'));
	await Promise.all([first.close(), second.close()]);
});

test.serial('a context beyond the lanes waits until one is closed', async t => {
	const harness = await createHarness({...options, lanes: 2});
	t.teardown(async () => harness.close());
	const held = [await harness.testContext(), await harness.testContext()];
	let isOpen = false;
	const third = harness.testContext().then(context => {
		isOpen = true;
		return context;
	});
	await held[0]!.connection.execute('select 1');
	t.false(isOpen);
	await held[0]!.close();
	const context = await third;
	t.is(await context.connection.fetchValue(count), 0);
	await Promise.all([context.close(), held[1]!.close()]);
});

test.serial('seeded data is in the database, and what the packs returned is at hand', async t => {
	const harness = await createHarness(options);
	t.teardown(async () => harness.close());
	const {data, models, context, close} = await harness.seededData('shop');
	t.is((await models.orders.find(data.shop.openOrder.id))?.status, 'open');
	t.deepEqual(await models.users.find({email: 'ada@example.com'}), data.shop.ada);
	await context.connection.execute('delete from order_items');
	await close();
	const again = await harness.seededData('shop');
	t.true(await again.models.order_items.count() > 0);
	t.not(again.data.shop, data.shop);
	await again.close();
});

test.serial('a pack that is not there is a named error, and the harness works on', async t => {
	const harness = await createHarness(options);
	t.teardown(async () => harness.close());
	await t.throwsAsync(harness.seededData('nothing' as 'shop'), {code: 'ERR_SEED_UNKNOWN'});
	const context = await harness.testContext();
	t.is(await context.connection.fetchValue('select 1'), 1);
	await context.close();
});

test.serial('a context is closed by disposing of it, and closing it again does nothing', async t => {
	const harness = await createHarness(options);
	const context = await harness.testContext();
	await context.connection.execute(insert);
	await context[Symbol.asyncDispose]();
	await context.close();
	await t.throwsAsync(context.connection.execute('select 1'), {code: 'ERR_CONTEXT_CLOSED'});
	await harness[Symbol.asyncDispose]();
});

test.serial('closing a context says what a fixture would fail the test for', async t => {
	const harness = await createHarness(options);
	t.teardown(async () => harness.close());
	const first = await harness.testContext();
	await first.connection.execute(insert);
	await first.connection.execute('commit').catch(() => {});
	await t.throwsAsync(first.close(), {code: 'ERR_CONTEXT_COMMITTED'});
	const second = await harness.testContext();
	t.is(await second.connection.fetchValue(count), 0, 'its database was replaced');
	await second.close();
});

test.serial('a clone context commits for real, and is closed by disposing of it', async t => {
	const harness = await createHarness(options);
	t.teardown(async () => harness.close());
	{
		await using clone = await harness.parallelSafe();
		await clone.connection.execute(insert);
		const other = await clone.connect();
		t.is((await other.selectFrom('users').selectAll().execute()).length, 1);
	}

	const next = await harness.parallelSafe();
	t.is(await next.connection.fetchValue(count), 0);
	await next.pool.connect();
	await t.throwsAsync(next.close(), {code: 'ERR_CONTEXT_LEAKED'});
});

test.serial('G01: a harness that is closed with a context still open leaves nothing of it to the next one', async t => {
	const mine = {...options, workers: 1};
	const harness = await createHarness(mine);
	const context = await harness.testContext();
	await context.connection.execute(insert);
	await harness.close();
	const next = await createHarness(mine);
	t.teardown(async () => next.close());
	const fresh = await next.testContext();
	await fresh.connection.execute(insert);
	t.is(await fresh.connection.fetchValue(count), 1);
	await fresh.close();
	await t.throwsAsync(context.connection.execute('select 1'));
});

test.serial('a closed harness has given its server back', async t => {
	const harness = await createHarness({...options, workers: 1});
	const config = await loadConfig(findProject(), {...options, workers: 1});
	const visitor = await visitRunningKeeper(config);
	t.is((await visitor?.api.status())?.slots[0]?.state, 'leased');
	await harness.close();
	t.is((await visitor?.api.status())?.slots[0]?.state, 'free');
	await visitor?.api.stop();
	await visitor?.closed;
});

test.serial('an option that cannot be used is an error', async t => {
	await t.throwsAsync(createHarness({lanes: 0}), {code: 'ERR_CONFIG_INVALID', message: /the options given in code/});
});
