import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {runtimeFolder} from '#lib/config/folders.js';
import {openChannel} from '#lib/keeper/channel.js';
import {findKeepers} from '#lib/keeper/find-keepers.js';
import {freshSchema, isProcessAlive, makeProject, runCli, type Finished, type Project} from '../helpers/project.ts';
import {until} from '../helpers/worker-context.ts';

const options = {workers: 1, lingerMs: 60_000, server: 'embedded'};

// A folder for sockets of this file's own: other keepers of this user are none of its business, and --all would end them.
const folder = await mkdtemp(path.join(os.tmpdir(), 'tdd-keepers-'));
process.env.XDG_RUNTIME_DIR = folder;

test.after.always(async () => rm(folder, {recursive: true, force: true}));

async function project(t: ExecutionContext, more: Readonly<Record<string, unknown>> = {}): Promise<Project> {
	const own = {...options, ...more};
	const made = await makeProject(t, {options: own, files: {
		'package.json': JSON.stringify({type: 'module', 'dataflow-tdd': own}), 'schemas/001.sql': freshSchema(),
	}});
	t.teardown(async () => runCli(made.dir, ['stop']));
	return made;
}

async function run(t: ExecutionContext, {dir}: Project, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
	const finished = await runCli(dir, args, env);
	t.is(finished.status, 0, finished.stderr);
	return finished;
}

