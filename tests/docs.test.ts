import {execFile} from 'node:child_process';
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {pathToFileURL} from 'node:url';
import {promisify} from 'node:util';
import test from 'ava';
import {glob} from 'tinyglobby';
import * as ava from '#lib/ava.js';
import * as door from '#lib/index.js';
import {readBlocks, withImports, type DocBlock} from './helpers/doc-blocks.ts';
import {runCli} from './helpers/project.ts';
import {makeProject, outcomes, type Project} from './helpers/run-ava.ts';

const root = path.dirname(import.meta.dirname);
const pages = (await glob('docs/*.md', {cwd: root})).toSorted();
// The API's reference is written by a script, out of what compiles.
const blocks = pages.filter(page => page !== 'docs/api.md').flatMap(page => readBlocks(pathToFileURL(`${root}/`), page));
const isConfig = ({file = ''}: DocBlock): boolean => /^[\w.-]+\.(?:mjs|js|ts)$/.test(file);
const files = blocks.filter(block => block.kind === 'file' && !isConfig(block));
const configs = blocks.filter(block => isConfig(block));
const parts = blocks.filter(({kind}) => kind === 'types only');

/** Where a page's code finds what it does not import itself. */
const names = new Map([
	['test', 'ava'], ['pg', 'pg'], ['sql', 'kysely'],
	...Object.keys(door).map(name => [name, 'dataflow-tdd'] as const),
	...Object.keys(ava).filter(name => name !== 'default').map(name => [name, 'dataflow-tdd/ava'] as const),
	...['storeUser', 'createUser', 'placeOrder', 'ordersOf', 'checkout', 'OrderHistory', 'report'].map(name => [name, '../src/app.ts'] as const),
	['DB', '../tests/tdd-env.js'],
]);
const partNames = new Map([...names, ...['pool', 'Account', 'PrismaClient'].map(name => [name, '../src/parts.ts'] as const), ['spawn', 'node:child_process'], ['withTdd', 'dataflow-tdd/ava/config']]);

// What the pages show does not depend on the kind of server; embedded ones have nothing to build images of.
const env = {DATAFLOW_TDD_SERVER: 'embedded', DATAFLOW_TDD_WORKERS: '2', DATAFLOW_TDD_LINGER_MS: '2000'};

let project: Project;

/** One project of what all pages show, so that AVA and the compiler start once. */
test.before(async t => {
	t.timeout(120_000);
	project = await makeProject('docs');
	const write = async (file: string, code: string): Promise<void> => {
		await mkdir(path.dirname(path.join(project.folder, file)), {recursive: true});
		await writeFile(path.join(project.folder, file), code);
	};

	await Promise.all([
		...files.map(async ({file, code}) => write(file!, file!.endsWith('.ts') ? withImports(code, names) : code)),
		...parts.filter(({language}) => language === 'ts').map(async ({place, code}) => write(`parts/${place.replaceAll(/\W/g, '-')}.ts`, `${withImports(code, partNames)}\nexport {};\n`)),
		...configs.map(async ({place, file, code}) => write(`configs/${place.replaceAll(/\W/g, '-')}-${file}`, withImports(code, partNames))),
	]);
});

test.after.always(async () => {
	await project.remove();
});

test('a block of code in docs/ is a file, a part that compiles, or says why it does not run', t => {
	t.true(blocks.length > 30);
	t.deepEqual(blocks.filter(({kind}) => kind === 'unknown').map(({place}) => `${place}: begin it with // path/of/the.file, or put <!-- file: path -->, <!-- types only: reason --> or <!-- not run: reason --> in front of it`), []);
});

test('every page of docs/ is in its index', async t => {
	const index = await readFile(path.join(root, 'docs/README.md'), 'utf8');
	t.deepEqual(pages.filter(page => page !== 'docs/README.md' && !index.includes(`](${path.basename(page)}`)), []);
});

test('no two pages show different files of one name', t => {
	const twice = Object.values(Object.groupBy(files, ({file}) => file!)).filter(group => new Set(group!.map(({code}) => code)).size > 1);
	t.deepEqual(twice.map(group => group!.map(({place}) => place)), []);
});

test('the files in docs/ run, and all of docs/ compiles', async t => {
	t.timeout(120_000);
	const run = await project.run({args: ['--tap'], env});
	const results = outcomes(run);
	t.is(run.exitCode, 0, run.output);
	const written = files.flatMap(({code}) => [...code.matchAll(/^(test(?:\.\w+)?|bothApproaches)\(/gm)]).map(([, name]) => name === 'bothApproaches' ? 2 : 1);
	t.is(Object.keys(results).length, written.reduce<number>((sum, count) => sum + count, 0));
	t.true(Object.values(results).every(Boolean), run.output);

	const types = await runCli(project.folder, ['types'], env);
	t.is(types.status, 0, types.stderr);
	const compiler = path.join(root, 'node_modules/typescript/bin/tsc');
	const compiled = await promisify(execFile)(process.execPath, [compiler, '-p', '.'], {cwd: project.folder}).catch((error: Error & {stdout: string}) => error);
	t.is(compiled.stdout, '');
});

test('the configurations in docs/ are accepted', async t => {
	const script = `
		for (const file of ${JSON.stringify(configs.map(({place, file}) => `./configs/${place.replaceAll(/\W/g, '-')}-${file}`))}) {
			const {default: config} = await import(file).catch(error => { throw new Error(file, {cause: error}); });
			if (typeof config === 'function') await config({projectDir: process.cwd()});
		}
		console.log('all of them');`;
	await writeFile(path.join(project.folder, 'load.mjs'), script);
	const {stdout} = await promisify(execFile)(process.execPath, ['load.mjs'], {cwd: project.folder});
	t.is(stdout, 'all of them\n');
});
