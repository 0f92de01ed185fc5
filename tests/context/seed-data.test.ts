import test from 'ava';
import {tddParallelSafe, tddSeededData} from 'dataflow-tdd/ava';

interface Changed {
	changed?: boolean;
	name: string;
}

/** What the test before has seen, to be sure that it was not the same object. */
let last: unknown;

for (const turn of ['first', 'second', 'third']) {
	test.serial(`G35 R: what a test changes in seed data is not seen by others: the ${turn}`, tddSeededData('shop'), async (t, {data, models}) => {
		const ada = data.shop.ada as unknown as Changed;
		t.is(ada.name, 'Ada');
		t.false('changed' in ada);
		t.not(data.shop.ada, last);
		ada.name = 'spoilt';
		ada.changed = true;
		last = ada;
		t.is((await models.users.find({email: 'ada@example.com'}))?.name, 'Ada', 'the row does not know of it');
	});

	// dataflow-tdd-ignore no-oversized-fixture: it is the clone's copy of the data that is looked at
	test.serial(`G35 C: what a test changes in seed data is not seen by others: the ${turn}`, tddParallelSafe.with({seeds: ['shop']}), async (t, {data, models}) => {
		const ada = data.shop.ada as unknown as Changed;
		t.is(ada.name, 'Ada');
		t.false('changed' in ada);
		t.not(data.shop.ada, last);
		ada.name = 'spoilt';
		ada.changed = true;
		last = ada;
		t.is((await models.users.find({email: 'ada@example.com'}))?.name, 'Ada', 'the row does not know of it');
	});
}
