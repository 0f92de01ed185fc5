import {mkdir, readdir, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {folderFor} from '../helpers/folder.ts';
import {freshSchema, makeProject, type Project} from '../helpers/project.ts';
import {Job, type JobResult} from './composite.ts';

const repository = path.resolve(import.meta.dirname, '../..');
const testFile = (title: string): string => `import test from 'ava';
import {tddTestContext} from 'dataflow-tdd/ava';

test('${title}', tddTestContext, async (t, {connection}) => {
	t.is(await connection.fetchValue('select count(*)::int from items'), process.env.BREAK ? 1 : 0);
});
`;

/** A project in which `npx ava` and `npx dataflow-tdd` are what a user's are. */
async function userProject(t: ExecutionContext): Promise<Project> {
	const project = await makeProject(t, {files: {
		'schemas/001.sql': freshSchema(),
		'ava.config.mjs': `import {withTdd} from 'dataflow-tdd/ava/config';\nexport default withTdd({files: ['tests/*.test.ts']});\n`,
		'tests/one.test.ts': testFile('one'), 'tests/two.test.ts': testFile('two'), 'tests/three.test.ts': testFile('three'),
	}});
	const bin = path.join(project.dir, 'node_modules/.bin');
	await mkdir(bin);
	await symlink(path.join(repository, 'node_modules/ava/entrypoints/cli.js'), path.join(bin, 'ava'));
	await symlink(path.join(repository, 'build/cli/main.js'), path.join(bin, 'dataflow-tdd'));
	return project;
}

/** A machine on which no job has been: what the harness keeps lies in a cache of its own. */
async function freshMachine(t: ExecutionContext): Promise<Record<string, string>> {
	return {DATAFLOW_TDD_CACHE: await folderFor(t), DATAFLOW_TDD_BUDGET_MS: '60000'};
}

interface Place {
	readonly project: Project;
	readonly cache: string;
	readonly temp: string;
}

async function placeFor(t: ExecutionContext): Promise<Place> {
	const folder = await folderFor(t);
	await mkdir(path.join(folder, 'cache'));
	return {project: await userProject(t), cache: path.join(folder, 'cache'), temp: path.join(folder, 'temp')};
}

async function job({project, cache, temp}: Place, inputs: Readonly<Record<string, string>>, env: Readonly<Record<string, string>>): Promise<JobResult> {
	return new Job({workspace: project.dir, cache, temp, inputs: {'install': 'touch installed', 'server': 'embedded', ...inputs}, env}).run();
}

test('the action keeps the snapshot that a job has built, and the next job, on another machine, migrates nothing', async t => {
	t.timeout(110_000);
	const place = await placeFor(t);
	const first = await job(place, {}, await freshMachine(t));
	t.true(first.isSuccess, first.log);
	t.regex(first.log, /built the snapshot in/);
	t.is(first.outputs.snapshot, 'missing');
	t.deepEqual(await readdir(place.cache), [first.outputs['snapshot-key']!]);
	t.regex(first.summary, /was built by this job, and is kept \(cache: archive\)/);
	t.true((await readdir(place.project.dir)).includes('installed'));

	const second = await job(place, {'shard-index': '1', 'shard-total': '2'}, await freshMachine(t));
	t.true(second.isSuccess, second.log);
	t.is(second.outputs.snapshot, 'restored');
	t.notRegex(second.log, /built the snapshot in/);
	t.regex(second.log, /1 test passed/, 'one of the three files is in the second part of two');
	t.regex(second.summary, /was built by an earlier job/);
	t.deepEqual(second.ran.filter(name => /Keep|cache\/save|Put/.test(name)), []);
});

test('a job that fails keeps nothing, and uploads its report', async t => {
	t.timeout(110_000);
	const place = await placeFor(t);
	const {isSuccess, uploaded, outputs, summary, log} = await job(place, {}, {...await freshMachine(t), BREAK: '1'});
	t.false(isSuccess);
	t.deepEqual(uploaded, ['dataflow-tdd-report-test-0: <!doctype html>'], log);
	t.is(outputs.snapshot, 'missing');
	t.deepEqual(await readdir(place.cache), []);
	t.regex(summary, /was built by this job \(cache: archive\)/);
});

test('an archive that does not hold what its key says is told of, and the tests run without it', async t => {
	t.timeout(110_000);
	const place = await placeFor(t);
	const {outputs} = await job(place, {'command': 'true', 'shard-index': '1', 'shard-total': '2'}, await freshMachine(t));
	t.deepEqual(await readdir(place.cache), [], 'of several jobs the first keeps the snapshot');
	await writeFile(path.join(place.cache, outputs['snapshot-key']!), 'no archive');
	const damaged = await job(place, {}, await freshMachine(t));
	t.true(damaged.isSuccess, damaged.log);
	t.regex(damaged.log, /::warning title=dataflow-tdd::The snapshot of the cache is not used: ERR_/);
	t.regex(damaged.log, /3 tests passed/);
});

test('a registry that cannot be asked is told of, and the tests run without it', async t => {
	const place = await placeFor(t);
	const {isSuccess, outputs, log} = await job(place, {cache: 'registry', registry: '127.0.0.1:1/ours', command: 'echo tested', 'shard-index': '1', 'shard-total': '2'}, await freshMachine(t));
	t.true(isSuccess, log);
	t.is(outputs.snapshot, 'missing');
	t.regex(log, /::warning title=dataflow-tdd::The snapshot cannot be had from the registry: ERR_SNAPSHOT_KIND/);
	t.notRegex(log, /has no snapshot for this fingerprint/);
	t.regex(log, /^tested$/m);
});

test('inputs that cannot be used end the job before any test', async t => {
	const place = await placeFor(t);
	const wrong: ReadonlyArray<readonly [Readonly<Record<string, string>>, RegExp]> = [
		[{cache: 'disk'}, /::error title=dataflow-tdd::cache: 'disk' is not known; it is archive, registry or none\./],
		[{cache: 'registry'}, /needs the input registry/],
		[{'shard-index': '3', 'shard-total': '3'}, /shard-index is '3' and shard-total '3'/],
		[{'shard-total': '3'}, /shard-index is '' and shard-total '3'/],
	];
	for (const [inputs, message] of wrong) {
		const {isSuccess, ran, log} = await job(place, {command: 'touch ran', ...inputs}, {});
		t.false(isSuccess);
		t.regex(log, message);
		t.false(ran.includes('Run the tests'));
	}
});

test('without a cache, and on a server that is there already, no snapshot is carried', async t => {
	const place = await placeFor(t);
	const ways: ReadonlyArray<Readonly<Record<string, string>>> = [{cache: 'none'}, {server: 'postgres://tester@localhost:1/postgres'}];
	for (const inputs of ways) {
		const {isSuccess, ran, outputs, summary, log} = await job(place, {command: 'true', ...inputs}, {});
		t.true(isSuccess, log);
		t.deepEqual(ran, ['actions/setup-node', 'Install packages', 'Ask for the snapshot\'s key', 'Run the tests', 'Tell of the snapshot']);
		t.like(outputs, {'snapshot': 'none', 'snapshot-key': ''});
		t.is(summary, '');
	}
});
