import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {commands, doors, files, install, manifest, nodeFolder, run, shell, type Installed} from './installed.ts';

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

test.serial('init writes over nothing of the quick start', async t => {
	const output = await run('npx dataflow-tdd init', {cwd: project.folder});
	for (const {name, code} of files) {
		t.is(await run(`cat '${name}'`, {cwd: project.folder}), `$ cat '${name}'\n${code}`, output);
	}
});

const opened = doors.map(name => `console.log(${JSON.stringify(name)}, Object.keys(await import(${JSON.stringify(name)})).length);`).join('\n');

for (const version of nodes) {
	test.serial(`the quick start is green on Node ${version}`, async t => {
		const where = {cwd: project.folder, node: await nodeFolder(version)};
		t.true((await run('node --version', where)).split('\n').includes(`v${version}`));
		await run('npx dataflow-tdd types', where);
		t.regex(await run('npx ava', where), /✔.*an e-mail address belongs to one user/);
		await run('npx dataflow-tdd types --check', where);
		const doctor = await run('npx dataflow-tdd doctor', where);
		t.true(doctor.includes(version), doctor);
		await run('npx dataflow-tdd stop', where);
	});

	test.serial(`every door opens on Node ${version}`, async t => {
		const where = {cwd: project.folder, node: await nodeFolder(version)};
		await writeFile(path.join(project.folder, 'doors.mjs'), opened);
		const output = await run('node doors.mjs', where);
		const lines = output.split('\n');
		t.deepEqual(doors.filter(name => !lines.some(line => line.startsWith(`${name} `) && Number(line.split(' ')[1]) > 0)), [], output);
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
	const uses = doors.flatMap((name, index) => [
		`import * as door${index} from '${name}';`,
		`export type Opened${index} = typeof door${index};`,
		'// @ts-expect-error -- no door exports this',
		`export const missing${index}: unknown = door${index}.noSuchExport;`,
	]);
	await writeFile(path.join(project.folder, 'doors.ts'), `${uses.join('\n')}\n`);
	const options = {...compilerOptions, target: 'es2024', lib: ['es2024', 'esnext.disposable'], strict: true, noEmit: true, skipLibCheck: false, allowImportingTsExtensions: true, types: ['node']};
	await writeFile(path.join(project.folder, 'tsconfig.doors.json'), JSON.stringify({compilerOptions: options, files: ['doors.ts', 'tests/users.test.ts', 'tests/tdd-env.d.ts']}));
	const {exitCode, output} = await shell(`node ${tsc} -p tsconfig.doors.json`, {cwd: project.folder});
	t.is(exitCode, 0, output);
}

for (const [name, options] of Object.entries(resolutions)) {
	test.serial(`every door has types for TypeScript ${manifest.devDependencies.typescript!}, ${name}`, async t => {
		await compiles(t, 'node_modules/typescript/bin/tsc', options);
	});

	test.serial(`every door has types for TypeScript 5.9, ${name}`, async t => {
		await compiles(t, typescript59, options);
	});
}

// From npm when it is asked for: attw brings a compiler and 39 MB, which nobody else in this repository needs.
test.serial('publint finds nothing', async t => {
	const {exitCode, output} = await shell(`npx --yes --prefer-offline -p publint@0.3.25 publint --strict '${project.tarball}'`, {cwd: project.folder});
	t.is(exitCode, 0, output);
});

test.serial('are the types wrong finds nothing', async t => {
	const {exitCode, output} = await shell(`npx --yes --prefer-offline -p @arethetypeswrong/cli@0.18.5 attw --profile esm-only '${project.tarball}'`, {cwd: project.folder});
	t.is(exitCode, 0, output);
});
