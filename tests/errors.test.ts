import {readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {glob} from 'tinyglobby';
import * as door from '#lib/index.js';

const root = path.dirname(import.meta.dirname);
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** The union of codes, as lib/errors.ts writes it. */
const union = /export type ErrorCode =\n([^;]+);/.exec(read('lib/errors.ts'))?.[1] ?? '';
const codes = [...union.matchAll(/'(ERR_[A-Z_]+)'/g)].map(([, code]) => code!);

async function textOf(pattern: string): Promise<string> {
	const files = await glob(pattern, {cwd: root, ignore: ['**/node_modules/**']});
	return files.map(file => read(file)).join('\n');
}

test('there are codes, and none is there twice', t => {
	t.true(codes.length > 20);
	t.is(new Set(codes).size, codes.length);
});

test('every code has a row in docs/errors.md, and every row a code', t => {
	const documented = [...read('docs/errors.md').matchAll(/^\| `(ERR_[A-Z_]+)`/gm)].map(([, code]) => code!);
	t.deepEqual(documented.toSorted(), codes.toSorted());
});

test('every code is thrown somewhere in lib', async t => {
	const text = await textOf('lib/**/*.ts');
	t.deepEqual(codes.filter(code => text.split(`'${code}'`).length < 3), []);
});

test('every code is provoked by a test', async t => {
	const text = await textOf('tests/**/*.ts');
	t.deepEqual(codes.filter(code => !new RegExp(String.raw`\b${code}\b`).test(text)), []);
});

test('every class of errors can be imported from the package', t => {
	const classes = [...read('lib/errors.ts').matchAll(/^export class (\w+)/gm)].map(([, name]) => name!);
	t.true(classes.length > 8);
	t.deepEqual(classes.filter(name => !(name in door)), []);
});
