import test from 'ava';
import type {Kysely} from 'kysely';
import {expectAssignable, expectError, expectType} from 'tsd';
import {defineSeedPack, type RegisteredSeeds} from 'dataflow-tdd';
import {tddDataflow, tddParallelSafe, tddSeededData, tddTestContext} from 'dataflow-tdd/ava';
import type {DB} from '../tdd-env.js';

test('the context is typed by the registration', tddTestContext, async (t, {db, connection, testId}) => {
	expectType<Kysely<DB>>(db);
	expectType<string>(testId);
	expectType<number>(await connection.execute('select 1'));
	expectError(db.selectFrom('no_such_table'));
	expectError(db.selectFrom('users').select('no_such_column'));
	expectError(db.insertInto('users').values({name: 'without e-mail'}));
	t.pass();
});

test('options are typed', tddTestContext.with({isolationLevel: 'serializable', resetSequences: true}), async (t, {db}) => {
	expectType<Kysely<DB>>(db);
	t.pass();
});
expectError(tddTestContext.with({isolationLevel: 'sometimes'}));
expectError(tddTestContext.with({resetSequence: true}));
tddTestContext.with({role: 'shop_app'});
tddTestContext.with({role: null});
expectError(tddTestContext.with({role: 7}));

test('packs and their results are typed', tddSeededData('shop'), async (t, {data, models, context}) => {
	expectType<Kysely<DB>>(context.db);
	expectType<number>(data.shop.openOrder.id);
	expectError(data.shop.noSuchResult);
	expectError(data.noSuchPack);
	expectType<number>((await models.orders.find(1))!.id);
	expectError(models.noSuchTable);
	t.pass();
});
expectError(tddSeededData('no such pack'));
expectAssignable<RegisteredSeeds['shop']>({} as RegisteredSeeds['shop']);

test('a clone is typed by the registration', tddParallelSafe, async (t, {db, connect, barrier, pool, models, data, url, isolationId}) => {
	expectType<Kysely<DB>>(db);
	expectType<Kysely<DB>>(await connect());
	expectType<void>(await barrier(2)());
	expectType<number>((await models.orders.find(1))!.id);
	expectType<string>(url);
	expectType<string>(isolationId);
	expectError(data.shop);
	(await pool.connect()).release();
	t.pass();
});

test('the packs of a clone are typed', tddParallelSafe.with({seeds: ['shop']}), async (t, {db, data}) => {
	expectType<Kysely<DB>>(db);
	expectType<number>(data.shop.openOrder.id);
	expectError(data.loyalty);
	t.pass();
});
expectError(tddParallelSafe.with({seeds: ['no such pack']}));
expectError(tddParallelSafe.with({isolationLevel: 'serializable'}));

test('models are typed', tddDataflow, async (t, {df}) => {
	const user = await df.users.create({name: 'Ada', email: 'ada@example.com'});
	expectType<string>(user.name);
	expectError(df.users.create({name: 'without e-mail'}));
	expectError(df.users.list({no_such_column: 1}));
	expectError(df.users.update(1, {no_such_column: 1}));
	expectType<number>(await df.users.count());
	const widgets = df.model('widgets', {label: 'text not null', price: 'numeric(10,2)', weight: 'int', made_at: 'timestamptz', is_new: 'boolean'});
	const widget = await widgets.create({label: 'a'});
	expectType<number>(widget.id);
	expectType<string>(widget.label);
	expectType<string>(widget.price);
	expectType<number>(widget.weight);
	expectType<Date>(widget.made_at);
	expectType<boolean>(widget.is_new);
	expectType<string[]>(await df.createTables());
	t.pass();
});

const people = defineSeedPack<DB>()({
	name: 'people',
	load: async db => db.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).returning('id').executeTakeFirstOrThrow(),
});
expectType<'people'>(people.name);
defineSeedPack<DB>()({
	name: 'listed',
	needs: [people],
	async load(_db, needs) {
		expectType<number>(needs.people.id);
		expectError(needs.shop);
	},
});
defineSeedPack<DB>()({
	name: 'keyed',
	needs: {folks: people},
	async load(_db, {folks}) {
		expectType<number>(folks.id);
	},
});
expectError(defineSeedPack<DB>()({name: 'wrong', load: async db => db.selectFrom('no_such_table').selectAll().execute()}));
