import {mkdir, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {defaultImage, isCi, loadConfig, optionsFromFiles, resolveOptions} from '#lib/config/load.js';
import {findProject} from '#lib/config/project.js';
import {ConfigError} from '#lib/errors.js';
import {withFolder} from '../helpers/folder.ts';

/** Makes a project of files, and hands over its folder. */
async function withFiles<T>(files: Readonly<Record<string, string>>, use: (folder: string) => Promise<T>): Promise<T> {
	return withFolder(async folder => {
		for (const [file, text] of Object.entries(files)) {
			await mkdir(path.dirname(path.join(folder, file)), {recursive: true});
			await writeFile(path.join(folder, file), text);
		}

		return use(folder);
	});
}

/** Sets variables for the time of a function; tests that use it are serial. */
async function withVariables<T>(variables: Readonly<Record<string, string | undefined>>, use: () => Promise<T> | T): Promise<T> {
	const before = {...process.env};
	Object.assign(process.env, variables);
	for (const [name, value] of Object.entries(variables)) {
		if (value === undefined) {
			delete process.env[name];
		}
	}

	try {
		return await use();
	} finally {
		for (const name of Object.keys(variables)) {
			if (before[name] === undefined) {
				delete process.env[name];
			} else {
				process.env[name] = before[name];
			}
		}
	}
}

const places: Readonly<Record<string, Readonly<Record<string, string>>>> = {
	'the key in package.json': {'package.json': JSON.stringify({name: 'x', 'dataflow-tdd': {budgetMs: 42}})},
	'dataflow-tdd.config.mjs': {'package.json': '{}', 'dataflow-tdd.config.mjs': 'export default {budgetMs: 40 + 2};'},
	'dataflow-tdd.config.js': {'package.json': '{"type": "module"}', 'dataflow-tdd.config.js': 'export default {budgetMs: 42};'},
	'dataflow-tdd.config.ts': {'package.json': '{"type": "module"}', 'dataflow-tdd.config.ts': 'const budgetMs: number = 42;\nexport default {budgetMs} satisfies {budgetMs: number};'},
};

for (const [place, files] of Object.entries(places)) {
	test(`options are read from ${place}`, async t => {
		await withFiles(files, async folder => {
			t.deepEqual(await optionsFromFiles(folder), {budgetMs: 42});
		});
	});
}

test('a project without a config file has no options of its own', async t => {
	await withFiles({'package.json': '{"name": "x"}'}, async folder => {
		t.deepEqual(await optionsFromFiles(folder), {});
	});
});

test('the configuration of a folder above is not taken for the project\'s', async t => {
	await withFiles({'dataflow-tdd.config.mjs': 'export default {budgetMs: 42};', 'inner/package.json': '{}'}, async folder => {
		t.deepEqual(await optionsFromFiles(path.join(folder, 'inner')), {});
	});
});

test('a wrong option in a file is an error that names the file', async t => {
	await withFiles({'package.json': '{}', 'dataflow-tdd.config.mjs': 'export default {budgetMs: "42"};'}, async folder => {
		const error = await t.throwsAsync<ConfigError>(optionsFromFiles(folder), {instanceOf: ConfigError, code: 'ERR_CONFIG_INVALID'});
		t.true(error?.message.startsWith(`The option 'budgetMs' in dataflow-tdd.config.mjs is "42" (string).`), error?.message);
	});
});

const broken: Readonly<Record<string, Readonly<Record<string, string>>>> = {
	'throws': {'dataflow-tdd.config.mjs': 'throw new Error("planned");'},
	'has a syntax error': {'dataflow-tdd.config.ts': 'export default {budgetMs: ;'},
	'imports what is not there': {'dataflow-tdd.config.mjs': 'import "not-installed"; export default {};'},
	'is no JSON': {'package.json': '{"dataflow-tdd": '},
};

for (const [how, files] of Object.entries(broken)) {
	test(`a config file that ${how} is ERR_CONFIG_LOAD with the reason as cause`, async t => {
		await withFiles({'package.json': '{}', ...files}, async folder => {
			const error = await t.throwsAsync<ConfigError>(loadConfig(folder), {instanceOf: ConfigError, code: 'ERR_CONFIG_LOAD'});
			t.true(error?.cause instanceof Error);
			t.true(error?.message.includes((error.cause as Error).message), error?.message);
			t.true(error?.message.includes(folder));
		});
	});
}

test.serial('code wins over files, and the environment over code', async t => {
	await withFiles({'package.json': '{}', 'dataflow-tdd.config.mjs': 'export default {budgetMs: 1, lanes: 2, image: "from-file"};'}, async folder => {
		await withVariables({DATAFLOW_TDD_BUDGET_MS: '3', DATAFLOW_TDD_LANES: undefined, DATAFLOW_TDD_IMAGE: undefined}, async () => {
			const {budgetMs, lanes, image} = await loadConfig(folder, {budgetMs: 2, lanes: 4});
			t.deepEqual({budgetMs, lanes, image}, {budgetMs: {default: 3}, lanes: 4, image: 'from-file'});
		});
	});
});

test.serial('an option that code leaves undefined does not hide the one in the file', async t => {
	await withFiles({'package.json': '{}', 'dataflow-tdd.config.mjs': 'export default {lanes: 2};'}, async folder => {
		await withVariables({DATAFLOW_TDD_LANES: undefined}, async () => {
			t.is((await loadConfig(folder, {lanes: undefined})).lanes, 2);
		});
	});
});

test.serial('a wrong option in code and in the environment is an error that names the place', async t => {
	await withFiles({'package.json': '{}'}, async folder => {
		await t.throwsAsync(loadConfig(folder, {lanes: 0}), {code: 'ERR_CONFIG_INVALID', message: /^The option 'lanes' in the options given in code is 0/});
		await withVariables({DATAFLOW_TDD_LANES: '0'}, async () => {
			await t.throwsAsync(loadConfig(folder), {code: 'ERR_CONFIG_INVALID', message: /^The option 'lanes' in the environment \(DATAFLOW_TDD_LANES\) is 0/});
		});
	});
});

function assertAbsolute(t: ExecutionContext, paths: readonly string[], folder: string): void {
	for (const each of paths) {
		t.true(path.isAbsolute(each), each);
		t.true(each.startsWith(folder), each);
	}
}

test('all paths of a configuration are absolute and lie in the project', t => {
	const folder = path.join(os.tmpdir(), 'some project');
	const config = resolveOptions(folder, {schemas: ['db/one.sql', {command: 'make it', inputs: ['prisma', './Makefile']}], binaries: 'pg/bin', seeds: './s', historyFile: 'h.json'});
	t.deepEqual(config.schemas, [path.join(folder, 'db/one.sql'), {command: 'make it', inputs: [path.join(folder, 'prisma'), path.join(folder, 'Makefile')]}]);
	assertAbsolute(t, [config.binaries!, config.seeds, config.historyFile], folder);
	t.is(resolveOptions(folder, {seeds: '/elsewhere'}).seeds, '/elsewhere');
});

test.serial('what nobody sets has its default', async t => {
	const folder = '/some/project';
	const defaults = {
		projectDir: folder, schemas: [path.join(folder, 'schemas')], seeds: path.join(folder, 'seeds'), server: 'auto', allowServers: [], strayConnections: 'refuse', image: defaultImage, binaries: undefined,
		lanes: 1, role: undefined, shuffle: undefined, monitor: 'on', budgetMs: {default: 100}, maxQueries: undefined, repeatedStatements: 'warn', allowedRepeats: [], slowMs: 50, onUnavailable: 'fail', fingerprint: [], historyFile: path.join(folder, 'tests/performance_history.json'), report: ['summary'],
	} as const;
	await withVariables({CI: undefined}, () => {
		t.deepEqual(resolveOptions(folder, {}), {...defaults, workers: os.availableParallelism(), lingerMs: 300_000});
	});
	await withVariables({CI: 'true'}, () => {
		t.deepEqual(resolveOptions(folder, {}), {...defaults, workers: 2, lingerMs: 0});
	});
});

test('a run is in CI where the variable CI says so', t => {
	for (const CI of ['true', '1', 'yes']) {
		t.true(isCi({CI}));
	}

	for (const CI of ['', '0', 'false', undefined]) {
		t.false(isCi({CI}));
	}
});

test('the project is the nearest folder above that holds a package.json', async t => {
	await withFiles({'package.json': '{}', 'a/b/c.txt': '', 'a/package.json': '{}'}, async folder => {
		t.is(findProject(path.join(folder, 'a', 'b')), path.join(folder, 'a'));
		t.is(findProject(folder), folder);
	});
});
