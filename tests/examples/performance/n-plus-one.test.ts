/*
Learning objectives
- `expectQueries(n, fn)` asserts how many statements code sends. A count is the same on every machine, which a time is not.
- `.with({maxQueries})` does it for a whole test.
- A statement that one place sends again and again is told without asking; `repeatedStatements: 'fail'` makes it fail, and
  `allowedRepeats` names what is meant to be so.
*/
import test from 'ava';
import {expectQueries, tddSeededData} from 'dataflow-tdd/ava';
import {OrderHistory} from '../app/order-history.ts';

test('the history of a customer takes two statements, however many orders there are', tddSeededData('shop'), async (t, {db, data: {shop}, models}) => {
	const history = new OrderHistory(db);

	// Step 1: with the orders of the seed pack.
	const before = await expectQueries(2, async () => history.list(shop.ada.id));
	t.is(before.length, 3);

	// Step 2: with one more. If the count grew with the orders, it would show here.
	await models.orders.create({user_id: shop.ada.id, status: 'open'});
	const after = await expectQueries(2, async () => history.list(shop.ada.id));
	t.is(after.length, 4);
});

test('loading one by one is an N+1, and the error shows the statements', tddSeededData('shop').with({allowedRepeats: ['listOneByOne']}), async (t, {db, data: {shop}}) => {
	const history = new OrderHistory(db);
	const error = await t.throwsAsync(expectQueries({max: 2}, async () => history.listOneByOne(shop.ada.id)), {code: 'ERR_EXPECT_QUERIES'});

	// One for the orders, and one for each of the three. Without allowedRepeats above, the test would be told of them, too.
	t.regex(error.message, /^4 statements instead of at most 2 were sent:\n {2}3x select "products"."sku"/);
});

test('both ways find the same', tddSeededData('shop').with({maxQueries: 6, allowedRepeats: ['listOneByOne']}), async (t, {db, data: {shop}}) => {
	const history = new OrderHistory(db);
	t.deepEqual(await history.list(shop.ada.id), await history.listOneByOne(shop.ada.id));
});

test('a test can insist on it', tddSeededData('shop').with({repeatedStatements: 'fail'}), async (t, {db, data: {shop}}) => {
	t.is((await new OrderHistory(db).list(shop.ada.id)).length, 3);
});
