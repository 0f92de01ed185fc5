import process from 'node:process';
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {wantedReports, writeReports} from '#lib/report/reports.js';
import {folderFor} from '../helpers/folder.ts';
import {sampleFile, sampleRun, sampleTest} from './sample-run.ts';

const run = sampleRun([sampleFile('tests/a.test.ts', [sampleTest()])]);

test('each report has a file of its own in test-results, unless it is given another', t => {
	const projectDir = path.resolve('/project');
	const of = (...report: string[]) => wantedReports({projectDir, report, historyFile: ''}).map(({kind, file}) => [kind, path.relative(projectDir, file)]);
	t.deepEqual(of('summary', 'json', 'junit', 'trace', 'html'), [
		['json', 'test-results/run.json'], ['junit', 'test-results/junit.xml'], ['trace', 'test-results/trace.json'], ['html', 'test-results/report.html'],
	]);
	t.deepEqual(of('junit=out/a=b.xml'), [['junit', 'out/a=b.xml']]);
	t.deepEqual(of(), []);
});

test('reports are written into folders that are made for them', async t => {
	const projectDir = await folderFor(t);
	const {written, problems} = await writeReports(run, {projectDir, report: ['json', 'junit=deep/er/junit.xml', 'trace', 'html'], historyFile: ''});
	t.deepEqual(problems, []);
	t.deepEqual(written.map(({kind}) => kind), ['json', 'junit', 'trace', 'html']);
	for (const {file} of written) {
		t.true((await readFile(file, 'utf8')).length > 100, file);
	}
});

test('a report that cannot be written is told by its code, and the others are written all the same', async t => {
	const projectDir = await folderFor(t);
	await writeFile(path.join(projectDir, 'file'), '');
	const {written, problems} = await writeReports(run, {projectDir, report: ['junit=file/junit.xml', 'json'], historyFile: ''});
	t.is(problems.length, 1);
	t.regex(problems[0]!, /^ERR_REPORT_WRITE: The report .*file\/junit\.xml cannot be written: .*(?:EEXIST|ENOTDIR).* report: 'junit=out\/junit\.xml';/s);
	t.deepEqual(written.map(({kind}) => kind), ['json']);
	t.is(JSON.parse(await readFile(path.join(projectDir, 'test-results/run.json'), 'utf8')).totals.tests, 1);
	await mkdir(path.join(projectDir, 'folder'));
	t.regex((await writeReports(run, {projectDir, report: ['trace=folder'], historyFile: ''})).problems[0]!, /^ERR_REPORT_WRITE: .*EISDIR.* report: 'trace=out\/trace\.json';/s);
});

test('a file system that takes no folders is told, too', async t => {
	if (process.platform !== 'linux') {
		t.log('skipped: there is no /proc here');
		t.pass();
		return;
	}

	const {problems} = await writeReports(run, {projectDir: '/', report: ['json=/proc/none/run.json'], historyFile: ''});
	t.regex(problems[0]!, /^ERR_REPORT_WRITE: The report \/proc\/none\/run\.json cannot be written: .*ENOENT/);
});
