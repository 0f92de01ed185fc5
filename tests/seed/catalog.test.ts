import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {readPacks, seedFiles} from '#lib/seed/catalog.js';
import {seedFile, writeProject, type Files} from './seed-project.ts';

/** Each pack of a folder with what it needs. */
async function needsOf(t: ExecutionContext, files: Files): Promise<Record<string, readonly string[]>> {
	const packs = await readPacks(await writeProject(t, files));
	return Object.fromEntries([...packs].map(([name, {needs}]) => [name, needs]));
}

const pack = (name: string): string => `export const ${name} = defineSeedPack()({name: '${name}', load() {}});`;

test('a folder that does not exist holds no packs', async t => {
	t.is((await readPacks('/nowhere/at/all')).size, 0);
});

test('packs are read from TypeScript, JavaScript and SQL, in folders below as well', async t => {
	const files = {'a.ts': seedFile(`const typed: string = 'a';`, pack('a')), 'b.mjs': seedFile(pack('b')), 'deep/er/c.sql': 'select 1;'};
	t.deepEqual(await needsOf(t, files), {a: [], b: [], c: []});
});

test('files of types, installed packages and other files are not seed files', async t => {
	const folder = await writeProject(t, {'a.ts': '', 'a.d.ts': 'declare const x: string;', 'data.json': '{}', 'notes.md': '', 'node_modules/b/b.js': 'throw 1'});
	t.deepEqual((await seedFiles(folder)).map(file => path.basename(file)), ['a.ts']);
});

test('a file may export several packs, and things that are none', async t => {
	t.deepEqual(await needsOf(t, {'a.ts': seedFile(pack('a'), pack('b'), 'export const helper = () => 1;', 'export default null;')}), {a: [], b: []});
});

test('a pack that is exported from several files is one pack', async t => {
	const files = {'a.ts': seedFile(pack('a')), 'index.ts': `export {a} from './a.ts'; export {a as default} from './a.ts';`};
	t.deepEqual(await needsOf(t, files), {a: []});
});

test('two packs of one name are an error that names both files', async t => {
	const files = {'one.ts': seedFile(pack('shop')), 'two.ts': seedFile(pack('shop'))};
	await t.throwsAsync(needsOf(t, files), {code: 'ERR_SEED_LOAD', name: 'SeedError', message: /^Two seed packs are called 'shop': in \S+one\.ts and in \S+two\.ts\./});
});

test('a pack in SQL cannot have the name of one in code', async t => {
	const files = {'shop.sql': 'select 1;', 'shop.ts': seedFile(pack('shop'))};
	await t.throwsAsync(needsOf(t, files), {code: 'ERR_SEED_LOAD', message: /^Two seed packs are called 'shop': in \S+shop\.sql and in \S+shop\.ts\./});
});

test('a pack in SQL names its needs in a comment', async t => {
	const files = {
		'none.sql': 'select 1;',
		'one.sql': '-- needs: shop\nselect 1;',
		'two.sql': '-- Rows for the reports.\n--needs:shop ,  people\nselect 1;',
		'windows.sql': '-- needs: shop\r\nselect 1;\r\n',
	};
	t.deepEqual(await needsOf(t, files), {none: [], one: ['shop'], two: ['shop', 'people'], windows: ['shop']});
});

test('a file that cannot be imported is an error that names it', async t => {
	const files = {'broken.ts': `throw new Error('no luck today');`};
	await t.throwsAsync(needsOf(t, files), {code: 'ERR_SEED_LOAD', message: /^The seed file \S+broken\.ts cannot be imported: no luck today\./});
});

test('a file whose TypeScript cannot be erased is an error that says so', async t => {
	const files = {'enumerated.ts': `export enum Colour {Red}`};
	await t.throwsAsync(needsOf(t, files), {code: 'ERR_SEED_LOAD', message: /enumerated\.ts cannot be imported.*has to be erasable/s});
});
