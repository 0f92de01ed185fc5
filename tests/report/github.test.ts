import {mkdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {PassThrough} from 'node:stream';
import {pathToFileURL} from 'node:url';
import test from 'ava';
import {annotationsOf, renderAnnotations} from '#lib/report/github/annotations.js';
import {reportToGithub} from '#lib/report/github/github.js';
import {escapeMarkdown, renderMarkdown} from '#lib/report/github/markdown.js';
import type {RunRecord, TestRecord, TestWarning} from '#lib/monitor/records.js';
import {folderFor} from '../helpers/folder.ts';
import {sampleFile, sampleRun, sampleTest} from './sample-run.ts';

const failing = (title: string) => sampleTest({title, outcome: 'failed', error: 'Error: 50 %\nof it'});
const commands = (run: RunRecord, workspace = '/project'): string[] => renderAnnotations(annotationsOf(run), workspace);

test('a failed test is an error, and a warning of a budget a warning', t => {
	const run = sampleRun([sampleFile('tests/a.test.ts', [failing('one, two: 100%'), sampleTest({title: 'slow', warnings: [{kind: 'budget', message: 'took 412 ms'}]})])]);
	t.deepEqual(commands(run), [
		'::error file=tests/a.test.ts,title=one%2C two%3A 100%25::Error: 50 %25%0Aof it (10 ms)',
		'::warning file=tests/a.test.ts,title=budget%3A slow::took 412 ms',
	]);
	t.deepEqual(commands(run, '/'), commands({...run, projectDir: '/project/sub'}, '/').map(line => line.replace('/sub/', '/')), 'paths are those of the repository');
	t.regex(commands({...run, projectDir: '/project/sub'})[0]!, /file=sub\/tests\/a\.test\.ts,/);
});

test('a remark is at the line of its test, where its title is there once', async t => {
	const projectDir = await folderFor(t);
	await mkdir(path.join(projectDir, 'tests'));
	await writeFile(path.join(projectDir, 'tests/a.test.ts'), `import test from 'ava';\n\ntest('it\\'s here', () => {});\ntest("twice", () => {});\ntest("twice", () => {});\ntest('here too', () => {});\n`);
	const run = sampleRun([sampleFile('tests/a.test.ts', ['it\'s here', 'twice', 'here', 'here too'].map(title => failing(title)))], {projectDir});
	t.deepEqual(annotationsOf(run).map(({title, line}) => [title, line]), [['it\'s here', 3], ['twice', undefined], ['here', undefined], ['here too', 6]]);
});

test('a failure that was expected is no error', async t => {
	const projectDir = await folderFor(t);
	await writeFile(path.join(projectDir, 'a.test.ts'), `test.failing('a bug', () => {});\ntest.serial.failing('more', () => {});\ngroup('no.failing', 'failing. not', () => {});\n`);
	const files = [sampleFile('a.test.ts', ['a bug', 'more', 'failing. not'].map(title => failing(title)))];
	t.deepEqual(annotationsOf(sampleRun(files, {projectDir})).map(({title}) => title), ['failing. not']);
	t.true(renderMarkdown(sampleRun(files, {projectDir})).startsWith('### ❌ 3 tests in 3.42 s: 1 failed, 2 failed as expected\n'));
});

test('a repeated statement is at the line that sends it', t => {
	const file = path.join('/project', 'lib/orders.ts');
	const of = (stack: string) => {
		const repeated = sampleTest({title: 'lists', repeated: [{statement: 0, count: 14, stack}], warnings: [{kind: 'repeated', message: 'said by the other'}]});
		return commands(sampleRun([sampleFile('tests/a.test.ts', [repeated], {statements: [{text: 'select 1'}]})]));
	};

	const expected = ['::warning file=lib/orders.ts,line=12,title=N+1%3A lists::Sent 14 times from here: select 1'];
	t.deepEqual(of(`    at async list (${pathToFileURL(file).href}:12:3)\n    at x (/project/other.ts:1:1)`), expected);
	t.deepEqual(of(`    at ${file}:12:3`), expected);
	t.deepEqual(of(''), ['::warning file=tests/a.test.ts,title=N+1%3A lists::Sent 14 times from here: select 1']);
});

test('what is exact comes first, then what is furthest over, whatever file it is in', t => {
	const warned = (title: string, kind: TestWarning['kind'], given: Partial<TestRecord> = {}) => sampleTest({title, warnings: [{kind, message: kind}], ...given});
	const late = Array.from({length: 12}, (_, index) => warned(`late ${index}`, 'budget', {durationMs: 200 + index}));
	const other = ['fallback', 'slow', 'threshold', 'memory'] as const;
	const repeated = (count: number) => sampleTest({title: `repeats ${count}`, repeated: [{statement: 0, count, stack: ''}], warnings: [{kind: 'repeated', message: ''}]});
	const lines = annotationsOf(sampleRun([
		sampleFile('a.test.ts', late), sampleFile('b.test.ts', other.map(kind => warned('one', kind))), sampleFile('c.test.ts', [repeated(3), repeated(14), failing('broken')], {statements: [{text: 'select 1'}]}),
	]));
	t.deepEqual(lines.slice(0, 8).map(({title}) => title), ['broken', 'N+1: repeats 14', 'N+1: repeats 3', 'memory: one', 'threshold: one', 'slow: one', 'budget: late 11', 'budget: late 10']);
	t.is(lines.at(-1)!.title, 'fallback: one');
});

test('a message that announces a list has the first of it', t => {
	const of = (message: string) => commands(sampleRun([sampleFile('a.test.ts', [sampleTest({warnings: [{kind: 'memory', message}]})])]));
	t.deepEqual(of('This test left 12 MB:\n  heap +12 MB\n  rows came from select 1\n  more'), ['::warning file=a.test.ts,title=memory%3A a test::This test left 12 MB: heap +12 MB; rows came from select 1']);
	t.deepEqual(of('What was preferred failed\nat all'), ['::warning file=a.test.ts,title=memory%3A a test::What was preferred failed']);
});

test('no more annotations are given than GitHub shows, and the last one tells of the others', t => {
	const of = (count: number) => commands(sampleRun([sampleFile('a.test.ts', Array.from({length: count}, (_, index) => failing(`test ${index}`)))]));
	t.is(of(10).length, 10);
	t.regex(of(10)[9]!, /title=test 9::/);
	t.is(of(12).length, 10);
	t.is(of(12)[9], '::error::3 more of these are in the report of the run');
});

/** Cells of a table's row, by what separates them. */
const cells = (line: string): string[] => line.split(/(?<!\\)\|/).slice(1, -1);

test('the summary of a job is Markdown whose tables keep their columns, whatever titles hold', t => {
	const title = 'a | b `c` <b>d</b> *e* [f](g) \\| #h @i\nnext $x$ ~~y~~';
	const markdown = renderMarkdown(sampleRun([sampleFile('tests/a|b.test.ts', [
		{...failing(title), durationMs: 300, warnings: [{kind: 'threshold', message: '\'a|b\' took 9 ms'}]}, sampleTest({title, repeated: [{statement: 0, count: 3, stack: ''}], plans: [{statement: 0, tookMs: 70, plan: {}, isAnalyzed: true}]}),
	], {statements: [{text: 'select a || b\nfrom c'}]})]));
	t.true(markdown.startsWith('### ❌ 2 tests in 3.42 s: 1 passed, 1 failed\n'));
	t.deepEqual([...markdown.matchAll(/^#### (.*)$/gm)].map(([, heading]) => heading), ['Failed', 'Slowest', 'Over budget', 'Over a threshold', 'The same statement again and again (N+1)', 'Slow statements']);
	const tables = markdown.trim().split('\n\n').filter(part => part.startsWith('|')).map(part => part.split('\n'));
	t.is(tables.length, 7);
	for (const [head, ...rows] of tables) {
		for (const row of rows) {
			t.is(cells(row).length, cells(head!).length, row);
		}
	}

	t.true(markdown.includes(String.raw`| 70 ms | select a \|\| b from c | tests/a\|b.test.ts | a \| b \`c\` \<b\>d\</b\> \*e\* \[f\]\(g\) \\\| \#h \@i next \$x\$ \~\~y\~\~ |`), markdown);
});

test('the summary of a job stays short, however much there is to say', t => {
	const many = Array.from({length: 5000}, (_, index) => failing(`${'long '.repeat(200)}${index}`));
	const markdown = renderMarkdown(sampleRun([sampleFile('a.test.ts', many)]));
	t.true(Buffer.byteLength(markdown) < 10_000);
	t.true(markdown.includes('… and 4,990 more'));
	t.is(escapeMarkdown('x'.repeat(500)).length, 160);
});

test('in Actions, annotations go where the runner reads them, and the summary to the file that it names', async t => {
	const folder = await folderFor(t);
	const summary = path.join(folder, 'summary.md');
	await writeFile(summary, 'before\n');
	const stream = new PassThrough().setEncoding('utf8');
	const run = sampleRun([sampleFile('tests/a.test.ts', [failing('\u001B[31mred\u001B[39m')])]);
	await reportToGithub(run, stream, {GITHUB_STEP_SUMMARY: summary, GITHUB_WORKSPACE: '/project'});
	t.is(stream.read(), '::error file=tests/a.test.ts,title=red::Error: 50 %25%0Aof it (10 ms)\n');
	t.is(await readFile(summary, 'utf8'), `before\n${renderMarkdown(run)}`);
	await t.throwsAsync(reportToGithub(run, stream, {GITHUB_STEP_SUMMARY: folder, GITHUB_WORKSPACE: undefined}), {code: 'ERR_REPORT_WRITE'});
});

test('a run in which nothing was measured has nothing to say in Actions', async t => {
	const stream = new PassThrough().setEncoding('utf8');
	await reportToGithub(sampleRun([]), stream, {GITHUB_STEP_SUMMARY: path.join(await folderFor(t), 'not', 'there'), GITHUB_WORKSPACE: undefined});
	t.is(stream.read(), null);
});
