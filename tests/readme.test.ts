import {execFile} from 'node:child_process';
import {existsSync} from 'node:fs';
import {mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {promisify} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import {outcomes, withProject, type Project} from './helpers/run-ava.ts';

const root = path.dirname(import.meta.dirname);
const readme = await readFile(path.join(root, 'README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```(ts|js|sql)\n(.*?)^```$/gms)].map(([, language, code]) => ({language, code: code!}));
/** A block that begins with the name of a file is that file. */
const files = blocks.flatMap(({code}) => {
	const [, file] = /^(?:\/\/|--) ((?:[\w-]+\/)*[\w.-]+\.(?:ts|mjs|sql))\n/.exec(code) ?? [];
	return file === undefined ? [] : [{file, code}];
});

/** A project of nothing but what the README shows. */
async function readmeProject(t: ExecutionContext): Promise<Project> {
	const project = await withProject(t, 'readme');
	await rm(path.join(project.folder, 'schemas'), {recursive: true});
	for (const {file, code} of files) {
		await mkdir(path.join(project.folder, path.dirname(file)), {recursive: true});
		await writeFile(path.join(project.folder, file), code);
	}

	return project;
}

test('the schema, the tests and the seed packs in the README run', async t => {
	const project = await readmeProject(t);
	const run = await project.run({args: ['--tap']});
	const results = outcomes(run);
	t.is(run.exitCode, 0, run.output);
	t.is(Object.keys(results).length, [...readme.matchAll(/^test\('/gm)].length);
	t.true(Object.values(results).every(Boolean));
});

test('the use without AVA in the README runs', async t => {
	const project = await readmeProject(t);
	const {code} = blocks.find(block => block.code.includes('createHarness'))!;
	const file = path.join(project.folder, 'without-ava.ts');
	await writeFile(file, code);
	const env = {...process.env, DATAFLOW_TDD_SESSION: undefined, DATAFLOW_TDD_LINGER_MS: '1000'};
	const {stdout} = await promisify(execFile)(process.execPath, [file], {cwd: project.folder, env});
	t.is(stdout.trim(), '1');
});

test('every file of the README that lies in the repository is there', t => {
	const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target]) => target!);
	t.true(links.length > 0);
	t.deepEqual(links.filter(target => !existsSync(path.join(root, target))), []);
});

test('the README lists every option and no other', async t => {
	const source = await readFile(path.join(root, 'lib/config/options.ts'), 'utf8');
	const [, options] = /interface HarnessOptions \{(.*?)\n\}/s.exec(source)!;
	const known = [...options!.matchAll(/readonly (\w+)\?:/g)].map(([, name]) => name!);
	const [, table] = /## Options(.*?)## /s.exec(readme.replace(/^Without AVA:.*/ms, '## ')) ?? [];
	const listed = [...table!.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name!);
	t.deepEqual(listed.toSorted(), known.toSorted());
});