async function json(t: ExecutionContext, made: Project, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<any> {
	return JSON.parse((await run(t, made, [...args, '--json'], env)).stdout);
}

async function warm(t: ExecutionContext, made: Project, env?: Readonly<Record<string, string>>): Promise<number> {
	// Sees to it that the snapshot is removed with the test.
	await made.prepare(await made.open('visitor'));
	return (await json(t, made, ['warm'], env)).pid;
}

test.serial('status shows the keepers of other options, and what differs; stop ends them', async t => {
	const made = await project(t);
	const pid = await warm(t, made);
	const more = {DATAFLOW_TDD_WORKERS: '2', DATAFLOW_TDD_LINGER_MS: '50000'};
	const text = (await run(t, made, ['status'], more)).stdout;
	t.true(text.startsWith('No keeper is running with the options as they are here. The next test run starts one, or `dataflow-tdd warm`.\n\nOther keepers of this project, of other options:\n'), text);
	t.regex(text, new RegExp(`^keeper ${pid} +\\d+ seconds? +idle +embedded PostgreSQL 18.*\n {2}workers: 1 \\(here: 2\\)\n {2}lingerMs: 60000 \\(here: 50000\\)\n$`, 'm'));
	const status = await json(t, made, ['status'], more);
	t.like(status, {running: false, others: 0, keepers: [{state: 'ready', pid, projectDir: made.dir, isOfTheseOptions: false, users: 0}]});
	t.deepEqual(status.keepers[0].differences, [{name: 'workers', there: '1', here: '2'}, {name: 'lingerMs', there: '60000', here: '50000'}]);

	const elsewhere = await run(t, made, ['status'], {DATAFLOW_TDD_SERVER: 'postgres://tester:secret@localhost:1/x'});
	t.true(elsewhere.stdout.includes('  server: embedded (here: postgres://tester:***@localhost:1/x)\n'), elsewhere.stdout);

	const second = await warm(t, made, more);
	t.not(second, pid);
	const own = await run(t, made, ['status']);
	t.regex(own.stdout, new RegExp(`^keeper ${pid}, up [^]*\n\nOther keepers of this project, of other options:\n[^]*^keeper ${second} [^]*workers: 2 \\(here: 1\\)`, 'm'));
	const stopped = await json(t, made, ['stop'], more);
	t.like(stopped, {stopped: true, pid: second, others: 0, keepers: [{pid: second, stopped: true, isOfTheseOptions: true}, {pid, stopped: true, isOfTheseOptions: false}]});
	t.false(isProcessAlive(pid) || isProcessAlive(second));
	t.deepEqual(await json(t, made, ['stop']), {stopped: false, keepers: [], others: 0});
});

test.serial('keepers of other projects are counted, and with --all shown and ended', async t => {
	const [one, other] = [await project(t), await project(t)];
	const [pid, otherPid] = [await warm(t, one), await warm(t, other)];
	t.regex((await run(t, one, ['status'])).stdout, /\n1 keeper of other projects runs; `dataflow-tdd status --all` shows it, too\.\n$/);
	const all = (await run(t, one, ['status', '--all'])).stdout;
	t.regex(all, new RegExp(`^All keepers of this user:\n.*project\nkeeper ${pid} .*${one.dir}\n {2}the one that tests use with the options as they are here\nkeeper ${otherPid} .*${other.dir}\n$`, 'm'));

	const stopped = await run(t, one, ['stop']);
	t.is(stopped.stdout, `The keeper ${pid} and its servers are stopped.\n\n1 keeper of other projects runs; \`dataflow-tdd stop --all\` ends it, too.\n`);
	t.true(isProcessAlive(otherPid), 'it is none of the project\'s business');
	t.is((await run(t, one, ['stop', '--all'])).stdout, `The keeper ${otherPid} of ${other.dir} and its servers are stopped.\n`);
	t.false(isProcessAlive(otherPid));
	t.is((await run(t, one, ['stop', '--all'])).stdout, 'No keeper was running.\n');
});

test.serial('stop ends a keeper that a test run uses, and says so', async t => {
	const made = await project(t);
	const keeper = await made.open('run');
	await made.prepare(keeper);
	t.regex((await run(t, made, ['status', '--all'])).stdout, /in use/);
	const {stdout} = await run(t, made, ['stop']);
	t.is(stdout, `The keeper ${keeper.info.pid} and its servers are stopped. It was in use: tests that ran on it just now fail, and those after them start another.\n`);
	await keeper.closed;
});

test.serial('a keeper that is only looked at stays no longer for that', async t => {
	const made = await project(t, {lingerMs: 2000});
	const keeper = await made.open('visitor');
	await made.prepare(keeper);
	keeper.close();
	await until(async () => {
		const found = await findKeepers();
		for (const one of found) {
			one.close();
		}

		return found.length === 0;
	});
	t.pass();
});

/** Listens where a keeper would. */
async function listen(t: ExecutionContext, id: string, serve: (socket: net.Socket) => void): Promise<string> {
	const place = path.join(runtimeFolder(), `${id}.sock`);
	const server = net.createServer(serve).listen(place);
	await once(server, 'listening');
	t.teardown(() => server.close());
	return place;
}

test.serial('sockets of the dead are passed over, and what does not speak with this release is told of', async t => {
	const dead = path.join(runtimeFolder(), '00000000deadbeef.sock');
	const killed = spawn(process.execPath, ['-e', `require('node:net').createServer().listen(${JSON.stringify(dead)}, () => console.log('there'))`]);
	await once(killed.stdout, 'data');
	killed.kill('SIGKILL');
	await once(killed, 'close');
	t.true(existsSync(dead));
	const silent = await listen(t, '0000000000000001', socket => void socket.resume());
	await listen(t, '0000000000000002', socket => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
	let hasStopped = false;
	await listen(t, '0000000000000003', socket => void openChannel(socket, {
		hello: async () => ({pid: 1234, version: '0.0.1'}),
		status: async () => ({pid: 1234, version: '0.0.1', projectDir: '/elsewhere', description: 'embedded PostgreSQL 16', uptimeMs: 7_200_000, clients: 1}),
		async stop() {
			hasStopped = true;
			socket.destroy();
		},
	}));

	const made = await project(t);
	const text = (await run(t, made, ['status', '--all'])).stdout;
	t.regex(text, /^keeper \? +\? +\? +it does not answer this release +\?$/m);
	t.true(text.includes(`  it listens at ${silent}; the release that started it can stop it\n`), text);
	t.regex(text, /^keeper 1234 +2 hours +idle +embedded PostgreSQL 16 +\/elsewhere$/m);
	t.false(text.includes('deadbeef'), text);
	t.is((await json(t, made, ['status'])).others, 3);

	const stopped = await runCli(made.dir, ['stop', '--all']);
	t.is(stopped.status, 1);
	t.true(hasStopped);
	t.regex(stopped.stdout, /^The keeper 1234 of \/elsewhere and its servers are stopped\.$/m);
	t.true(stopped.stdout.includes(`The keeper at ${silent} of an unknown project did not end: it is of another release, or does not answer.`), stopped.stdout);
	await rm(dead);
});
