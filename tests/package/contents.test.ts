import {execFileSync} from 'node:child_process';
import {globSync, readFileSync} from 'node:fs';
import {builtinModules} from 'node:module';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {parseSync} from 'oxc-parser';

const root = path.resolve(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Record<'dependencies' | 'peerDependencies' | 'scripts', Record<string, string>>;
const declared = new Set([...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies), 'dataflow-tdd', ...builtinModules]);

/** The packages that a file imports by names it has written down. */
function packagesOf(file: string): string[] {
	const {module} = parseSync(file, readFileSync(path.join(root, file), 'utf8'));
	const names = [...module.staticImports.map(({moduleRequest}) => moduleRequest.value), ...module.staticExports.flatMap(({entries}) => entries.flatMap(({moduleRequest}) => moduleRequest?.value ?? []))];
	const source = readFileSync(path.join(root, file), 'utf8');
	const dynamic = module.dynamicImports.map(({moduleRequest}) => source.slice(moduleRequest.start, moduleRequest.end)).flatMap(text => /^'([^'$]+)'$/.exec(text)?.[1] ?? []);
	return [...names, ...dynamic].filter(name => !/^(?:\.|#|node:)/.test(name)).map(name => name.split('/').slice(0, name.startsWith('@') ? 2 : 1).join('/'));
}

test('what is built imports only what package.json declares', t => {
	const built = globSync('build/**/*.{js,d.ts}', {cwd: root}).filter(file => !file.includes(path.join('page', 'client')));
	t.true(built.length > 400);
	const phantoms = built.flatMap(file => packagesOf(file).filter(name => !declared.has(name)).map(name => `${file}: ${name}`));
	t.deepEqual(phantoms, []);
});

test('the package has no install script', t => {
	t.deepEqual(['preinstall', 'install', 'postinstall'].filter(name => name in manifest.scripts), []);
});

/** The files of the package, as npm would pack them. */
function packed(): string[] {
	const listed = execFileSync('npm', ['pack', '--dry-run', '--ignore-scripts', '--json'], {cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']});
	return [...listed.matchAll(/"path": "([^"]+)"/g)].map(([, name]) => name!);
}

test('what the README shows and leads to is in the package', t => {
	const readme = readFileSync(path.join(root, 'README.md'), 'utf8').replaceAll(/```[^]*?```/g, '');
	const targets = [...readme.matchAll(/\]\(([^)\s]+)\)|\b(?:src|srcset|href)="([^"]+)"/g)].map(([, link, html]) => (link ?? html)!.split('#')[0]!).filter(target => target !== '' && !target.startsWith('https:'));
	t.true(targets.includes('docs/images/report-light.png'));
	const names = new Set(packed());
	t.deepEqual(targets.filter(target => !names.has(target)), []);
});

test('the package holds what runs and what is read, and no source maps', t => {
	const names = packed();
	t.true(names.includes('build/index.js'));
	t.deepEqual(names.filter(name => !/^(?:build\/.*(?:\.js|\.d\.ts|\.css|stamp)|docs\/[\w-]+\.md|docs\/images\/[\w-]+\.(?:png|svg)|README\.md|LICENSE|package\.json)$/.test(name)), []);
});

test('the licences of all dependencies are listed, and allowed', t => {
	t.notThrows(() => execFileSync(process.execPath, ['scripts/licenses.mjs', '--check'], {cwd: root, stdio: 'pipe'}));
});
