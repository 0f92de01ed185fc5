import {execFileSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {commands, doors, files, install, installOthers, manifest, nodeFolder, root, run, shell, type Installed} from './installed.ts';

// One install for all: nothing in it is compiled for one Node, as no install script has run.
let project: Installed;
const nodes = ['22.23.3', manifest.devDependencies.node!, '26.9.0'];
const typescript59 = 'node_modules/typescript-5.9/bin/tsc';

test.before(async () => {
	project = await install();
});

test.after.always(async () => {
	await project?.remove();
});

test.serial('the quick start names its commands and its files', t => {
	t.true(commands.some(line => line.startsWith('npm install --save-dev dataflow-tdd ')), commands.join('\n'));
	t.deepEqual(files.map(({name}) => name), ['ava.config.mjs', 'schemas/001_users.sql', 'tests/users.test.ts']);
});

test.serial('docs/package.md says how much was installed', t => {
	const check = [path.join(root, 'scripts/package-facts.mjs'), '--check', '--installed', project.folder];
	t.notThrows(() => execFileSync(process.execPath, check, {encoding: 'utf8', stdio: 'pipe'}));
});

test.serial('init writes over nothing of the quick start', async t => {
	const output = await run('npx dataflow-tdd init', {cwd: project.folder});
	for (const {name, code} of files) {
		t.is(await run(`cat '${name}'`, {cwd: project.folder}), `$ cat '${name}'\n${code}`, output);
	}
});

for (const version of nodes) {
	test.serial(`the quick start is green on Node ${version}`, async t => {
		const where = {cwd: project.folder, node: await nodeFolder(version)};
		t.true((await run('node --version', where)).split('\n').includes(`v${version}`));
		await run('npx dataflow-tdd types', where);
		t.regex(await run('npx ava', where), /✔.*an e-mail address belongs to one user/);
		await run('npx dataflow-tdd types --check', where);
		const doctor = await run('npx dataflow-tdd doctor', where);
		t.true(doctor.includes(version), doctor);
		t.notRegex(doctor, /^!! +versions/m, 'of optional peers, nothing is missing');
		await run('npx dataflow-tdd stop', where);
	});
}

/** Those that are there for what they do, and export nothing. */
const silent = ['dataflow-tdd/node-test/register'];

/** Imports doors in a process of its own, which says how much each exports. */
async function open(t: ExecutionContext, wanted: readonly string[], node?: string): Promise<void> {
	await writeFile(path.join(project.folder, 'doors.mjs'), wanted.map(name => `console.log(${JSON.stringify(name)}, Object.keys(await import(${JSON.stringify(name)})).length);`).join('\n'));
	const output = await run('node doors.mjs', {cwd: project.folder, node});
	const lines = output.split('\n');
	t.deepEqual(wanted.filter(name => !lines.some(line => line.startsWith(`${name} `) && (Number(line.split(' ')[1]) > 0) !== silent.includes(name))), [], output);
}

test.serial('every door but those of Vitest opens where Vitest is not installed', async t => {
	t.false(existsSync(path.join(project.folder, 'node_modules/vitest')));
	await open(t, doors.filter(name => !name.startsWith('dataflow-tdd/vitest')));
});

test.serial('what else is tried is installed beside, and breaks nothing', async t => {
	await t.notThrowsAsync(installOthers(project));
	const uses = doors.flatMap((name, index) => [
		`import * as door${index} from '${name}';`,
		`export type Opened${index} = typeof door${index};`,
		'// @ts-expect-error -- no door exports this',
		`export const missing${index}: unknown = door${index}.noSuchExport;`,
	]);
	await writeFile(path.join(project.folder, 'doors.ts'), `${uses.join('\n')}\n`);
});

for (const version of nodes) {
	test.serial(`every door opens on Node ${version}`, async t => {
		await open(t, doors, await nodeFolder(version));
	});
}

/** What a user's compiler is told. */
const resolutions = {
	nodenext: {module: 'nodenext', moduleResolution: 'nodenext'},
	'bundler, esnext': {module: 'esnext', moduleResolution: 'bundler'},
	'bundler, preserve': {module: 'preserve', moduleResolution: 'bundler'},
};

/** Compiles the quick start and a file that uses every door; a door that came out as `any` would take the name of an export that is none. */
async function compiles(t: ExecutionContext, tsc: string, compilerOptions: object): Promise<void> {
	const options = {...compilerOptions, target: 'es2024', lib: ['es2024', 'esnext.disposable'], strict: true, noEmit: true, skipLibCheck: false, allowImportingTsExtensions: true, types: ['node']};
	const file = `tsconfig.${t.title.replaceAll(/\W+/g, '-')}.json`;
	await writeFile(path.join(project.folder, file), JSON.stringify({compilerOptions: options, files: ['doors.ts', 'tests/users.test.ts', 'tests/tdd-env.d.ts']}));
	const {exitCode, output} = await shell(`node ${tsc} -p ${file}`, {cwd: project.folder});
	t.is(exitCode, 0, output);
}

for (const [name, options] of Object.entries(resolutions)) {
	test(`every door has types for TypeScript ${manifest.devDependencies.typescript!}, ${name}`, async t => {
		await compiles(t, 'node_modules/typescript/bin/tsc', options);
	});

	// It reads what is preserved as it reads esnext, and takes ten seconds.
	if (options.module !== 'preserve') {
		test(`every door has types for TypeScript 5.9, ${name}`, async t => {
			await compiles(t, typescript59, options);
		});
	}
}

// From npm when it is asked for: attw brings a compiler and 39 MB, which nobody else in this repository needs.
test('publint finds nothing', async t => {
	const {exitCode, output} = await shell(`npx --yes --prefer-offline -p publint@0.3.25 publint --strict '${project.tarball}'`, {cwd: project.folder});
	t.is(exitCode, 0, output);
});

test('are the types wrong finds nothing', async t => {
	const {exitCode, output} = await shell(`npx --yes --prefer-offline -p @arethetypeswrong/cli@0.18.5 attw --profile esm-only '${project.tarball}'`, {cwd: project.folder});
	t.is(exitCode, 0, output);
});
