import {existsSync} from 'node:fs';
import {readFile, readdir} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';

const root = path.dirname(import.meta.dirname);
const page = await readFile(path.join(root, 'docs/architecture.md'), 'utf8');
const [, list] = /^const layers = \[(.*)\];$/m.exec(await readFile(path.join(root, 'scripts/lint-config.mjs'), 'utf8'))!;
const layers = [...list!.matchAll(/'([^']+)'/g)].map(([, layer]) => layer!);

/** Which folder imports which, by the files that are there. */
async function readImports(): Promise<Set<string>> {
	const files = (await readdir(path.join(root, 'lib'), {recursive: true})).filter(file => file.endsWith('.ts') && file.includes(path.sep));
	const found = await Promise.all(files.map(async file => {
		const text = await readFile(path.join(root, 'lib', file), 'utf8');
		const targets = [...text.matchAll(/(?:\bfrom |\bimport\()'(\.[^']+)'/g)].map(([, target]) => path.posix.join(path.posix.dirname(file), target!));
		return targets.map(target => `${target.split('/')[0]} --> ${file.split(path.sep)[0]}`);
	}));
	return new Set(found.flat());
}

test('docs/architecture.md has every folder of lib, in the order in which lint lets them import each other', async t => {
	const [, table] = /^## Folders of lib\/$(.*?)^## /ms.exec(page)!;
	t.deepEqual([...table!.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, folder]) => folder!), layers);
	const folders = (await readdir(path.join(root, 'lib'), {withFileTypes: true})).filter(entry => entry.isDirectory()).map(({name}) => name);
	t.deepEqual(folders.toSorted(), layers.toSorted());
});

test('each arrow of the import diagram is an import, in the direction that lint allows, and no folder is missing', async t => {
	const diagram = [...page.matchAll(/^```mermaid\nflowchart LR\n(.*?)^```$/gms)].map(([, text]) => text!).find(text => /\bconfig --> /.test(text))!;
	const arrows = diagram.trim().split('\n').flatMap(line => {
		const chain = line.trim().split(' --> ');
		return chain.slice(1).map((to, index) => [chain[index]!, to] as const);
	});
	const imports = await readImports();
	t.deepEqual(arrows.filter(([from, to]) => !imports.has(`${from} --> ${to}`)), []);
	t.deepEqual(arrows.filter(([from, to]) => layers.indexOf(from) >= layers.indexOf(to)), []);
	t.deepEqual([...new Set(arrows.flat())].toSorted(), layers.toSorted());
});

test('what docs/architecture.md names is there', t => {
	const names = [...page.matchAll(/`((?:lib|tests|bench|scripts)\/[\w./-]*)`/g)].map(([, name]) => name!).filter(name => name !== 'tests/tdd-env.d.ts');
	t.true(names.length > 40);
	t.deepEqual(names.filter(name => !existsSync(path.join(root, name))), []);
});
