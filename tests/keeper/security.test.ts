import {spawn} from 'node:child_process';
import {readFileSync, readdirSync} from 'node:fs';
import {chmod, stat} from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {identifyKeeper} from '#lib/keeper/identity.js';
import type {KeeperClient} from '#lib/keeper/client.js';
import type {Lease} from '#lib/keeper/protocol.js';
import {connectClient} from '#lib/postgres/client.js';
import {bareCombination} from '#lib/template/combination.js';
import {withFolder} from '../helpers/folder.ts';
import {freshSchema, makeProject, runCli, runNode, type Project} from '../helpers/project.ts';

const options = {workers: 1, lingerMs: 60_000};

/** Tests that fail in as many ways as there are messages that could hold a password. */
const failing = `
import test from 'ava';
import pg from 'pg';
import {tddParallelSafe, tddTestContext} from 'dataflow-tdd/ava';

test.serial('a statement', tddTestContext, async (t, {connection}) => connection.execute('select wrong'));
test.serial('an open transaction', tddTestContext, async (t, {db}) => void await db.startTransaction().execute());
test.serial('a lost connection', tddTestContext, async (t, {connection}) => connection.execute('select pg_terminate_backend(pg_backend_pid())'));
test.serial('a commit', tddTestContext, async (t, {connection}) => connection.execute('commit'));
test.serial('an unknown role', tddTestContext.with({role: 'nobody_made_this'}), async (t, {connection}) => connection.execute('select 1'));
test.serial('a clone', tddParallelSafe, async (t, {connection}) => connection.execute('select wrong'));
test.serial('a clone that leaks', tddParallelSafe, async (t, {pool, url}) => {
	await pool.connect();
	await new pg.Client(url).on('error', () => {}).connect();
});
test.serial('a clone and an unknown role', tddParallelSafe.with({role: 'nobody_made_this'}), async () => {});
test.serial('another database', tddParallelSafe, async (t, {url}) => new pg.Client(url.replace(/\\/tdd_[^?]*/, '/not_there')).connect());
test.serial('another user', tddParallelSafe, async (t, {url}) => new pg.Client(url.replace('//postgres:', '//somebody:')).connect());
`;

const teardowns: Array<() => unknown> = [];
let project: Project;
let keeper: KeeperClient;
let lease: Lease;

/** AVA and the commands read the same configuration, so that all speak to one keeper. */
test.before(async t => {
	t.timeout(110_000);
	project = await makeProject({teardown: undo => void teardowns.unshift(undo)}, {options, files: {
		'package.json': JSON.stringify({type: 'module', 'dataflow-tdd': options}), 'schemas/001.sql': freshSchema(), 'failing.test.js': failing,
	}});
	keeper = await project.open('run');
	await project.prepare(keeper);
	lease = await keeper.api.acquire('a');
});

test.after.always(async () => {
	for (const undo of teardowns) {
		await undo();
	}
});

/** The command lines of all processes of this machine that can be read. */
function commandLines(): string {
	const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name));
	return pids.map(pid => {
		try {
			return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
		} catch {
			return '';
		}
	}).join('\n');
}

test.serial('a password of a server is in no output, log, status or command line', async t => {
	t.timeout(110_000);
	const {password} = lease.address;
	const isExternal = keeper.info.description.startsWith('external');
	t.true(isExternal || password.length >= 24, 'random passwords are long');
	await keeper.api.release(lease.id);
	const run = await runNode({cwd: project.dir, args: [path.join(project.dir, 'node_modules/ava/entrypoints/cli.js'), 'failing.test.js']});
	t.is(run.status, 1);
	t.regex(run.stdout, /10 tests failed/, run.stdout + run.stderr);
	const [status, json, doctor] = [await runCli(project.dir, ['status']), await runCli(project.dir, ['status', '--json']), await runCli(project.dir, ['doctor'])];
	lease = await keeper.api.acquire('b');
	t.is(lease.address.password, password, 'the run was on the same server');
	const places = {
		'the output of a run': run.stdout + run.stderr,
		'status': status.stdout + status.stderr + json.stdout + json.stderr,
		'doctor': doctor.stdout + doctor.stderr,
		'the log of the keeper': readFileSync(keeper.info.logFile, 'utf8'),
		'the command lines of processes': process.platform === 'linux' ? commandLines() : '',
	};
	for (const [place, text] of Object.entries(places)) {
		t.true(process.platform !== 'linux' || text.length > 100, place);
		t.false(text.includes(password), place);
	}
});

