import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';

interface Break {
	readonly promise: string;
	readonly file: string;
	readonly find: string | readonly string[];
}

const root = path.dirname(import.meta.dirname);
const promises = JSON.parse(await readFile(path.join(root, 'tests/promises.json'), 'utf8')) as Readonly<Record<string, unknown>>;
const breaks = JSON.parse(await readFile(path.join(root, 'tests/breaks.json'), 'utf8')) as readonly Break[];

/** Versions are not a mechanism: there is nothing to break. */
const unbreakable = ['G40'];

test('every promise has a mechanism that scripts/break.mjs can break', t => {
	const broken = new Set(breaks.map(({promise}) => promise));
	t.deepEqual(Object.keys(promises).filter(id => !broken.has(id)), unbreakable);
});

test('what scripts/break.mjs breaks is still there', async t => {
	for (const {promise, file, find} of breaks) {
		const code = await readFile(path.join(root, 'build', file), 'utf8');
		for (const text of [find].flat()) {
			t.true(code.includes(text), `${promise}: ${file} does not have ${text} any more`);
		}
	}
});
