import test from 'ava';
import {Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, DummyDriver, sql} from 'kysely';
import {tablesOf} from '#lib/monitor/tables.js';

// Compiles, and sends nothing.
const db = new Kysely<any>({dialect: {
	createAdapter: () => new PostgresAdapter(), createDriver: () => new DummyDriver(),
	createIntrospector: kysely => new PostgresIntrospector(kysely), createQueryCompiler: () => new PostgresQueryCompiler(),
}});

test('the tables of a statement are those in its tree, also in joins, subqueries and schemas', t => {
	const query = db.selectFrom('orders as o').innerJoin('shop.items', 'items.order_id', 'o.id').selectAll()
		.where('o.user_id', 'in', db.selectFrom('users').select('id').where('name', '=', 'products'));
	t.deepEqual(tablesOf(query.toOperationNode()), ['orders', 'shop.items', 'users']);
});

test('what a statement changes is among its tables, once', t => {
	t.deepEqual(tablesOf(db.insertInto('users').values({name: 'x'}).returningAll().toOperationNode()), ['users']);
	t.deepEqual(tablesOf(db.updateTable('users').from('orders').set({name: 'x'}).whereRef('users.id', '=', 'orders.user_id').toOperationNode()), ['users', 'orders']);
	t.deepEqual(tablesOf(db.deleteFrom('users').using('users').toOperationNode()), ['users']);
});

test('the parts of a statement that `with` names are no tables', t => {
	const query = db.with('recent', part => part.selectFrom('orders').selectAll()).selectFrom('recent').innerJoin('users', 'users.id', 'recent.user_id').selectAll();
	t.deepEqual(tablesOf(query.toOperationNode()), ['orders', 'users']);
});

test('SQL inside of a tree names no tables, and its values are not looked into', t => {
	t.deepEqual(tablesOf(db.selectFrom('users').select(sql<number>`(select count(*) from orders)`.as('n')).where('name', '=', {kind: 'TableNode'}).toOperationNode()), ['users']);
});
