import {createHash} from 'node:crypto';
import test from 'ava';
import type {RunRecord} from '#lib/monitor/records.js';
import type {PageData} from '#lib/report/page/data.js';
import {renderPage} from '#lib/report/page/page.js';
import {sampleFile, sampleRun, sampleStart, sampleTest} from './sample-run.ts';

const use = {count: 2, totalMs: 4, maxMs: 3, rows: 2, errors: 0};

/** What is embedded in the page of a run. */
async function dataOf(run: RunRecord): Promise<PageData> {
	const [, json] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(await renderPage(run))!;
	return JSON.parse(json!) as PageData;
}

test('uses of statements with one fingerprint become one, across files and inside of a test', async t => {
	const {statements, tests} = await dataOf(sampleRun([
		sampleFile('a.test.ts', [sampleTest({statements: [{statement: 0, ...use}, {statement: 1, ...use, maxMs: 5}]})], {
			statements: [{text: 'select * from users where id in ($1, $2)', tables: ['users']}, {text: 'select * from users where id in ($1)', tables: ['users']}],
		}),
		sampleFile('b.test.ts', [sampleTest({statements: [{statement: 1, ...use}, {statement: 0, ...use}]})], {statements: [{text: 'select 1'}, {text: 'SELECT *  FROM users WHERE id IN ($1)'}]}),
	]));
	t.is(statements.length, 2);
	t.deepEqual(tests[0]!.statements, [{statement: 0, count: 4, totalMs: 8, maxMs: 5, rows: 4, errors: 0}]);
	t.deepEqual(tests[1]!.statements.map(({statement, count}) => [statements[statement]!.tables.join(''), count]), [['users', 2], ['', 2]]);
});

test('times count from the start of the run, in thousandths of a millisecond', async t => {
	const {tests, files, timeline} = await dataOf(sampleRun(
		[sampleFile('a.test.ts', [sampleTest({startedAt: sampleStart + 12.34567})], {startedAt: sampleStart + 5, endedAt: sampleStart + 905})],
		{timeline: [{kind: 'server', startedAt: sampleStart + 1, slot: 0}]},
	));
	t.is(tests[0]!.startedAt, 12.346);
	t.like(files[0], {startedAt: 5, endedAt: 905, cache: {hits: 1, misses: 0, savedMs: 1500}});
	t.like(timeline[0], {startedAt: 1, endedAt: 3420}, 'what did not end lasts as long as the run');
});

test('tests stand in the order in which they began, each with its file', async t => {
	const {tests, files} = await dataOf(sampleRun([
		sampleFile('a.test.ts', [sampleTest({title: 'second', startedAt: sampleStart + 20})]),
		sampleFile('b.test.ts', [sampleTest({title: 'first', startedAt: sampleStart + 10})]),
	]));
	t.deepEqual(tests.map(({index, title, file}) => [index, title, files[file]!.file]), [[0, 'first', 'b.test.ts'], [1, 'second', 'a.test.ts']]);
});

test('the policy names the script and the style that the page holds, and nothing else', async t => {
	const html = await renderPage(sampleRun([]));
	const digest = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
	const [, policy] = /Content-Security-Policy" content="([^"]*)"/.exec(html)!;
	const [, script] = /<script>(.*?)<\/script>/s.exec(html)!;
	const [, style] = /<style>(.*?)<\/style>/s.exec(html)!;
	t.is(policy, `default-src 'none'; script-src ${digest(script!)}; style-src ${digest(style!)}; img-src data:; base-uri 'none'; form-action 'none'`);
	t.regex(script!, /Copyright \(c\) [\d-]+ Chart\.js Contributors/);
});
