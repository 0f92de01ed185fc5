import test from 'ava';
import {memoryOptimizedTest, performanceFallback, performanceMonitoredTest, tddDataflow, tddParallelSafe, tddSeededData, tddTestContext} from 'dataflow-tdd/ava';

const fixtures = {tddTestContext, tddDataflow, tddSeededData: tddSeededData(), tddParallelSafe, performanceMonitoredTest, memoryOptimizedTest, performanceFallback};

for (const [name, fixture] of Object.entries(fixtures)) {
	const give = (options: object): unknown => (fixture as unknown as {with(options: object): unknown}).with(options);

	test(`${name} refuses options that it does not have, and takes its own`, t => {
		t.throws(() => give({maxQuerys: 1}), {code: 'ERR_CONFIG_INVALID', message: new RegExp(`'maxQuerys' in \\.with\\(\\) of ${name} is not known[^]*slip for 'maxQueries'`)});
		t.throws(() => give({maxQueries: '1'}), {code: 'ERR_CONFIG_INVALID', message: /It has to be a whole number from 0/});
		t.notThrows(() => give({maxQueries: 1, budgetMs: Infinity, repeatedStatements: 'fail', allowedRepeats: ['select'], role: null}));
	});
}

test('a level that PostgreSQL does not have is told as that', t => {
	t.throws(() => tddTestContext.with({isolationLevel: 'serialisable' as never}), {code: 'ERR_CONFIG_INVALID', message: /'serialisable' in|isolationLevel[^]*'repeatable read'/});
	t.notThrows(() => tddTestContext.with({isolationLevel: 'repeatable read'}));
});

test('what only one fixture has, it takes', t => {
	t.notThrows(() => memoryOptimizedTest.with({maxLeakBytes: 1}));
	t.notThrows(() => performanceFallback.with({strict: true}));
	t.notThrows(() => performanceMonitoredTest.with({thresholds: {test: {durationMs: 1}}}));
	t.throws(() => tddTestContext.with({strict: true} as never), {code: 'ERR_CONFIG_INVALID'});
});
