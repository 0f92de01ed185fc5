import test from 'ava';
import {placesOf} from '../checked.ts';

const find = (code: string, file?: string): readonly string[] => placesOf('mark-performance-tests', code, file);

const head = 'import test from \'ava\';\nimport {expectQueries, performanceMonitoredTest, tddPerformanceTracker, tddTestContext} from \'dataflow-tdd/ava\';\n';

test('a test whose title, file or folder says performance is found where it measures nothing', t => {
	for (const title of ['performance: users are listed', 'users are listed (performance)', 'user creation performance', 'Performance']) {
		t.deepEqual(find(`${head}test('${title}', tddTestContext, async (t, {db}) => t.truthy(db));`), [`3:6 '${title}'`], title);
	}

	for (const file of ['tests/performance/users.test.ts', 'tests/users-performance.test.ts', 'tests/users.performance.spec.js', 'tests/performance.test.ts']) {
		t.deepEqual(find(`${head}test('users are listed', tddTestContext, async (t, {db}) => t.truthy(db));`, file), ['3:6 \'users are listed\''], file);
	}
});

test('a test that measures, limits or counts is marked', t => {
	for (const fixtureAndBody of [
		'performanceMonitoredTest, async (t, {db}) => t.truthy(db)',
		'tddPerformanceTracker.with({seeds: []}), async (t, {db}) => t.truthy(db)',
		'tddTestContext.with({budgetMs: 20}), async (t, {db}) => t.truthy(db)',
		'tddTestContext.with({role: null}).with({maxQueries: 2}), async (t, {db}) => t.truthy(db)',
		'tddTestContext.with(fast), async (t, {db}) => t.truthy(db)',
		'tddTestContext.with({...fast}), async (t, {db}) => t.truthy(db)',
		'tddTestContext, async (t, {db}) => expectQueries(2, async () => db.selectFrom(\'users\').execute())',
		'tddTestContext, async (t, {db}) => countsTwo(db)',
	]) {
		t.deepEqual(find(`${head}import {fast} from './limits.js';\nasync function countsTwo(db) { return expectQueries(2, async () => db); }\ntest('x', ${fixtureAndBody});`, 'tests/performance/x.test.ts'), [], fixtureAndBody);
	}
});

test('performances of other kinds, and tests without a database, are left alone', t => {
	for (const title of ['a performance is booked', 'performance reviews are stored', 'a performance\\\'s seats are numbered', 'the singer\\\'s performance', 'high-performance engines are listed']) {
		t.deepEqual(find(`${head}test('${title}', tddTestContext, async (t, {db}) => t.truthy(db));`), [], title);
	}

	t.deepEqual(find(`${head}test('users are listed', tddTestContext, async (t, {db}) => t.truthy(db));`, 'tests/performance-reviews.test.ts'), []);
	t.deepEqual(find(`${head}test('sorting', t => t.pass());`, 'tests/performance/sorting.test.ts'), []);
	t.deepEqual(find(`${head}test('x', anyFixture(tddTestContext), async (t, {db}) => t.truthy(db));`, 'tests/performance/x.test.ts'), []);
});

test('a function that calls itself measures nothing by that', t => {
	t.is(find(`${head}function again() { return again(); }\ntest('performance: users', tddTestContext, async (t, {db}) => t.truthy([again(), db]));`).length, 1);
});