test.serial('a connection that fails does not tell the password', async t => {
	const {address} = lease;
	for (const wrong of [{database: 'not_there'}, {user: 'somebody'}, {port: 1, host: '127.0.0.1'}, {password: `${address.password}x`}]) {
		const error = await t.throwsAsync(connectClient({...address, ...wrong}));
		t.false(`${error?.message} ${error?.stack} ${JSON.stringify(error)}`.includes(address.password), JSON.stringify(Object.keys(wrong)));
	}
});

test.serial('the password that an engine shows of a container is refused', async t => {
	const {address} = lease;
	const [slot] = (await keeper.api.status()).slots;
	if (!keeper.info.description.startsWith('container')) {
		t.log('skipped: the server is no container');
		t.pass();
		return;
	}

	const {getContainerRuntimeClient} = await import('testcontainers');
	const {container} = await getContainerRuntimeClient();
	const {Config} = await container.dockerode.getContainer(slot!.server!.split(' ').at(-1)!).inspect();
	const shown = [
		Config.Env.find(line => line.startsWith('POSTGRES_PASSWORD='))!.slice('POSTGRES_PASSWORD='.length), ...Object.values(Config.Labels),
	];
	t.true(shown[0]!.length >= 24);
	for (const password of shown) {
		t.not(password, address.password);
		await t.throwsAsync(connectClient({...address, password}), {code: '28P01'});
	}
});

test.serial('what a keeper makes is its user\'s alone: socket, log, service file', async t => {
	const {socket, logFile} = identifyKeeper(project.config);
	const {name} = await keeper.api.clone({lease: lease.id, combination: bareCombination, expected: 0});
	const {serviceFile} = await keeper.api.keep(lease.id, {database: name, backends: []});
	for (const [file, mode] of [[path.dirname(socket), 0o700], [socket, 0o600], [logFile, 0o600], [serviceFile, 0o600]] as const) {
		const status = await stat(file);
		t.is(status.mode & 0o777, mode, file);
		t.is(status.uid, process.getuid!(), file);
	}

	const [slot] = (await keeper.api.status()).slots;
	if (slot?.server?.startsWith('/')) {
		t.is((await stat(slot.server)).mode & 0o777, 0o700);
		t.is((await stat(path.join(slot.server, 'data'))).mode & 0o777, 0o700);
	}
});

/** Tries sockets as another user of this machine, and tells how each went. */
async function connectAsNobody(...sockets: string[]): Promise<unknown> {
	const source = `
		const net = require('node:net');
		const attempt = path => new Promise(resolve => {
			const socket = net.connect(path, () => resolve('connected')).on('error', error => resolve(error.code));
			socket.unref();
		});
		Promise.all(process.argv.slice(1).map(attempt)).then(answers => process.stdout.write(JSON.stringify(answers), () => process.exit()));`;
	const child = spawn(process.execPath, ['-e', source, ...sockets], {uid: 65_534, gid: 65_534, cwd: '/', stdio: ['ignore', 'pipe', 'inherit'], env: {}});
	let output = '';
	child.stdout.setEncoding('utf8').on('data', (text: string) => {
		output += text;
	});
	await new Promise(resolve => {
		child.once('close', resolve);
	});
	return JSON.parse(output);
}

test.serial('the keeper and its servers refuse other users of the machine', async t => {
	if (process.getuid?.() !== 0) {
		t.log('skipped: only root can act as another user');
		t.pass();
		return;
	}

	const {address} = lease;
	const {socket} = identifyKeeper(project.config);
	await withFolder(async folder => {
		const control = path.join(folder, 'control.sock');
		const server = net.createServer(connection => connection.end()).listen(control);
		t.teardown(() => server.close());
		await new Promise(resolve => {
			server.once('listening', resolve);
		});
		await chmod(control, 0o666);
		const doors = [socket, ...(address.host.startsWith('/') ? [path.join(address.host, `.s.PGSQL.${address.port}`)] : [])];
		t.deepEqual(await connectAsNobody(control, ...doors), ['connected', ...doors.map(() => 'EACCES')]);
	});
});
