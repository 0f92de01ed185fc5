import {execFileSync} from 'node:child_process';
import {existsSync, readdirSync} from 'node:fs';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {withMarkedServer} from '../helpers/scratch-server.ts';
import {outcomes, withProject, type RunOptions} from '../helpers/run-ava.ts';

const node = Number(process.versions.node.split('.')[0]);
const installed = '/usr/lib/postgresql';

/** The versions whose binaries this machine has. */
function binaries(): string[] {
	return existsSync(installed) ? readdirSync(installed).filter(version => Number(version) >= 15 && existsSync(`${installed}/${version}/bin/initdb`)) : [];
}

/** The official images that this machine has; what is not here is not pulled for this test. */
function images(): string[] {
	try {
		const found = execFileSync('docker', ['images', '--format', '{{.Repository}}:{{.Tag}}'], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']});
		return found.split('\n').filter(name => /^postgres:1[5-9]$/.test(name)).toSorted();
	} catch {
		return [];
	}
}

/** Runs tests on rollback contexts and on clones, and asserts on what they ran. */
async function runs(t: ExecutionContext, env: RunOptions['env'], seen: RegExp): Promise<void> {
	t.timeout(110_000);
	const project = await withProject(t, 'versions');
	const run = await project.run({args: ['--tap'], env: {DATAFLOW_TDD_IMAGE: undefined, DATAFLOW_TDD_BINARIES: undefined, ...env}});
	// The first test ends its transaction, and has to fail for it.
	t.deepEqual(outcomes(run), {rollback: false, 'the one after it': true, clone: true}, run.output);
	t.regex(run.output, seen);
	t.regex(run.output, new RegExp(`with Node ${node}`));
}

test.serial('G40 RC: the binaries from npm, PostgreSQL 18, by a socket', async t => {
	await runs(t, {DATAFLOW_TDD_SERVER: 'embedded'}, process.platform === 'win32' ? /on 18 by TCP/ : /on 18 by a socket/);
});

for (const version of binaries()) {
	test.serial(`G40 RC: installed binaries, PostgreSQL ${version}`, async t => {
		await runs(t, {DATAFLOW_TDD_SERVER: 'embedded', DATAFLOW_TDD_BINARIES: `${installed}/${version}/bin`}, new RegExp(`on ${version} by`));
	});
}

for (const image of images()) {
	test.serial(`G40 RC: the image ${image}, by TCP`, async t => {
		await runs(t, {DATAFLOW_TDD_SERVER: 'container', DATAFLOW_TDD_IMAGE: image}, new RegExp(`on ${image.split(':')[1]} by TCP`));
	});
}

test.serial('G40 RC: a server that runs already, by TCP', async t => {
	const {host, port, user, password, database} = await withMarkedServer(t);
	await runs(t, {DATAFLOW_TDD_SERVER: `postgres://${user}:${password}@${host}:${port}/${database}`}, /on 18 by TCP/);
});

test('G40 RC: versions that this machine lacks are told', t => {
	const there = new Set([...binaries(), ...images().map(image => image.split(':')[1]!), '18']);
	const missing = ['15', '16', '17', '18'].filter(version => !there.has(version));
	t.log(missing.length === 0 ? 'every version from 15 to 18 was tried' : `not tried, because neither binaries nor an image of it are here: PostgreSQL ${missing.join(', ')}`);
	t.log(`tried with Node ${process.versions.node}`);
	t.true(there.size >= 1);
	t.true(node >= 22);
});
