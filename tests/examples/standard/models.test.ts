/*
Learning objectives
- Use a model for each table of the schema: `df.users.create`, `find`, `list`, `update`, `delete`, `count`.
- Find by primary key or by filter: a value is compared, a list is `in`, null is `is null`.
- Mix models with queries: `df` and `db` are on the same transaction.
- Define a table that only a test has, with `df.model` and `df.createTables`; what the schema has costs nothing to define again.
*/
import test from 'ava';
import {tddDataflow} from 'dataflow-tdd/ava';

test('a created row comes back with what the database filled in', tddDataflow, async (t, {df}) => {
	// Step 1: create. What has a default may be left out.
	const user = await df.users.create({name: 'Ada', email: 'ada@example.com'});

	// Step 2: the whole row comes back.
	t.like(user, {name: 'Ada', role: 'customer', phone: null});
	t.true(user.created_at instanceof Date);

	// Step 3: and it is what is in the table.
	t.deepEqual(await df.users.find(user.id), user);
});

test('find takes a primary key or a filter', tddDataflow, async (t, {df}) => {
	// Step 1: two rows to choose from.
	const ada = await df.users.create({name: 'Ada', email: 'ada@example.com'});
	await df.users.create({name: 'Alan', email: 'alan@example.com', role: 'staff'});

	// Step 2: by key, and by filter.
	t.is((await df.users.find(ada.id))?.name, 'Ada');
	t.is((await df.users.find({role: 'staff'}))?.name, 'Alan');

	// Step 3: what is not there is undefined, not an error.
	t.is(await df.users.find({name: 'Nobody'}), undefined);
});

test('list filters, sorts and pages', tddDataflow, async (t, {df}) => {
	// Step 1: three products, one of them in a category.
	const {id: categoryId} = await df.categories.create({name: 'Office'});
	await df.products.create({sku: 'LAMP', name: 'Desk lamp', price_cents: 4900, category_id: categoryId});
	await df.products.create({sku: 'PEN', name: 'Fountain pen', price_cents: 2500});
	await df.products.create({sku: 'INK', name: 'Bottle of ink', price_cents: 800});
	const skus = (rows: ReadonlyArray<{sku: string}>): string[] => rows.map(({sku}) => sku);

	// Step 2: a list of values, and null.
	t.deepEqual(skus(await df.products.list({sku: ['PEN', 'LAMP', 'GLOBE']})), ['LAMP', 'PEN']);
	t.deepEqual(skus(await df.products.list({category_id: null})), ['PEN', 'INK']);

	// Step 3: the most expensive ones first, then the second page.
	t.deepEqual(skus(await df.products.list({}, {orderBy: ['price_cents', 'desc'], limit: 2})), ['LAMP', 'PEN']);
	t.deepEqual(skus(await df.products.list({}, {orderBy: ['price_cents', 'desc'], limit: 2, offset: 2})), ['INK']);
});

test('update by key gives the row, update by filter gives the rows', tddDataflow, async (t, {df}) => {
	// Step 1: two products.
	const lamp = await df.products.create({sku: 'LAMP', name: 'Desk lamp', price_cents: 4900});
	await df.products.create({sku: 'PEN', name: 'Fountain pen', price_cents: 2500});

	// Step 2: one of them by its key.
	t.is((await df.products.update(lamp.id, {price_cents: 4500}))?.price_cents, 4500);

	// Step 3: all that fit a filter.
	t.is((await df.products.update({is_active: true}, {stock: 7})).length, 2);
	t.is(await df.products.count({stock: 7}), 2);
});

test('delete says how many rows are gone', tddDataflow, async (t, {df}) => {
	// Step 1: one row.
	const {id} = await df.users.create({name: 'Ada', email: 'ada@example.com'});

	// Step 2: it can be deleted once.
	t.is(await df.users.delete(id), 1);
	t.is(await df.users.delete(id), 0);
	t.is(await df.users.count(), 0);
});

test('a table whose key has two columns is used with filters', tddDataflow, async (t, {df}) => {
	// Step 1: a line of an order; its key is order and product together.
	const user = await df.users.create({name: 'Ada', email: 'ada@example.com'});
	const pen = await df.products.create({sku: 'PEN', name: 'Fountain pen', price_cents: 2500});
	const order = await df.orders.create({user_id: user.id});
	const key = {order_id: order.id, product_id: pen.id};
	await df.order_items.create({...key, quantity: 1, price_cents: 2500});

	// Step 2: a filter names it; one number could not, and says so.
	t.is((await df.order_items.find(key))?.quantity, 1);
	await t.throwsAsync(df.order_items.find(order.id), {code: 'ERR_MODEL_KEY'});
});

test('models and queries see the same rows', tddDataflow, async (t, {df, db}) => {
	// Step 1: a model inserts.
	await df.users.create({name: 'Ada', email: 'ada@example.com'});

	// Step 2: a query reads it, and one of Kysely's transactions changes it.
	await db.transaction().execute(async trx => trx.updateTable('users').set({phone: '555-0199'}).where('name', '=', 'Ada').execute());

	// Step 3: the model sees the change.
	t.is((await df.users.find({name: 'Ada'}))?.phone, '555-0199');
});

test('a test can define a model and create its table', tddDataflow, async (t, {df}) => {
	// Step 1: define it. The types are SQL, with constraints; an `id` is added where there is none.
	const widgets = df.model('widgets', {name: 'text not null', price: 'numeric(10,2) check (price > 0)'});

	// Step 2: create its table, in the test's transaction: it is gone when the test ends.
	t.deepEqual(await df.createTables(), ['widgets']);

	// Step 3: use it as any other model. `numeric` is text in JavaScript, because a float would lose digits.
	t.deepEqual(await widgets.create({name: 'Sprocket', price: '9.90'}), {id: 1, name: 'Sprocket', price: '9.90'});
	t.like(await t.throwsAsync(widgets.create({name: 'Gift', price: '0'})), {code: '23514', constraint: 'widgets_price_check'});
	t.is(await widgets.count(), 1);
});

test('another test can define the same name in another way', tddDataflow, async (t, {df}) => {
	const widgets = df.model('widgets', {code: 'text primary key', id: 'integer'});
	await df.createTables();
	t.deepEqual(await widgets.create({code: 'A', id: 7}), {code: 'A', id: 7});
});

test('a table of the schema is not created again', tddDataflow, async (t, {df}) => {
	// Step 1: as in an application that defines its models at the start.
	const users = df.model('users', {name: 'text not null', email: 'text not null'});

	// Step 2: nothing is missing, so nothing is sent.
	t.deepEqual(await df.createTables(), []);

	// Step 3: the schema's own definition holds.
	t.is((await users.create({name: 'Ada', email: 'ada@example.com'})).name, 'Ada');
	await t.throwsAsync(users.create({name: 'Ada', email: 'ada@example.com'}), {code: '23505'});
});
