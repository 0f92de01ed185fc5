import test from 'ava';
import {tddDataflow, tddSeededData} from 'dataflow-tdd/ava';
import type {Dataflow} from '#lib/context/models.js';

const people = [
	{name: 'Ada', email: 'ada@example.com', phone: '555-0001-1'},
	{name: 'Grace', email: 'grace@example.com', phone: null},
	{name: 'Alan', email: 'alan@example.com', role: 'staff', phone: null},
];

async function fill(df: Dataflow<any>): Promise<void> {
	for (const person of people) {
		await df.users!.create(person);
	}
}

test('a created row is returned with what the database filled in', tddDataflow, async (t, {df}) => {
	const ada = await df.users.create({name: 'Ada', email: 'ada@example.com'});
	t.like(ada, {name: 'Ada', email: 'ada@example.com', phone: null, role: 'customer'});
	t.is(typeof ada.id, 'number');
	t.true(ada.created_at instanceof Date);
	t.deepEqual(await df.users.find(ada.id), ada);
});

test('a row of nothing but defaults can be created', tddDataflow, async (t, {df}) => {
	const notes = df.model('notes', {text: `text not null default 'empty'`});
	await df.createTables();
	t.like(await notes.create({}), {id: 1, text: 'empty'});
});

test('a row is found by its key or by a filter, and what is not there is undefined', tddDataflow, async (t, {df}) => {
	await fill(df);
	const grace = await df.users.find({email: 'grace@example.com'});
	t.is((await df.users.find(grace!.id))?.name, 'Grace');
	t.is((await df.users.find({role: 'customer', phone: null}))?.name, 'Grace');
	t.is(await df.users.find({name: 'Nobody'}), undefined);
	t.is(await df.users.find(0), undefined);
});

test('rows are listed by a value, a list of values, null, and all of these', tddDataflow, async (t, {df}) => {
	await fill(df);
	const names = async (filter?: Parameters<typeof df.users.list>[0]) => (await df.users.list(filter)).map(({name}) => name);
	t.deepEqual(await names(), ['Ada', 'Grace', 'Alan']);
	t.deepEqual(await names({}), ['Ada', 'Grace', 'Alan']);
	t.deepEqual(await names({role: 'staff'}), ['Alan']);
	t.deepEqual(await names({name: ['Ada', 'Alan', 'Nobody']}), ['Ada', 'Alan']);
	t.deepEqual(await names({name: []}), []);
	t.deepEqual(await names({phone: null}), ['Grace', 'Alan']);
	t.deepEqual(await names({phone: null, role: 'customer', name: ['Grace', 'Ada']}), ['Grace']);
});

test('rows are listed in the order asked for, by key where none is', tddDataflow, async (t, {df}) => {
	await fill(df);
	const names = async (options: Parameters<typeof df.users.list>[1]) => (await df.users.list({}, options)).map(({name}) => name);
	t.deepEqual(await names({orderBy: 'name'}), ['Ada', 'Alan', 'Grace']);
	t.deepEqual(await names({orderBy: ['name', 'desc']}), ['Grace', 'Alan', 'Ada']);
	t.deepEqual(await names({orderBy: 'name', limit: 2}), ['Ada', 'Alan']);
	t.deepEqual(await names({orderBy: 'name', limit: 2, offset: 2}), ['Grace']);
	t.deepEqual(await names({limit: 0}), []);
	t.deepEqual(await names({limit: 1}), ['Ada']);
});

test('values are parameters: quotes in them are only characters', tddDataflow, async (t, {df}) => {
	const name = `Robert'); drop table users; --`;
	const row = await df.users.create({name, email: 'r@example.com'});
	t.is((await df.users.find({name}))?.id, row.id);
	t.is(await df.users.count({name: `' or '1'='1`}), 0);
	await t.throwsAsync(df.users.list({[`name" = name or "name`]: 'x'} as never), {code: '42703'});
});

test('an update by key returns the row, and by filter all rows', tddDataflow, async (t, {df}) => {
	await fill(df);
	const ada = (await df.users.find({name: 'Ada'}))!;
	t.is((await df.users.update(ada.id, {phone: '555-9999-9'}))?.phone, '555-9999-9');
	t.is(await df.users.update(0, {phone: null}), undefined);
	t.deepEqual((await df.users.update({role: 'customer'}, {phone: null})).map(({name}) => name).toSorted(), ['Ada', 'Grace']);
	t.deepEqual(await df.users.update({name: 'Nobody'}, {phone: null}), []);
	t.is(await df.users.count({phone: null}), 3);
});

test('deleting returns how many rows it deleted', tddDataflow, async (t, {df}) => {
	await fill(df);
	const ada = (await df.users.find({name: 'Ada'}))!;
	t.is(await df.users.delete(ada.id), 1);
	t.is(await df.users.delete(ada.id), 0);
	t.is(await df.users.delete({phone: null}), 2);
	t.is(await df.users.count(), 0);
});

