/*
Learning objectives
- Test what two users do at the same moment: `tddParallelSafe` gives a test a database of its own, with as many connections as it wants.
- Make a race deterministic with `barrier(n)`: everybody waits until all have arrived.
- See what a rollback context cannot show: locks that are waited for, rows that are skipped, serialization failures.
*/
import test from 'ava';
import {sql, type Kysely} from 'kysely';
import {tddParallelSafe, type CloneContext} from 'dataflow-tdd/ava';
import type {DB} from '../../tdd-env.js';
import {Checkout, UnavailableError} from '../app/checkout.ts';

function openCheckout(db: Kysely<DB>, {onCommit}: Pick<CloneContext, 'onCommit'>): Checkout {
	return new Checkout({db, onCommit, announce() {}});
}

test('two buyers cannot both have the last one', tddParallelSafe.with({seeds: ['shop']}), async (t, {connect, models, data: {shop}, ...context}) => {
	// Step 1: two users of the application, each on a connection.
	const checkouts = [await connect(), await connect()].map(db => openCheckout(db, context));

	// Step 2: both want the one notebook that is left.
	const outcomes = await Promise.allSettled(checkouts.map(async (checkout, index) => checkout.placeOrder([shop.ada, shop.grace][index]!.id, [{sku: 'NOTEBOOK', quantity: 1}])));

	// Step 3: one has it, the other was told so, whoever came first.
	const refused = outcomes.filter(outcome => outcome.status === 'rejected');
	t.is(refused.length, 1);
	t.true(refused[0]?.reason instanceof UnavailableError);
	t.is((await models.products.find(shop.notebook.id))?.stock, 0);
});

test('reading first and writing later loses an update', tddParallelSafe.with({seeds: ['shop']}), async (t, {connect, barrier, models, data: {shop}}) => {
	const meet = barrier(2);

	// The mistake that `Checkout` avoids: both read before either writes.
	const takeOne = async (db: Kysely<DB>): Promise<void> => {
		const {stock} = await db.selectFrom('products').select('stock').where('id', '=', shop.pen.id).executeTakeFirstOrThrow();
		await meet();
		await db.updateTable('products').set({stock: stock - 1}).where('id', '=', shop.pen.id).execute();
	};

	await Promise.all([takeOne(await connect()), takeOne(await connect())]);
	t.is((await models.products.find(shop.pen.id))?.stock, 99, 'two were taken, one was counted');
});

test('at serializable, one of the two fails and can be tried again', tddParallelSafe.with({seeds: ['shop']}), async (t, {connect, barrier, data: {shop}}) => {
	const meet = barrier(2);
	const takeOne = async (db: Kysely<DB>): Promise<void> => db.transaction().setIsolationLevel('serializable').execute(async trx => {
		const {stock} = await trx.selectFrom('products').select('stock').where('id', '=', shop.pen.id).executeTakeFirstOrThrow();
		await meet();
		await trx.updateTable('products').set({stock: stock - 1}).where('id', '=', shop.pen.id).execute();
	});

	const outcomes = await Promise.allSettled([takeOne(await connect()), takeOne(await connect())]);
	const refused = outcomes.filter(outcome => outcome.status === 'rejected');
	t.is(refused.length, 1);
	t.like(refused[0]?.reason, {code: '40001'});
});

test('packers take different orders', tddParallelSafe.with({seeds: ['shop']}), async (t, {connect, barrier}) => {
	const meet = barrier(2);
	const pack = async (db: Kysely<DB>): Promise<number | undefined> => db.transaction().execute(async trx => {
		const order = await trx.selectFrom('orders').select('id').where('status', 'in', ['paid', 'open']).orderBy('id').limit(1).forUpdate().skipLocked().executeTakeFirst();
		// Both hold an order now.
		await meet();
		return order?.id;
	});

	const [first, second] = await Promise.all([pack(await connect()), pack(await connect())]);
	t.truthy(first);
	t.truthy(second);
	t.not(first, second);
});

test('a listener hears of an order when it is committed', tddParallelSafe.with({seeds: ['shop']}), async (t, {db, pool, data: {shop}}) => {
	// Step 1: listen, on a connection of the pool.
	const listener = await pool.connect();
	const heard = new Promise<string | undefined>(resolve => {
		listener.once('notification', ({payload}) => {
			resolve(payload);
		});
	});
	await listener.query('listen orders');

	// Step 2: tell, in a transaction of another connection.
	await db.transaction().execute(async trx => {
		await trx.updateTable('orders').set({status: 'cancelled'}).where('id', '=', shop.openOrder.id).execute();
		await sql`select pg_notify('orders', ${String(shop.openOrder.id)})`.execute(trx);
	});

	t.is(await heard, String(shop.openOrder.id));
	await listener.query('unlisten orders');
	listener.release();
});
