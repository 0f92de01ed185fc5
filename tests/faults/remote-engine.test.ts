import {execFile} from 'node:child_process';
import {once} from 'node:events';
import net from 'node:net';
import path from 'node:path';
import process from 'node:process';
import {promisify} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import {withClient} from '#lib/postgres/client.js';
import {engineAt} from './engine.ts';
import {assertClean, makeFaultProject, untilServersAreGone, type FaultProject} from './fault-project.ts';
import {ourContainers} from './leftovers.ts';

const main = path.resolve(import.meta.dirname, '../../build/cli/main.js');
/** Set by .ci/remote-engine.sh: an engine with no address of this machine's, and an address at which nobody ever answers. */
const {REMOTE_ENGINE: remote, REMOTE_ENGINE_SILENT: silent} = process.env;
const remoteTest = remote ? test : test.skip;
if (!remote) {
	console.log('skipped: a remote engine: there is none, as REMOTE_ENGINE is not set; run .ci/remote-engine.sh postgres:17 npx ava ... as root');
}

async function makeRemoteProject(t: ExecutionContext, url = remote!): Promise<FaultProject> {
	return makeFaultProject(t, {name: 'container', server: 'container', engine: {...engineAt(remote!), url}}, 'remote');
}

interface Said {
	readonly status: number;
	readonly stdout: string;
	readonly output: string;
}

async function runCommand({dir, env}: FaultProject, args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Said> {
	try {
		const {stdout, stderr} = await promisify(execFile)(process.execPath, [main, ...args], {cwd: dir, env: {...env, ...more}});
		return {status: 0, stdout, output: stdout + stderr};
	} catch (error) {
		const {code, stdout, stderr} = error as {code: number; stdout: string; stderr: string};
		return {status: code, stdout, output: stdout + stderr};
	}
}

remoteTest('on a remote engine a run builds a snapshot, the next one starts from it, and a url that it hands out works elsewhere', async t => {
	const {hostname} = new URL(remote!);
	t.false(['127.0.0.1', 'localhost'].includes(hostname));
	const project = await makeRemoteProject(t);
	const first = await project.run({DATAFLOW_TDD_SERVER: 'auto'});
	t.is(first.exitCode, 0, first.output);
	t.true(first.output.includes(`a container engine answers at DOCKER_HOST=${remote}`), first.output);
	t.true(first.output.includes(`at ${hostname}`), first.output);
	const again = await project.run({DATAFLOW_TDD_SERVER: 'auto'});
	t.is(again.exitCode, 0, again.output);
	t.notRegex(again.output, /applying schemas/);
	await assertClean(t, project, {fault: 'none, on a remote engine', at: performance.now()});
});

remoteTest('doctor, psql and status speak of the remote engine, and psql\'s url leads to it', async t => {
	const project = await makeRemoteProject(t);
	const lingering = {DATAFLOW_TDD_LINGER_MS: '60000'};
	const doctor = await runCommand(project, ['doctor'], lingering);
	t.true(doctor.output.includes(`container engine  answers at DOCKER_HOST=${remote}`), doctor.output);
	const {stdout: url} = await runCommand(project, ['psql', '--url'], lingering);
	const {hostname, port, username, password, pathname} = new URL(url.trim());
	t.is(hostname, new URL(remote!).hostname);
	const address = {host: hostname, port: Number(port), user: username, password: decodeURIComponent(password), database: pathname.slice(1)};
	t.is(await withClient(address, async client => (await client.query('select * from users')).rowCount), 0);
	t.regex((await runCommand(project, ['status'], lingering)).output, /container [\da-f]{12}/);
	t.is((await runCommand(project, ['stop'], lingering)).status, 0);
	t.deepEqual(await ourContainers(project), []);
});

remoteTest('SIGKILL of the keeper ends its server on a remote engine', async t => {
	const project = await makeRemoteProject(t);
	const run = await project.start({waits: true});
	await run.hit();
	const since = {fault: 'SIGKILL of the keeper of a remote engine', at: performance.now()};
	process.kill(await project.keeper(), 'SIGKILL');
	await untilServersAreGone(project);
	await run.go();
	const {exitCode, output} = await run.ended;
	t.is(exitCode, 1, output);
	t.regex(output, /✔ b-clone › a clone lies in memory/);
	await assertClean(t, project, since);
});

remoteTest('through a forwarded socket, ports are reached at the host that the user names', async t => {
	const {hostname, port} = new URL(remote!);
	const project = await makeRemoteProject(t);
	// What `ssh -L` does: a socket on this side, and the engine's at the other end.
	const forward = net.createServer(socket => {
		const end = net.connect(Number(port), hostname);
		socket.pipe(end).pipe(socket);
		socket.on('error', () => end.destroy());
		end.on('error', () => socket.destroy());
	}).listen(path.join(project.base, 'engine.sock'));
	await once(forward, 'listening');
	t.teardown(() => forward.close());
	const {exitCode, output} = await project.run({DOCKER_HOST: `unix://${project.base}/engine.sock`, TESTCONTAINERS_HOST_OVERRIDE: hostname});
	t.is(exitCode, 0, output);
	t.true(output.includes(`at ${hostname}`), output);
});

remoteTest('an engine that never answers is an error with a code within seconds, and with auto it is said why tests run elsewhere', async t => {
	const project = await makeRemoteProject(t, silent!);
	const began = performance.now();
	const {status, output} = await runCommand(project, ['warm']);
	t.true(status !== 0 && performance.now() - began < 15_000);
	t.true(output.includes(`ERR_SERVER_ENGINE: No Docker engine answers: DOCKER_HOST=${silent} did not answer within 2000 ms.`), output);
	const auto = await runCommand(project, ['doctor'], {DATAFLOW_TDD_SERVER: 'auto'});
	t.true(auto.output.includes(`no container engine answers: DOCKER_HOST=${silent} did not answer within 2000 ms`), auto.output);
});

remoteTest('an engine whose ports are closed to this machine is an error that says so', async t => {
	const project = await makeRemoteProject(t);
	// Where an engine's answers come from is one thing, where its ports are reached another.
	const {output} = await runCommand(project, ['warm'], {TESTCONTAINERS_HOST_OVERRIDE: new URL(silent!).hostname});
	t.regex(output, /ERR_SERVER_START: PostgreSQL is ready in its container, and nothing answers at \S+:\d+ from here\./);
	await untilServersAreGone(project);
});
