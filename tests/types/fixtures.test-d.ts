import test from 'ava';
import type {Kysely} from 'kysely';
import {expectAssignable, expectError, expectType} from 'tsd';
import {defineSeedPack, type RegisteredSeeds} from 'dataflow-tdd';
import {
	enhancedTddContext, expectQueries, memoryOptimizedTest, performanceFallback, performanceMonitoredTest, tddDataflow, tddParallelSafe, tddPerformanceTracker, tddSeededData, tddTestContext,
} from 'dataflow-tdd/ava';
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

test('limits are typed on every fixture', tddTestContext.with({budgetMs: 50, maxQueries: 3, repeatedStatements: 'fail', allowedRepeats: ['loadUser']}), async (t, {db}) => {
	expectType<Kysely<DB>>(db);
	expectType<number>(await expectQueries(1, async () => 7));
	expectType<string>(await expectQueries({max: 3}, () => 'text'));
	expectError(expectQueries({most: 3}, () => 'text'));
	t.pass();
});
tddParallelSafe.with({budgetMs: 50, maxQueries: 3, seeds: ['shop']});
tddSeededData('shop').with({budgetMs: 50, maxQueries: 3});
expectError(tddTestContext.with({repeatedStatements: 'sometimes'}));
expectError(tddTestContext.with({budget: 50}));

test('monitoring is typed', performanceMonitoredTest, async (t, {db, df, metricsCollector, monitor, alertHandler, data}) => {
	expectType<Kysely<DB>>(db);
	expectType<number>(await metricsCollector.measure('seven', async () => 7));
	expectType<number>(metricsCollector.currentMetrics.durationMs);
	expectType<number>(monitor.statements);
	alertHandler.on(alert => {
		expectType<number>(alert.limit);
	});
	expectError(alertHandler.setThreshold('seven', {milliseconds: 7}));
	expectType<number>(await df.users.count());
	expectError(data.shop);
	t.pass();
});

test('options of monitoring are typed', performanceMonitoredTest.with({thresholds: {seven: {durationMs: 7}}, isolationLevel: 'serializable', role: 'shop_app', seeds: ['shop']}), async (t, {data, models}) => {
	expectType<number>(data.shop.openOrder.id);
	expectType<number>((await models.orders.find(1))!.id);
	t.pass();
});
expectError(performanceMonitoredTest.with({seeds: ['no such pack']}));
expectError(performanceMonitoredTest.with({maxLeakBytes: 1}));

test('memory is typed', memoryOptimizedTest.with({maxLeakBytes: 1_000_000}).with({seeds: ['shop']}), async (t, {optimizer, tracker, cleanup, db, data}) => {
	for await (const rows of optimizer.batches(db.selectFrom('users').select('id'), 100)) {
		expectType<Array<{id: number}>>(rows);
	}

	expectType<number[]>(tracker.track('list', [1]));
	expectType<number>(tracker.peak.heapBytes);
	expectType<number>(data.shop.openOrder.id);
	cleanup.add(() => {});
	t.pass();
});

test('trackers and fallbacks are typed', performanceFallback.with({strict: true}), async (t, {tracker, fallback}) => {
	expectType<number>(tracker.checkpoint('here').sinceLastMs);
	expectType<number>(await fallback(async () => 7, () => 8));
	t.pass();
});
expectError(tddPerformanceTracker.with({strict: true}));

test('the enhanced context is typed', enhancedTddContext.with({seeds: ['shop']}), async (t, {preheatedPool, getPoolStatistics, getCacheStatistics, metrics, memory, data}) => {
	(await preheatedPool.connect()).release();
	expectType<number>(getPoolStatistics().preheatedConnections);
	expectType<number>(getCacheStatistics().hits);
	expectType<number>(metrics.elapsedMs);
	expectType<number>(memory.peak.heapBytes);
	expectType<number>(data.shop.openOrder.id);
	t.pass();
});
