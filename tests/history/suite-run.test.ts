import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {runSuite} from '#lib/history/suite-run.js';
import {folderFor} from '../helpers/folder.ts';

test.serial('a run that is measured does not know of the job that it runs in, but that it is CI', async t => {
	const projectDir = await folderFor(t);
	const ava = path.join(projectDir, 'node_modules', 'ava');
	await mkdir(ava, {recursive: true});
	await writeFile(path.join(ava, 'package.json'), '{"name": "ava", "main": "index.js"}');
	await writeFile(path.join(ava, 'index.js'), '');
	await writeFile(path.join(ava, 'cli.js'), `for (const name of ['GITHUB_ACTIONS', 'GITHUB_STEP_SUMMARY', 'CI', 'DATAFLOW_TDD_REPORT', 'MORE']) console.log(name + '=' + process.env[name]);`);
	const before = {...process.env};
	Object.assign(process.env, {GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: '/a/file', CI: 'true'});
	t.teardown(() => {
		for (const name of ['GITHUB_ACTIONS', 'GITHUB_STEP_SUMMARY', 'CI']) {
			if (before[name] === undefined) {
				delete process.env[name];
			} else {
				process.env[name] = before[name];
			}
		}
	});
	const {output} = await runSuite({projectDir, args: [], env: {MORE: '1'}, signal: new AbortController().signal});
	t.deepEqual(output.trim().split('\n'), ['GITHUB_ACTIONS=undefined', 'GITHUB_STEP_SUMMARY=undefined', 'CI=true', 'DATAFLOW_TDD_REPORT=none', 'MORE=1']);
});
