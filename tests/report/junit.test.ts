import test from 'ava';
import {tddTestContext} from 'dataflow-tdd/ava';
import {renderJunit} from '#lib/report/junit.js';
import {sampleFile, sampleRun, sampleTest} from './sample-run.ts';

const nasty = `<a> & "b" 'c' ]]> \u0007 \u001B[31mred\u001B[39m 日本 🎉`;
const xml = renderJunit(sampleRun([
	sampleFile('tests/orders.test.ts', [
		sampleTest({title: 'an order is paid', durationMs: 12, fixture: 'tddSeededData', seeds: ['shop', 'more'], statementCount: 7, rowCount: 9, maxQueries: 5}),
		sampleTest({title: nasty, durationMs: 3500, outcome: 'failed', error: nasty, role: 'app', warnings: [{kind: 'budget', message: nasty}, {kind: 'repeated', message: 'twice'}]}),
	]),
	sampleFile('tests/users.test.ts', [sampleTest({title: 'one'})]),
	sampleFile('tests/users.test.ts', [sampleTest({title: 'late'})], {startedAt: Date.UTC(2026, 10, 23, 13)}),
]));

test('JUnit XML has a suite for each file and a case for each test, with failures, times and warnings', tddTestContext, async (t, {connection}) => {
	const cases = await connection.fetchRows(`
		select * from xmltable('/testsuites/testsuite/testcase' passing xmlparse(document $1) columns
			suite text path '../@name', name text path '@name', classname text path '@classname', file text path '@file', time float path '@time',
			failure text path 'failure/@message', log text path 'system-out')`, [xml]);
	const red = `<a> & "b" 'c' ]]> red 日本 🎉`;
	t.deepEqual(cases, [
		{suite: 'tests/orders.test.ts', name: 'an order is paid', classname: 'tests/orders.test.ts', file: 'tests/orders.test.ts', time: 0.012, failure: null, log: null},
		{suite: 'tests/orders.test.ts', name: red, classname: 'tests/orders.test.ts', file: 'tests/orders.test.ts', time: 3.5, failure: red, log: `budget: ${red.replace(' red', '  red')}\nrepeated: twice`},
		...['one', 'late'].map(name => ({suite: 'tests/users.test.ts', name, classname: 'tests/users.test.ts', file: 'tests/users.test.ts', time: 0.01, failure: null, log: null})),
	]);
});

test('JUnit XML counts the tests and failures of each suite and of all', tddTestContext, async (t, {connection}) => {
	const columns = `name text path '@name', tests int path '@tests', failures int path '@failures', errors int path '@errors', skipped int path '@skipped'`;
	t.deepEqual(await connection.fetchRows(`select * from xmltable('//testsuite' passing xmlparse(document $1) columns ${columns}, time float path '@time')`, [xml]), [
		{name: 'tests/orders.test.ts', tests: 2, failures: 1, errors: 0, skipped: 0, time: 3.512},
		{name: 'tests/users.test.ts', tests: 2, failures: 0, errors: 0, skipped: 0, time: 0.02},
	]);
	t.like(await connection.fetchRow(`select * from xmltable('/testsuites' passing xmlparse(document $1) columns ${columns})`, [xml]), {tests: 4, failures: 1});
});

test('JUnit XML has what was measured of a test as properties', tddTestContext, async (t, {connection}) => {
	const rows = await connection.fetchRows<{name: string; value: string}>(`
		select * from xmltable('//testcase[@name="an order is paid"]/properties/property' passing xmlparse(document $1) columns name text path '@name', value text path '@value')`, [xml]);
	t.deepEqual(Object.fromEntries(rows.map(({name, value}) => [name, value])), {
		fixture: 'tddSeededData', mode: 'rollback', isolationLevel: 'read committed', seeds: 'shop, more', statements: '7', rows: '9', retries: '0',
		leaseMs: '0', queueMs: '0', setupMs: '1', bodyMs: '8', databaseMs: '4', teardownMs: '0', endMs: '1', budgetMs: '100', maxQueries: '5',
		bytesSent: '100', bytesReceived: '200', heapPeakBytes: '20000000',
	});
});

test('a run without tests is valid JUnit XML, too', tddTestContext, async (t, {connection}) => {
	t.is(await connection.fetchValue(`select count(*)::int from xmltable('//testcase' passing xmlparse(document $1) columns name text path '@name')`, [renderJunit(sampleRun([]))]), 0);
});

test('a failure that was expected is no failure in JUnit XML', tddTestContext, async (t, {connection}) => {
	const expected = renderJunit(sampleRun([sampleFile('a.test.ts', [sampleTest({outcome: 'expected', error: 'Error: a bug'})])]));
	t.is(await connection.fetchValue(`select count(*)::int from xmltable('//failure' passing xmlparse(document $1) columns message text path '@message')`, [expected]), 0);
	t.is(await connection.fetchValue(`select value from xmltable('//testcase/properties/property[@name="expected"]' passing xmlparse(document $1) columns value text path '@value')`, [expected]), 'failure');
});
