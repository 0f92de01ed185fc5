import {readdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {updateHistory} from '#lib/history/history-file.js';
import {withRun} from '#lib/history/history.js';
import type {PageData} from '#lib/report/page/data.js';
import {writeReports} from '#lib/report/reports.js';
import {folderFor} from '../helpers/folder.ts';
import {runModule} from '../helpers/project.ts';
import {sampleFile, sampleRun, sampleTest} from './sample-run.ts';

const run = sampleRun([sampleFile('tests/a.test.ts', [sampleTest()])]);

async function historyOfPage(t: ExecutionContext, projectDir: string, historyFile: string): Promise<PageData['history']> {
	const {problems} = await writeReports(run, {projectDir, report: ['html'], historyFile});
	t.deepEqual(problems, []);
	const html = await readFile(path.join(projectDir, 'test-results/report.html'), 'utf8');
	const [, json] = /id="data">(.*?)<\/script>/s.exec(html)!;
	return (JSON.parse(json!) as PageData).history;
}

test('the page shows the history of the machine class that the run was on', async t => {
	const projectDir = await folderFor(t);
	const historyFile = path.join(projectDir, 'history.json');
	const baseline = {at: '', version: '1.0.0', counters: {tests: {}, texts: []}, timings: {tests: {}, measures: {}, calibrationMs: []}};
	for (const [suite, machine] of [[100, run.machine], [900, {...run.machine, cores: 64}], [110, run.machine]] as const) {
		await updateHistory(historyFile, history => withRun(history, machine, {run: {at: '2026-11-23T10:00:00.000Z', version: '1.0.0', samples: 10, metrics: {suite}}, baseline}));
	}

	const [trend, ...others] = await historyOfPage(t, projectDir, historyFile);
	t.deepEqual(others, []);
	t.deepEqual(trend!.points.map(({value}) => value), [100, 110]);
	t.deepEqual(trend!.band, {low: 83.333, high: 120});
});

test('the page is written without a trend where there is no history, or one of a newer release', async t => {
	const projectDir = await folderFor(t);
	const historyFile = path.join(projectDir, 'history.json');
	t.deepEqual(await historyOfPage(t, projectDir, historyFile), []);
	await writeFile(historyFile, '{"format": 999}');
	t.deepEqual(await historyOfPage(t, projectDir, historyFile), []);
});

test('a history that is damaged, as in a merge, is left as it is, neither moved nor locked, and the missing trend is told of in one line', async t => {
	const projectDir = await folderFor(t);
	const historyFile = path.join(projectDir, 'history.json');
	const text = '<<<<<<< ours\n{"format": 1}\n=======\n{"format": 1}\n>>>>>>> theirs\n';
	await writeFile(historyFile, text);
	// Who would lock it would wait for ten seconds, and fail.
	await writeFile(`${historyFile}.lock`, '');
	const {status, stderr} = await runModule(`
		import {writeReports} from '#lib/report/reports.js';
		const {problems} = await writeReports(${JSON.stringify(run)}, ${JSON.stringify({projectDir, report: ['html'], historyFile})});
		process.exitCode = problems.length;`);
	t.is(status, 0, stderr);
	t.regex(stderr, /^dataflow-tdd: the page has no trend, because the history .*history\.json cannot be read \(.*\)\n$/s);
	t.is(stderr.trimEnd().split('\n').length, 1, stderr);
	t.is(await readFile(historyFile, 'utf8'), text);
	t.deepEqual((await readdir(projectDir)).toSorted(), ['history.json', 'history.json.lock', 'test-results']);
});
