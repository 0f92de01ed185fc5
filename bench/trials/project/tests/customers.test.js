import test from 'ava';
import {tddTestContext} from 'dataflow-tdd/ava';
import {addCustomer, addProduct} from '../app/shop.js';

for (let number = 1; number <= 12; number++) {
	test(`a customer is kept and moves, ${number}`, tddTestContext, async (t, {db}) => {
		const {id} = await addCustomer(db, `Ada ${number}`);
		await addCustomer(db, `Grace ${number}`);
		await db.updateTable('customers').set({city: 'Gent'}).where('id', '=', id).execute();
		const rows = await db.selectFrom('customers').select(['name', 'city']).orderBy('id').execute();
		t.deepEqual(rows, [{name: `Ada ${number}`, city: 'Gent'}, {name: `Grace ${number}`, city: 'Utrecht'}]);
	});
}

test('an e-mail address is there once', tddTestContext, async (t, {db}) => {
	await addCustomer(db, 'Ada');
	t.like(await t.throwsAsync(addCustomer(db, 'Ada')), {code: '23505'});
});

for (let number = 1; number <= 8; number++) {
	test(`stock is counted, ${number}`, tddTestContext, async (t, {db}) => {
		for (let one = 1; one <= number; one++) {
			await addProduct(db, one);
		}

		const {stock} = await db.selectFrom('products').select(({fn}) => fn.sum('stock').as('stock')).executeTakeFirstOrThrow();
		t.is(Number(stock), 5 * number);
	});
}
