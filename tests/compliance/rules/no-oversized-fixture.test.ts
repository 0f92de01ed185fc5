import test from 'ava';
import {checked, dedent, placesOf} from '../checked.ts';

const find = (code: string, file?: string): readonly string[] => placesOf('no-oversized-fixture', code, file);

test('a clone for plain queries, and measuring fixtures that measure nothing, are found', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import {enhancedTddContext, performanceMonitoredTest, tddParallelSafe, tddPerformanceTracker} from 'dataflow-tdd/ava';

		test('a clone', tddParallelSafe, async (t, {connection}) => {
			t.is(await connection.fetchValue('select count(*)::int from users'), 0);
		});
		test('a clone with Kysely', tddParallelSafe.with({seeds: ['shop']}), async (t, context) => {
			await context.db.updateTable('users').set({name: 'Ada'}).execute();
			t.is((await context.models.users.list()).length, 1);
		});
		test('enhanced', enhancedTddContext.with({budgetMs: 50}), async (t, {df}) => t.is(await df.users.count(), 0));
		test('monitored', performanceMonitoredTest, async (t, {db}) => t.truthy(db));
		test('tracked', tddPerformanceTracker, async (t, {db}) => t.truthy(db));
	`), [
		'4:17 tddParallelSafe',
		'7:29 tddParallelSafe.with({seeds: [\'shop\']})',
		'11:18 enhancedTddContext.with({budgetMs: 50})',
		'12:19 performanceMonitoredTest',
		'13:17 tddPerformanceTracker',
	]);
});

test('the simplest fixture that does is named, and written where it is at hand', t => {
	const {issues, fixed} = checked('no-oversized-fixture', `
		import test from 'ava';
		import {enhancedTddContext, tddParallelSafe, tddTestContext as simple} from 'dataflow-tdd/ava';

		test('seeds', tddParallelSafe.with({seeds: ['shop', 'loyalty']}), async (t, {data, models}) => t.truthy(await models.users.find(data.shop.ada.id)));
		test('models', enhancedTddContext, async (t, {df}) => t.is(await df.users.count(), 0));
		test('plain', enhancedTddContext, async (t, {db}) => t.truthy(db));
		test('simple', simple, async (t, {db}) => t.truthy(db));
	`);
	t.deepEqual(issues.map(({message}) => /Write (.*)\.$/.exec(message)?.[1]), ['tddSeededData(\'shop\', \'loyalty\')', 'tddDataflow', 'tddTestContext']);
	t.true(fixed.includes('test(\'plain\', simple, async'));
	t.true(fixed.includes('test(\'models\', enhancedTddContext, async'));
	t.deepEqual(checked('no-oversized-fixture', fixed).places, ['4:15 tddParallelSafe.with({seeds: [\'shop\', \'loyalty\']})', '5:16 enhancedTddContext']);
});

test('a clone is left alone wherever a rollback context may differ', t => {
	const bodies = [
		'async (t, {connect}) => t.truthy(await connect())',
		'async (t, {db, url}) => t.truthy([await db.selectFrom("users").execute(), url])',
		'async (t, {db}) => t.truthy(await listUsers(db))',
		'async (t, {db}) => db.transaction().execute(async trx => trx.selectFrom("users").execute())',
		'async (t, {db}) => t.truthy(await Promise.all([db.selectFrom("users").execute(), db.selectFrom("orders").execute()]))',
		'async (t, {db}) => { await db.updateTable("users").execute(); await db.updateTable("users").execute(); }',
		'async (t, {db}) => { await t.throwsAsync(db.updateTable("users").execute()); }',
		'async (t, {models}) => { t.is((await models.users.create()).id, 1); }',
		'async (t, {connection}) => { t.is(await connection.fetchValue("insert into users default values returning id"), 1); }',
		'async (t, {db}) => { t.like(await db.insertInto("users").values(ada).returning("id").executeTakeFirst(), {id: 1}); }',
		'async (t, {db}) => { await db.selectFrom("jobs").forUpdate().skipLocked().execute(); }',
		'async (t, {connection}) => { await connection.execute("create index concurrently on users (name)"); }',
		'async (t, {connection}) => { await connection.fetchValue("select pg_advisory_lock(1)"); }',
		'async (t, {connection}) => { await connection.fetchValue("select now()"); }',
		'async (t, {connection}) => { await connection.fetchValue("select current_timestamp"); }',
		'async (t, {connection}) => { await connection.execute("notify orders"); }',
		'async (t, {...context}) => { await run(context); }',
		'async (t, context) => { await run(context); }',
		'async (t, {testId}) => { t.log(testId); }',
		'async t => { t.pass(); }',
	];
	for (const body of bodies) {
		t.deepEqual(find(`
			import test from 'ava';
			import {tddParallelSafe} from 'dataflow-tdd/ava';
			test('a clone', tddParallelSafe, ${body});
		`), [], body);
	}
});

test('a measuring fixture is left alone where it measures or limits', t => {
	t.deepEqual(find(`
		import test from 'ava';
		import {enhancedTddContext, memoryOptimizedTest, performanceMonitoredTest, tddPerformanceTracker} from 'dataflow-tdd/ava';

		test('a pool', enhancedTddContext, async (t, {preheatedPool}) => t.truthy(preheatedPool));
		test('all of it', enhancedTddContext, async (t, context) => t.truthy(context));
		test('a limit', performanceMonitoredTest.with({maxQueries: 3}), async (t, {db}) => t.truthy(db));
		test('a tracker', tddPerformanceTracker, async (t, {db, tracker}) => t.truthy([db, tracker]));
		test('memory', memoryOptimizedTest, async (t, {db}) => t.truthy(db));
		test('checkout performance', performanceMonitoredTest, async (t, {db}) => t.truthy(db));
	`), []);
	t.deepEqual(find(`
		import test from 'ava';
		import {performanceMonitoredTest} from 'dataflow-tdd/ava';
		test('monitored', performanceMonitoredTest, async (t, {db}) => t.truthy(db));
	`, 'tests/performance/checkout.test.ts'), []);
});

test('a fix leaves the rest of the file as it was', t => {
	const code = dedent(`
		import test from 'ava';
		import {tddParallelSafe, tddTestContext} from 'dataflow-tdd/ava';
		// é 🚀
		test('a clone', tddParallelSafe, async (t, {db}) => t.deepEqual(await db.selectFrom('users').execute(), []));
		test('none', tddTestContext, async t => t.pass());
	`);
	t.is(checked('no-oversized-fixture', code).fixed, code.replace('\'a clone\', tddParallelSafe', '\'a clone\', tddTestContext'));
});

test('a fixture is left alone where its context is not taken, and not replaced by what may be another', t => {
	const code = (imports: string, fixture: string, parameters: string): string => `
		import test from 'ava';
		import {enhancedTddContext} from 'dataflow-tdd/ava';
		import {tddTestContext} from '${imports}';
		const serializable = enhancedTddContext.with({isolationLevel: 'serializable'});
		test('a user', ${fixture}, async (${parameters}) => t.pass());
		test('another', tddTestContext, async (t, {db}) => t.truthy(db));
	`;
	t.deepEqual(find(code('dataflow-tdd/ava', 'enhancedTddContext', 't')), []);
	const fixes = (imports: string, fixture: string): unknown[] => checked('no-oversized-fixture', code(imports, fixture, 't, {db}')).issues.map(({fix}) => fix?.text);
	t.deepEqual(fixes('dataflow-tdd/ava', 'enhancedTddContext'), ['tddTestContext']);
	t.deepEqual(fixes('./own-fixtures.js', 'enhancedTddContext'), [undefined]);
	t.deepEqual(fixes('dataflow-tdd/ava', 'serializable'), [undefined]);
});
