import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {findTestFiles} from '#lib/compliance/files.js';
import {exportedClients} from '#lib/compliance/project-modules.js';
import {folderFor} from '../helpers/folder.ts';

async function project(t: ExecutionContext, files: Readonly<Record<string, string>>): Promise<string> {
	const root = path.join(await folderFor(t), 'shop');
	for (const [file, text] of Object.entries(files)) {
		await mkdir(path.dirname(path.join(root, file)), {recursive: true});
		await writeFile(path.join(root, file), text);
	}

	return root;
}

const found = async (root: string, paths: readonly string[], ignore: readonly string[] = []): Promise<string[]> =>
	(await findTestFiles(paths, {cwd: root, ignore})).map(file => path.relative(root, file).split(path.sep).join('/'));

test('of a project, files are tests that AVA and other runners take for tests', async t => {
	const tests = ['__tests__/e.tsx', 'src/a.spec.mts', 'src/test-b.js', 'test.js', 'test/c.cjs', 'tests/deep/d.ts', 'x_test.js'];
	const others = [
		'_hidden.test.js', '_private/a.test.js', 'build/a.test.js', 'coverage/a.test.js', 'dist/a.test.js', 'node_modules/a/a.test.js', 'src/a.ts', 'tests/_shared.ts', 'tests/data.json', 'tests/fixtures/f.test.ts',
		'tests/helpers/h.ts', 'tests/types.d.ts',
	];
	const root = await project(t, Object.fromEntries([...tests, ...others].map(file => [file, ''])));
	t.deepEqual(await found(root, ['.']), tests.toSorted());
	t.deepEqual(await found(root, ['.'], ['src/**', 'test*/**']), ['__tests__/e.tsx', 'test.js', 'x_test.js']);
});

test('of a folder in tests, all files are tests, but for its helpers and fixtures', async t => {
	const root = await project(t, Object.fromEntries(['tests/a.ts', 'tests/deep/b.js', 'tests/deep/helpers/c.ts', 'tests/deep/fixtures/d.ts'].map(file => [file, ''])));
	t.deepEqual(await found(root, ['tests']), ['tests/a.ts', 'tests/deep/b.js']);
	t.deepEqual(await found(root, ['tests/deep']), ['tests/deep/b.js']);
});

test('a file that is named twice is looked at once, and one that is named is looked at wherever it lies', async t => {
	const root = await project(t, {'tests/b.ts': '', 'tests/a.ts': '', 'build/c.js': ''});
	t.deepEqual(await found(root, ['tests/b.ts', 'tests', 'build/c.js'], ['build/**']), ['build/c.js', 'tests/a.ts', 'tests/b.ts']);
});

test('a module\'s clients are those that it makes on PostgreSQL for certain, by the names that it exports', async t => {
	const root = await project(t, {
		'src/default.ts': 'import pg from \'pg\';\nexport default new pg.Pool();\n',
		'src/folder/index.ts': 'import {Pool} from \'pg\';\nconst own = new Pool();\nexport const one = own, two = new Pool({host: \'db\'});\n',
		'src/given.ts': 'import pg from \'pg\';\nimport {start} from \'./start.js\';\nexport const pool = new pg.Pool(start());\n',
		'src/sqlite.ts': 'import {Kysely, SqliteDialect} from \'kysely\';\nexport const db = new Kysely({dialect: new SqliteDialect({database})});\n',
		'src/broken.ts': 'import pg from \'pg\';\nexport const pool = new pg.Pool();\nexport const = 1;\n',
		'src/named.ts/readme.md': 'pg',
	});
	const names = (source: string): string[] => [...exportedClients(source, path.join(root, 'tests/a.test.ts')).keys()];
	t.deepEqual(names('../src/default.js'), ['default']);
	t.deepEqual(names('../src/folder'), ['one', 'two']);
	for (const source of ['../src/given', '../src/sqlite.js', '../src/broken.ts', '../src/named', '../src/no-such-module', 'pg']) {
		t.deepEqual(names(source), [], source);
	}
});
