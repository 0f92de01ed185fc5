import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {TemplateError} from '#lib/errors.js';
import {expandInputs, expandSources} from '#lib/template/sources.js';
import {withFolder} from '../helpers/folder.ts';

/** Makes empty files, and gives the files of a source as they are applied, relative to the folder. */
async function ordered(folder: string, files: readonly string[], source = ''): Promise<string[]> {
	await Promise.all(files.map(async file => {
		await mkdir(path.dirname(path.join(folder, file)), {recursive: true});
		await writeFile(path.join(folder, file), '');
	}));
	const steps = await expandSources([path.join(folder, source)]);
	return steps.map(step => step.kind === 'command' ? step.command : path.relative(folder, step.file).split(path.sep).join('/'));
}

test('files are applied in path order, folder by folder', async t => {
	await withFolder(async folder => {
		const expected = ['001_a.sql', '002/up.sql', '002_b.sql', 'a/z.sql', 'a-b/a.sql', 'ab/a.sql', 'ab/b/c/d.sql', 'b.sql'];
		t.deepEqual(await ordered(folder, expected.toReversed()), expected);
	});
});

test('a folder is read before another one whose name begins with its name', async t => {
	await withFolder(async folder => {
		t.deepEqual(await ordered(folder, ['a.b/1.sql', 'a/2.sql', 'a b/3.sql']), ['a/2.sql', 'a b/3.sql', 'a.b/1.sql']);
	});
});

test('what reverts, what helps and what is no schema is left out', async t => {
	await withFolder(async folder => {
		const files = [
			'1.up.sql', '1.down.sql', '_helper.sql', '_helper.ts', '_shared/a.sql', 'types.d.ts', 'types.d.mts', 'README.md', 'data.csv', 'schema.prisma',
			'node_modules/x/a.sql', '2.ts', '3.js', '4.mjs', '5.mts', 'sub/6.sql', 'sub/6.down.sql', 'sub/_6.sql',
		];
		t.deepEqual(await ordered(folder, files), ['1.up.sql', '2.ts', '3.js', '4.mjs', '5.mts', 'sub/6.sql']);
	});
});

test('names may hold what patterns give a meaning to', async t => {
	await withFolder(async folder => {
		const files = ['db (1) [x]/{a,b}/1 [2].sql', 'db (1) [x]/!c.sql', 'db (1) [x]/d*.sql'];
		t.deepEqual(await ordered(folder, files, 'db (1) [x]'), ['db (1) [x]/!c.sql', 'db (1) [x]/d*.sql', 'db (1) [x]/{a,b}/1 [2].sql']);
	});
});

test('hundreds of nested files keep their order', async t => {
	await withFolder(async folder => {
		const expected = Array.from({length: 400}, (_, index) => {
			const number = String(index).padStart(4, '0');
			return `${number.slice(0, 2)}/${number.slice(2, 3)}/${number}_step/migration.sql`;
		});
		t.deepEqual(await ordered(folder, expected.toReversed()), expected);
	});
});

test('SQL is told from modules, and commands stay as they are', async t => {
	await withFolder(async folder => {
		await ordered(folder, ['a.sql', 'b.ts']);
		const command = {command: 'migrate', inputs: ['/x']};
		const steps = await expandSources([path.join(folder, 'b.ts'), command, folder]);
		t.deepEqual(steps.map(step => step.kind), ['migration', 'command', 'sql', 'migration']);
		t.like(steps[1], command);
	});
});

test('a source that does not exist is an error that names it', async t => {
	await withFolder(async folder => {
		const missing = path.join(folder, 'migrations');
		const error = await t.throwsAsync<TemplateError>(expandSources([folder, missing]), {instanceOf: TemplateError, code: 'ERR_TEMPLATE_SOURCE'});
		t.true(error?.message.startsWith(`The schema source ${missing} does not exist.`), error?.message);
		t.regex(error?.hint ?? '', /'schemas'/);
	});
});

test('an input of a command that does not exist is an error that names it', async t => {
	await withFolder(async folder => {
		const missing = path.join(folder, 'prisma');
		await t.throwsAsync(expandInputs({inputs: [folder, missing]}), {code: 'ERR_TEMPLATE_SOURCE', message: new RegExp(missing)});
	});
});

test('the inputs of a command are all files below its folders, hidden ones too', async t => {
	await withFolder(async folder => {
		await ordered(folder, ['p/schema.prisma', 'p/.env', 'p/migrations/1/migration.sql', 'p/node_modules/x.js', 'Makefile']);
		const inputs = await expandInputs({inputs: [path.join(folder, 'p'), path.join(folder, 'Makefile')]});
		t.deepEqual(inputs.map(input => path.relative(folder, input)), ['Makefile', 'p/.env', 'p/migrations/1/migration.sql', 'p/schema.prisma']);
	});
});

test('an empty folder is an empty schema', async t => {
	await withFolder(async folder => {
		t.deepEqual(await expandSources([folder]), []);
	});
});
