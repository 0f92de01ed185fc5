import test from 'ava';
import {tddDataflow, tddParallelSafe} from 'dataflow-tdd/ava';
import {addCustomer} from '../app/shop.js';

for (let number = 1; number <= 10; number++) {
	test(`products are listed by price, ${number}`, tddDataflow, async (t, {df}) => {
		for (let one = 1; one <= 4; one++) {
			await df.products.create({sku: `P-${number}-${one}`, name: `Product ${one}`, price_cents: 1000 - one * number, stock: one});
		}

		const listed = await df.products.list({}, {orderBy: 'price_cents'});
		t.is(listed.length, 4);
		t.is(await df.products.count({stock: 1}), 1);
	});
}

for (let number = 1; number <= 4; number++) {
	test(`two sessions see what the other has committed, ${number}`, tddParallelSafe, async (t, {connect}) => {
		const [one, other] = await Promise.all([connect(), connect()]);
		const {id} = await addCustomer(one, `Ada ${number}`);
		const {name} = await other.selectFrom('customers').select('name').where('id', '=', id).executeTakeFirstOrThrow();
		t.is(name, `Ada ${number}`);
	});
}
