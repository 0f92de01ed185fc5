import {readFile, readdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {folderFor} from '../helpers/folder.ts';
import {runCli} from '../helpers/project.ts';
import {actionlint, inScripts, parserRemarks, readYaml, shellcheck, unpinned, type Action, type Workflow} from './linters.ts';

const root = path.resolve(import.meta.dirname, '../..');
const read = async (file: string): Promise<string> => readFile(path.join(root, file), 'utf8');
const filesIn = async (folder: string, ending: RegExp): Promise<string[]> => (await readdir(path.join(root, folder))).filter(name => ending.test(name)).map(name => path.join(folder, name));

const workflowFiles = await filesIn('.github/workflows', /\.ya?ml$/);
const actionFile = 'action/action.yml';
const action = readYaml<Action>(await read(actionFile));
const pages = ['README.md', 'action/README.md', ...await filesIn('docs', /\.md$/)];

/** The workflows that documentation shows: each block of YAML that has jobs which run on something. */
const blocks = (await Promise.all(pages.map(async page => {
	const text = await read(page);
	return [...text.matchAll(/^```ya?ml\n(.*?)^```$/gms)].map(([, code], number) => ({page: `${page}, block ${number + 1}`, code: code!}));
}))).flat();
const shown = blocks.filter(({code}) => /^jobs:/m.test(code) && code.includes('runs-on:'));

for (const file of workflowFiles) {
	test(`actionlint and GitHub's parser find nothing in ${file}`, async t => {
		const text = await read(file);
		t.deepEqual(await actionlint(text), []);
		t.deepEqual(await parserRemarks('parseWorkflow', text), []);
	});

	test(`${file} runs what it has pinned, with the least rights, and without words of others in scripts`, async t => {
		const text = await read(file);
		const {permissions, jobs} = readYaml<Workflow>(text);
		t.deepEqual(unpinned(text), []);
		t.deepEqual(permissions, {contents: 'read'});
		for (const [name, job] of Object.entries(jobs)) {
			const steps = job.steps ?? [];
			t.true(job.uses !== undefined || job['timeout-minutes'] !== undefined, `${name} ends at some time`);
			t.deepEqual(inScripts(steps), [], name);
			t.true(steps.filter(({uses}) => uses?.startsWith('actions/checkout@')).every(step => String(step.with?.['persist-credentials']) === 'false'), `${name} keeps no token in the folder`);
			t.deepEqual(Object.keys(job.permissions ?? {}).toSorted(), name === 'publish' ? ['attestations', 'contents', 'id-token'] : []);
		}

		t.notRegex(text, /secrets\./);
	});

	test(`what ${file} gives to the action is what the action takes`, async t => {
		const {jobs} = readYaml<Workflow>(await read(file));
		const given = Object.values(jobs).flatMap(({steps}) => steps ?? []).filter(({uses}) => uses === './action').flatMap(step => Object.keys(step.with ?? {}));
		t.deepEqual(given.filter(name => !(name in action.inputs)), []);
	});
}

test('the workflows that documentation shows are workflows, and give the action what it takes', async t => {
	t.true(shown.length >= 3, `${shown.length} found`);
	for (const {page, code} of shown) {
		t.deepEqual(await actionlint(code), [], page);
		t.deepEqual(await parserRemarks('parseWorkflow', code), [], page);
		const steps = Object.values(readYaml<Workflow>(code).jobs).flatMap(job => job.steps ?? []);
		const given = steps.filter(({uses}) => uses?.includes('/action@')).flatMap(step => Object.keys(step.with ?? {}));
		t.deepEqual(given.filter(name => !(name in action.inputs)), [], page);
	}
});

test('the workflow that init writes is one, and what it runs is pinned', async t => {
	const folder = await folderFor(t);
	await writeFile(path.join(folder, 'package.json'), '{"type": "module"}');
	t.is((await runCli(folder, ['init', '--no-types'])).status, 0);
	const text = await readFile(path.join(folder, '.github/workflows/tests.yml'), 'utf8');
	t.deepEqual(await actionlint(text), []);
	t.deepEqual(await parserRemarks('parseWorkflow', text), []);
	t.deepEqual(unpinned(text), []);
});

test('every block of YAML that documentation shows can be read', t => {
	for (const {page, code} of blocks) {
		t.notThrows(() => readYaml(code), page);
	}
});

test('the action is one for GitHub\'s parser, pinned, and without inputs in scripts', async t => {
	const text = await read(actionFile);
	t.deepEqual(await parserRemarks('parseAction', text), []);
	t.deepEqual(unpinned(text), []);
	t.deepEqual(inScripts(action.runs.steps), []);
	t.true(action.runs.steps.every(({run, shell}) => run === undefined || shell === 'bash'), 'a step of an action says its shell');
});

test('the action uses the inputs that it declares, and the outputs of steps that it has', async t => {
	const text = await read(actionFile);
	const used = new Set([...text.matchAll(/\binputs\.([\w-]+)/g)].map(([, name]) => name!));
	t.deepEqual([...used].toSorted(), Object.keys(action.inputs).toSorted());
	const scripts = new Map(await Promise.all(action.runs.steps.filter(({id}) => id).map(async ({id, run}) => {
		const [, script] = /scripts\/(\w+\.sh)/.exec(run ?? '') ?? [];
		return [id!, script === undefined ? '' : await read(`action/scripts/${script}`)] as const;
	})));
	for (const [, step, output] of text.matchAll(/steps\.([\w-]+)\.outputs\.([\w-]+)/g)) {
		t.regex(scripts.get(step!) ?? '', new RegExp(`output ${output} `), `${step} writes ${output}`);
	}
});

test('the README of the action lists each input and output, and no other', async t => {
	const rows = [...(await read('action/README.md')).matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name!);
	t.deepEqual(rows.toSorted(), [...Object.keys(action.inputs), ...Object.keys(action.outputs)].toSorted());
});

test('shellcheck finds nothing in the scripts of the action and of CI', async t => {
	for (const file of [...await filesIn('action/scripts', /\.sh$/), '.ci/run', '.ci/images/build.sh']) {
		const found = shellcheck(path.join(root, file));
		if (found === undefined) {
			t.log('shellcheck is not installed: Debian\'s package of that name');
			t.pass();
			return;
		}

		t.is(found, '', file);
	}
});

test('a planted fault is found by each of these rules', async t => {
	const workflow = (steps: string): string => `on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n${steps}\n`;
	t.regex((await actionlint(workflow('      - run: echo ${{ github.event.pull_request.title }}'))).join('\n'), /potentially untrusted/);
	t.regex((await parserRemarks('parseWorkflow', workflow('      - runs: true'))).join('\n'), /Unexpected value 'runs'/);
	t.regex((await parserRemarks('parseAction', 'name: a\ndescription: b\nruns:\n  using: composite\n  steps:\n    - run: true\n')).join('\n'), /shell/);
	t.is(unpinned('      - uses: actions/checkout@v7\n      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1').length, 2);
	t.is(inScripts([{run: 'echo ${{ inputs.command }}'}]).length, 1);
});
