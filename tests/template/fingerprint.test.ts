import {cp, mkdir, rename, rm, utimes, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {SchemaSource} from '#lib/config/options.js';
import {SeedError} from '#lib/errors.js';
import {Fingerprinter} from '#lib/template/fingerprint.js';
import {withFolder} from '../helpers/folder.ts';

const identity = 'embedded 18.4 linux-x64';

/** A project with a schema, a migration, seeds, a module that a seed imports, and a package that the module imports. */
const project: Readonly<Record<string, string>> = {
	'schemas/001.sql': 'create table a (id int);\ncreate table b (id int);\n',
	'schemas/sub/002.sql': 'create table c (id int);\n',
	'schemas/sub/003.ts': 'import {name} from "../../shared/names.ts";\nexport async function up() { return name; }\n',
	'seeds/index.ts': 'import {rows} from "../shared/rows.ts";\nexport const pack = rows;\n',
	'seeds/more.sql': 'insert into a values (1);\n',
	'shared/names.ts': 'export const name = "n";\n',
	'shared/rows.ts': 'import "left-pad";\nimport {deep} from "./deep.ts";\nexport const rows = [deep];\n',
	'shared/deep.ts': 'export const deep: number = 1;\n',
	'node_modules/left-pad/package.json': '{"name": "left-pad", "version": "1.0.0", "main": "index.js"}',
	'node_modules/left-pad/index.js': '',
	'prisma/schema.prisma': 'model A {}\n',
	'extra.txt': 'one\n',
	'unrelated.ts': 'export {};\n',
	'package.json': '{}',
};

interface World {
	readonly folder: string;
	readonly write: (file: string, text: string) => Promise<void>;
	/** The fingerprint as one fingerprinter sees it that has seen all states before, and as a new one sees it: they agree. */
	readonly compute: (changes?: {server?: string; schemas?: readonly SchemaSource[]; fingerprint?: readonly string[]}) => Promise<string>;
}

async function withProject(t: ExecutionContext, use: (world: World) => Promise<void>): Promise<void> {
	await withFolder(async folder => {
		const write = async (file: string, text: string): Promise<void> => {
			await mkdir(path.dirname(path.join(folder, file)), {recursive: true});
			await writeFile(path.join(folder, file), text);
		};

		for (const [file, text] of Object.entries(project)) {
			await write(file, text);
		}

		const kept = new Fingerprinter(inputsOf(folder));
		await use({folder, write, async compute({server = identity, schemas, fingerprint} = {}) {
			const inputs = {...inputsOf(folder), ...(schemas && {schemas}), ...(fingerprint && {fingerprint})};
			const fresh = await new Fingerprinter(inputs).compute(server);
			if (!schemas && !fingerprint) {
				t.is(await kept.compute(server), fresh);
			}

			t.regex(fresh, /^[\da-f]{40}$/);
			return fresh;
		}});
	});
}

const inputsOf = (folder: string) => ({projectDir: folder, schemas: [path.join(folder, 'schemas')], seeds: path.join(folder, 'seeds'), fingerprint: []});

/** What has to change the fingerprint. */
const changes: Readonly<Record<string, (world: World) => Promise<void>>> = {
	'editing a schema file': async ({write}) => write('schemas/sub/002.sql', 'create table c (id int8);\n'),
	'one blank more in a schema file': async ({write}) => write('schemas/sub/002.sql', 'create table c (id int); \n'),
	'adding a schema file': async ({write}) => write('schemas/sub/004.sql', ''),
	'removing a schema file': async ({folder}) => rm(path.join(folder, 'schemas/sub/002.sql')),
	'renaming a schema file': async ({folder}) => rename(path.join(folder, 'schemas/001.sql'), path.join(folder, 'schemas/000.sql')),
	'moving a schema file to another folder': async ({folder}) => rename(path.join(folder, 'schemas/001.sql'), path.join(folder, 'schemas/sub/001.sql')),
	'two files that swap their contents': async ({write}) => {
		await write('schemas/001.sql', project['schemas/sub/002.sql']!);
		await write('schemas/sub/002.sql', project['schemas/001.sql']!);
	},
	'editing a migration': async ({write}) => write('schemas/sub/003.ts', `${project['schemas/sub/003.ts']}// more\n`),
	'changing a module that a migration imports': async ({write}) => write('shared/names.ts', 'export const name = "m";\n'),
	'changing seed code': async ({write}) => write('seeds/index.ts', `${project['seeds/index.ts']}// more\n`),
	'changing a seed pack in SQL': async ({write}) => write('seeds/more.sql', 'insert into a values (2);\n'),
	'adding a seed file': async ({write}) => write('seeds/third.ts', 'export {};\n'),
	'renaming a seed file': async ({folder}) => rename(path.join(folder, 'seeds/more.sql'), path.join(folder, 'seeds/fewer.sql')),
	'changing a module that a seed imports': async ({write}) => write('shared/rows.ts', `${project['shared/rows.ts']}// more\n`),
	'changing a module that such a module imports': async ({write}) => write('shared/deep.ts', 'export const deep: number = 2;\n'),
	'importing one module more': async ({write}) => write('shared/deep.ts', 'import "./names.ts";\nexport const deep: number = 1;\n'),
	'another version of an imported package': async ({write}) => write('node_modules/left-pad/package.json', '{"name": "left-pad", "version": "1.0.1", "main": "index.js"}'),
};

for (const [title, change] of Object.entries(changes)) {
	test(`G26: ${title} gives a new fingerprint, and undoing it the old one`, async t => {
		await withProject(t, async world => {
			const before = await world.compute();
			await change(world);
			t.not(await world.compute(), before);
			for (const folder of ['schemas', 'seeds', 'shared']) {
				await rm(path.join(world.folder, folder), {recursive: true});
			}

			for (const [file, text] of Object.entries(project)) {
				await world.write(file, text);
			}

			t.is(await world.compute(), before);
		});
	});
}

test('G26: another server gives a new fingerprint', async t => {
	await withProject(t, async ({compute}) => {
		t.is(new Set([await compute(), await compute({server: 'embedded 17.6 linux-x64'}), await compute({server: 'sha256:0123'})]).size, 3);
	});
});

test('G26: the order of schema sources is part of the fingerprint', async t => {
	await withProject(t, async ({compute, folder}) => {
		const [first, second] = [path.join(folder, 'schemas/001.sql'), path.join(folder, 'schemas/sub')];
		t.not(await compute({schemas: [first, second]}), await compute({schemas: [second, first]}));
	});
});

test('G26: a command, and what it reads, are part of the fingerprint', async t => {
	await withProject(t, async ({compute, write, folder}) => {
		const inputs = [path.join(folder, 'prisma')];
		const schemas = (command: string) => [{command, inputs}];
		const before = await compute({schemas: schemas('prisma migrate deploy')});
		t.not(await compute({schemas: schemas('prisma db push')}), before);
		await write('prisma/schema.prisma', 'model B {}\n');
		const edited = await compute({schemas: schemas('prisma migrate deploy')});
		t.not(edited, before);
		await write('prisma/migrations/1/migration.sql', '');
		t.not(await compute({schemas: schemas('prisma migrate deploy')}), edited);
	});
});

test('G26: what the user adds is part of the fingerprint: a text as it is, a file by its content', async t => {
	await withProject(t, async ({compute, write}) => {
		const plain = await compute();
		const text = await compute({fingerprint: ['v1']});
		t.is(new Set([plain, text, await compute({fingerprint: ['v2']}), await compute({fingerprint: ['v1', 'v2']})]).size, 4);
		const file = await compute({fingerprint: ['extra.txt']});
		await write('extra.txt', 'two\n');
		t.not(await compute({fingerprint: ['extra.txt']}), file);
		await write('extra.txt', 'one\r\n');
		t.is(await compute({fingerprint: ['extra.txt']}), file);
	});
});

/** What must not change the fingerprint. */
const sameness: Readonly<Record<string, (world: World) => Promise<void>>> = {
	'nothing': async () => {},
	'line ends of Windows in a schema': async ({write}) => write('schemas/001.sql', project['schemas/001.sql']!.replaceAll('\n', '\r\n')),
	'line ends of Windows in seed code': async ({write}) => write('shared/rows.ts', project['shared/rows.ts']!.replaceAll('\n', '\r\n')),
	'another time of change': async ({folder}) => utimes(path.join(folder, 'schemas/001.sql'), new Date(0), new Date(0)),
	'a file written again as it was': async ({write}) => write('schemas/001.sql', project['schemas/001.sql']!),
	'a file that nothing imports': async ({write}) => write('unrelated.ts', 'export const a = 1;\n'),
	'a file that is no schema': async ({write}) => write('schemas/README.md', '# Hello\n'),
	'code of a package without a new version': async ({write}) => write('node_modules/left-pad/index.js', 'module.exports = 1;'),
};

for (const [title, change] of Object.entries(sameness)) {
	test(`G26: ${title} leaves the fingerprint as it is`, async t => {
		await withProject(t, async world => {
			const before = await world.compute();
			await change(world);
			t.is(await world.compute(), before);
		});
	});
}

test('G26: the same project in another folder has the same fingerprint', async t => {
	await withProject(t, async ({compute, folder}) => withFolder(async other => {
		await cp(folder, path.join(other, 'elsewhere'), {recursive: true});
		t.is(await new Fingerprinter(inputsOf(path.join(other, 'elsewhere'))).compute(identity), await compute());
	}));
});

test('a project without seeds has a fingerprint', async t => {
	await withProject(t, async ({compute, folder}) => {
		const before = await compute();
		await rm(path.join(folder, 'seeds'), {recursive: true});
		t.not(await compute(), before);
	});
});

test('a seed with a syntax error, or an import that is not there, is an error that names the file', async t => {
	for (const [text, words] of [['export const = 1;', /seeds\/index\.ts/], ['import "./gone.ts";', /gone\.ts/]] as const) {
		await withProject(t, async ({folder, write}) => {
			await write('seeds/index.ts', text);
			const error = await t.throwsAsync<SeedError>(new Fingerprinter(inputsOf(folder)).compute(identity), {instanceOf: SeedError, code: 'ERR_SEED_LOAD'});
			t.regex(error?.message ?? '', words);
		});
	}
});
