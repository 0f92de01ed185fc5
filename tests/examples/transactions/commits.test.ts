/*
Learning objectives
- Test what a real COMMIT would check: deferred constraints are checked when the outermost transaction commits, and at the end
  of the test.
- Test what runs after a commit, such as sending a message: `onCommit` runs callbacks once, and never after a rollback.
*/
import test from 'ava';
import {tddSeededData, tddTestContext} from 'dataflow-tdd/ava';

test('two pictures can change places within a transaction', tddSeededData('shop'), async (t, {db, data: {shop}}) => {
	const show = async (first: string, second: string): Promise<void> => db.transaction().execute(async trx => {
		await trx.updateTable('product_images').set({position: 1}).where('file', '=', first).execute();
		await trx.updateTable('product_images').set({position: 2}).where('file', '=', second).execute();
	});
	const shown = async (): Promise<string[]> => {
		const images = await db.selectFrom('product_images').select('file').where('product_id', '=', shop.lamp.id).orderBy('position').execute();
		return images.map(({file}) => file);
	};

	// Step 1: after the first update both are at place 1. The constraint waits for the commit, and then all is well.
	await show('lamp-back.webp', 'lamp-front.webp');
	t.deepEqual(await shown(), ['lamp-back.webp', 'lamp-front.webp']);

	// Step 2: and back again. The next transaction waits for its own commit.
	await show('lamp-front.webp', 'lamp-back.webp');
	t.deepEqual(await shown(), ['lamp-front.webp', 'lamp-back.webp']);
});

test('an order may be imported before its product', tddSeededData('shop'), async (t, {db, models, data: {shop}}) => {
	const order = await db.transaction().execute(async trx => {
		// Step 1: the order names a product that is not there yet.
		const row = await trx.insertInto('orders').values({user_id: shop.grace.id}).returning('id').executeTakeFirstOrThrow();
		await trx.insertInto('order_items').values({order_id: row.id, product_id: 900, quantity: 1, price_cents: 300}).execute();

		// Step 2: the product comes later, under the number that the import gives it.
		await trx.insertInto('products').values({id: 900, sku: 'CARD', name: 'Post card', price_cents: 300}).execute();
		return row;
	});
	t.is((await models.order_totals.find({order_id: order.id}))?.total_cents, 300);
});

test('a commit that leaves a deferred constraint broken fails', tddSeededData('shop'), async (t, {db, models}) => {
	// Step 1: both updates succeed; the commit does not.
	const clumsy = db.transaction().execute(async trx => {
		await trx.updateTable('product_images').set({position: 2}).execute();
	});
	t.like(await t.throwsAsync(clumsy), {code: '23505', constraint: 'product_images_position_is_taken'});

	// Step 2: nothing of it is left, and the test goes on.
	t.deepEqual((await models.product_images.list({}, {orderBy: 'id'})).map(({position}) => position), [1, 2]);
});

test('a deferred constraint can be checked at any time', tddSeededData('shop'), async (t, {db, connection}) => {
	await t.throwsAsync(db.transaction().execute(async trx => {
		await trx.updateTable('product_images').set({position: 2}).execute();
		t.pass('nothing has been checked so far');
		throw new Error('left on purpose');
	}), {message: 'left on purpose'});

	// With `immediate` the statement itself fails. It is a setting of the transaction: here, of the test.
	await connection.execute('set constraints product_images_position_is_taken immediate');
	await t.throwsAsync(db.updateTable('product_images').set({position: 2}).execute(), {code: '23505'});
});

test.failing('a deferred constraint that is broken at the end of a test fails it', tddSeededData('shop'), async (t, {db}) => {
	// Outside of a transaction nothing commits, so the harness checks when the test ends: `test.failing` expects that.
	await db.updateTable('product_images').set({position: 2}).execute();
	t.pass();
});

test('a commit hook runs after the outermost commit', tddTestContext, async (t, {db, onCommit}) => {
	const sent: string[] = [];

	// Step 1: register it inside of the transaction, as code under test does.
	const trx = await db.startTransaction().execute();
	await onCommit(() => sent.push('welcome ada@example.com'));

	// Step 2: nothing is sent for what may yet be undone.
	await trx.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).execute();
	t.deepEqual(sent, []);

	// Step 3: after the commit it is sent, once.
	await trx.commit().execute();
	t.deepEqual(sent, ['welcome ada@example.com']);
});

test('a commit hook never runs after a rollback', tddTestContext, async (t, {db, onCommit}) => {
	const sent: string[] = [];

	// Step 1: a transaction that fails after it has promised to send something.
	await t.throwsAsync(db.transaction().execute(async () => {
		await onCommit(() => sent.push('welcome ada@example.com'));
		throw new Error('changed my mind');
	}));

	// Step 2: a later transaction sends what is its own, and nothing else.
	await db.transaction().execute(async () => {
		await onCommit(() => sent.push('welcome grace@example.com'));
	});
	t.deepEqual(sent, ['welcome grace@example.com']);
});

test('outside of a transaction a commit hook runs at once', tddTestContext, async (t, {onCommit}) => {
	const sent: string[] = [];
	await onCommit(() => sent.push('now'));
	t.deepEqual(sent, ['now']);
});