test('rows are counted, all or those that fit', tddDataflow, async (t, {df}) => {
	t.is(await df.users.count(), 0);
	await fill(df);
	t.is(await df.users.count(), 3);
	t.is(await df.users.count({role: ['customer', 'nobody']}), 2);
});

test('a key of two columns is an error that names them, and a filter works', tddSeededData('shop'), async (t, {models, data}) => {
	const {order_items: items} = models;
	for (const use of [items.find(1), items.update(1, {quantity: 1}), items.delete(1)]) {
		await t.throwsAsync<Error>(use as Promise<unknown>, {code: 'ERR_MODEL_KEY', message: /^The table order_items has the primary key \(order_id, product_id\)\./});
	}

	t.is((await items.find({order_id: data.shop.openOrder.id, product_id: data.shop.pen.id}))?.quantity, 2);
});

test('a view has no key, but can be filtered', tddSeededData('shop'), async (t, {models, data}) => {
	await t.throwsAsync(models.order_totals.find(1), {code: 'ERR_MODEL_KEY', message: /has no primary key, or does not exist/});
	t.is((await models.order_totals.find({order_id: data.shop.openOrder.id}))?.item_count, 3);
});

test('a table that is not there is an error of PostgreSQL, which does not taint the test', tddDataflow, async (t, {df}) => {
	const {nowhere} = df as Dataflow<any>;
	await t.throwsAsync(nowhere!.list(), {code: '42P01', message: /"nowhere" does not exist/});
	await t.throwsAsync(nowhere!.create({a: 1}), {code: '42P01'});
	await t.throwsAsync(nowhere!.find(1), {code: 'ERR_MODEL_KEY', message: /^The table nowhere has no primary key, or does not exist\./});
	t.is(await df.users.count(), 0);
});

test('a test can define a table of its own and use it at once', tddDataflow, async (t, {df, connection}) => {
	const widgets = df.model('widgets', {name: 'text not null unique', price: 'numeric(10,2)', tags: 'text[]'});
	t.deepEqual(await df.createTables(), ['widgets']);
	t.deepEqual(await df.createTables(), [], 'there is nothing left to make');
	const gear = await widgets.create({name: 'gear', price: '9.50'});
	t.deepEqual(gear, {id: 1, name: 'gear', price: '9.50', tags: null});
	t.deepEqual(await widgets.find(gear.id), gear);
	t.deepEqual(await widgets.list({price: '9.5'}), [gear]);
	t.is((await widgets.update(gear.id, {price: '1.00'}))?.price, '1.00');
	await t.throwsAsync(widgets.create({name: 'gear'}), {code: '23505'});
	t.is(await connection.fetchValue('select count(*)::int from widgets'), 1);
	t.is(await widgets.delete(gear.id), 1);
});

test('tables that a test has defined are not there in the next', tddDataflow, async (t, {connection}) => {
	t.is(await connection.fetchValue(`select to_regclass('widgets')`), null);
	t.is(await connection.fetchValue(`select to_regclass('notes')`), null);
});

test('a table may bring a key of its own', tddDataflow, async (t, {df}) => {
	const tokens = df.model('tokens', {id: 'uuid primary key default gen_random_uuid()', user_id: 'int not null references users (id)'});
	await df.createTables();
	const ada = await df.users.create({name: 'Ada', email: 'ada@example.com'});
	const token = await tokens.create({user_id: ada.id});
	t.is((await tokens.find(token.id))?.user_id, ada.id);
});

test('tables are made in the order in which they were defined', tddDataflow, async (t, {df}) => {
	df.model('parents', {name: 'text'});
	df.model('children', {parent_id: 'int references parents (id)'});
	t.deepEqual(await df.createTables(), ['parents', 'children']);
});

test('a table that the schema holds is not made again', tddDataflow, async (t, {df}) => {
	const users = df.model('users', {name: 'text', email: 'text'});
	t.deepEqual(await df.createTables(), []);
	t.is(await users.count(), 0);
});

test('what is no column definition is an error before anything is sent', tddDataflow, (t, {df}) => {
	for (const definition of ['', '; drop table users', 'text; drop table users', 7, null, {type: 'text'}]) {
		t.throws(() => df.model('odd', {name: definition as string}), {code: 'ERR_MODEL_UNKNOWN', message: /^The column 'name' is defined as /});
	}
});

test('models can be awaited, printed and compared without asking the database', tddDataflow, async (t, {df}) => {
	t.is(await Promise.resolve(df), df);
	t.notThrows(() => JSON.stringify(df));
	t.is((df as unknown as Record<symbol, unknown>)[Symbol.iterator], undefined);
});
