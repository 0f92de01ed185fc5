import test from 'ava';
import {sql} from 'kysely';
import {endOf, inContext, withContext, type TestedContext} from '../helpers/worker-context.ts';

/** A line of an order with a product that does not exist: its foreign key is checked at the end of a transaction. */
async function order({context: {connection}}: Pick<TestedContext, 'context'>): Promise<void> {
	await connection.execute(`with u as (insert into users (name, email) values ('Ada', 'ada@example.com') returning id),
		o as (insert into orders (user_id) select id from u returning id)
		insert into order_items (order_id, product_id, quantity, price_cents) select id, 4711, 1, 100 from o`);
}

const mend = 'insert into products (id, sku, name, price_cents) overriding system value values (4711, \'X\', \'x\', 100)';

test.serial('G06 R: a deferred violation left at the end fails the test and names the constraint', async t => {
	const error = await endOf(order);
	t.like(error, {code: 'ERR_CONTEXT_CONSTRAINT', name: 'ContextError'});
	t.regex(error?.message ?? '', /constraint order_items_product\w* of table order_items.*4711/s);
	t.like(error?.cause, {code: '23503', table: 'order_items'});
});

test.serial('G06 R: the check is skipped when the test has failed already', async t => {
	await withContext(async open => {
		await order(open);
		t.is(await open.close({hasFailed: true}), undefined);
	});
});

test.serial('G06 R: a violation that is mended before the end is none', async t => {
	await inContext(t, async open => {
		await order(open);
		await open.context.connection.execute(mend);
	});
});

test.serial('G06 R: the test after a violation is pristine and may violate again', async t => {
	for (let index = 0; index < 3; index++) {
		const error = await endOf(async open => {
			t.is(await open.context.connection.fetchValue('select count(*)::int from users'), 0);
			await order(open);
		});
		t.like(error, {code: 'ERR_CONTEXT_CONSTRAINT'});
	}

	await inContext(t, async ({context: {connection}}) => {
		t.is(await connection.fetchValue('select count(*)::int from users'), 0);
	});
});

test.serial('G06 R: transaction() rejects with the violation, as a COMMIT does, and undoes its work', async t => {
	await inContext(t, async ({context: {db, connection}}) => {
		await connection.execute('insert into users (name, email) values (\'Eve\', \'eve@example.com\')');
		await t.throwsAsync(db.transaction().execute(async trx => {
			const {id} = await trx.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).returning('id').executeTakeFirstOrThrow();
			const {id: orderId} = await trx.insertInto('orders').values({user_id: id}).returning('id').executeTakeFirstOrThrow();
			await trx.insertInto('order_items').values({order_id: orderId, product_id: 4711, quantity: 1, price_cents: 100}).execute();
		}), {code: '23503'});
		t.is(await connection.fetchValue('select string_agg(name, \' \') from users'), 'Eve');
	});
});

test.serial('G06 R: a commit\'s check does not last: the next transaction may defer again', async t => {
	await inContext(t, async ({context: {db, connection}}) => {
		for (const productId of [1, 2]) {
			await db.transaction().execute(async trx => {
				await sql`insert into users (name, email) values ('x', ${`${productId}@example.com`})`.execute(trx);
				await sql`insert into orders (user_id) select max(id) from users`.execute(trx);
				await sql`insert into order_items (order_id, product_id, quantity, price_cents) select max(id), ${productId + 9000}::int, 1, 1 from orders`.execute(trx);
				await sql`insert into products (id, sku, name, price_cents) overriding system value values (${productId + 9000}::int, ${`P${productId}`}, 'x', 1)`.execute(trx);
			});
		}

		t.is(await connection.fetchValue('select count(*)::int from order_items'), 2);
	});
});

test.serial('G06 R: an inner savepoint is not checked, the commit is', async t => {
	await inContext(t, async ({context: {db, connection}}) => {
		const trx = await db.startTransaction().execute();
		await sql`create table parents (id int primary key)`.execute(trx);
		await sql`create table children (parent int references parents deferrable initially deferred)`.execute(trx);
		const point = await trx.savepoint('inner').execute();
		await sql`insert into children values (1)`.execute(point);
		await point.releaseSavepoint('inner').execute();
		await t.throwsAsync(trx.commit().execute(), {code: '23503'});
		await trx.rollback().execute();
		t.is(await connection.fetchValue('select to_regclass(\'children\')'), null);
	});
});

test.serial('G06 R: every deferrable kind is checked, and named', async t => {
	const kinds: Array<[string, string, RegExp]> = [
		['create table pairs (a int, constraint pairs_once unique (a) deferrable initially deferred)', 'insert into pairs values (1), (1)', /constraint pairs_once of table pairs/],
		['create table chain (id int primary key, next int constraint chain_next references chain deferrable)', 'set constraints chain_next deferred; insert into chain values (1, 2)', /constraint chain_next of table chain/],
		['create table stays (r int4range, constraint stays_apart exclude using gist (r with &&) deferrable initially deferred)', 'insert into stays values (\'[1,3)\'), (\'[2,4)\')', /constraint stays_apart of table stays/],
		['create table goods (a int); create function refuse() returns trigger language plpgsql as $$ begin raise exception \'no goods\'; end $$; create constraint trigger goods_checked after insert on goods deferrable initially deferred for each row execute function refuse()', 'insert into goods values (1)', /no goods/],
	];
	for (const [table, violation, message] of kinds) {
		const error = await endOf(async ({context: {connection}}) => {
			await connection.execute(table);
			await connection.execute(violation);
		});
		t.like(error, {code: 'ERR_CONTEXT_CONSTRAINT'});
		t.regex(error?.message ?? '', message);
	}
});

test.serial('G06 R: a failed last statement does not hide a violation', async t => {
	const error = await endOf(async open => {
		await order(open);
		await t.throwsAsync(open.context.connection.execute('select 1 / 0'), {code: '22012'});
	});
	t.like(error, {code: 'ERR_CONTEXT_CONSTRAINT'});
});

test.serial('G06 R: what a rolled back transaction violated is no violation', async t => {
	await inContext(t, async ({context: {db}}) => {
		await t.throwsAsync(db.transaction().execute(async trx => {
			await sql`create table parents (id int primary key)`.execute(trx);
			await sql`create table children (parent int references parents deferrable initially deferred)`.execute(trx);
			await sql`insert into children values (1)`.execute(trx);
			throw new Error('undone');
		}), {message: 'undone'});
	});
});
