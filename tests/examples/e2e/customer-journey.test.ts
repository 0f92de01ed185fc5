/*
Learning objectives
- Walk through several parts of an application in one test, in the order in which a customer does.
- Let later steps rest on what earlier ones have written: it is one database, and it is all rolled back at the end.
- Compare a repository's answers with rows that a seed pack has named.
*/
import test from 'ava';
import {tddSeededData} from 'dataflow-tdd/ava';
import {Checkout, type ShopEvent} from '../app/checkout.ts';
import {ReviewRepository} from '../app/review-repository.ts';

test('a customer buys, changes her mind, buys again and writes a review', tddSeededData('shop'), async (t, {db, onCommit, models, data: {shop}}) => {
	const announced: ShopEvent[] = [];
	const checkout = new Checkout({db, onCommit, announce: event => announced.push(event)});
	const reviews = new ReviewRepository(db);

	// Step 1: a new customer.
	const customer = await models.users.create({name: 'Edsger', email: 'edsger@example.com'});

	// Step 2: she takes the last notebook; nobody else can have it.
	const first = await checkout.placeOrder(customer.id, [{sku: 'NOTEBOOK', quantity: 1}]);
	await t.throwsAsync(checkout.placeOrder(shop.grace.id, [{sku: 'NOTEBOOK', quantity: 1}]), {message: 'NOTEBOOK has 0 left, not 1'});

	// Step 3: she changes her mind, and takes it after all.
	await checkout.cancel(first.id);
	const second = await checkout.placeOrder(customer.id, [{sku: 'NOTEBOOK', quantity: 1}]);
	await checkout.pay(second.id);

	// Step 4: she writes a review, which is shown when it is published.
	const review = await reviews.write({productId: shop.notebook.id, userId: customer.id, rating: 4, body: 'Good paper.'});
	t.deepEqual(await reviews.published(shop.notebook.id), []);
	await reviews.publish(review.id);
	t.deepEqual(await reviews.published(shop.notebook.id), [{rating: 4, body: 'Good paper.', author: 'Edsger'}]);

	// Step 5: what the rest of the application was told, in order. The refused order is not among it.
	t.deepEqual(announced, [
		{type: 'order placed', orderId: first.id},
		{type: 'order cancelled', orderId: first.id},
		{type: 'order placed', orderId: second.id},
		{type: 'order paid', orderId: second.id},
	]);
});

test('visitors see published reviews only', tddSeededData('shop'), async (t, {db, data: {shop}}) => {
	const reviews = new ReviewRepository(db);

	// Step 1: two are published for the pen, the newest first; the lamp's only one is not.
	t.deepEqual(await reviews.published(shop.pen.id), [
		{rating: shop.otherReview.rating, body: null, author: 'Ada'},
		{rating: shop.publishedReview.rating, body: 'Writes for months.', author: 'Grace'},
	]);
	t.deepEqual(await reviews.published(shop.lamp.id), []);

	// Step 2: the average counts what is published.
	t.is(await reviews.averageRating(shop.pen.id), 4.5);
	t.is(await reviews.averageRating(shop.lamp.id), undefined);
});

test('a customer reviews a product once', tddSeededData('shop'), async (t, {db, data: {shop}}) => {
	const reviews = new ReviewRepository(db);
	const again = reviews.write({productId: shop.pen.id, userId: shop.grace.id, rating: 1});
	t.like(await t.throwsAsync(again), {code: '23505', constraint: 'reviews_one_for_each_user'});
});
