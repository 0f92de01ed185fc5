import {chmod, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {createServer, type Server} from 'node:http';
import {once} from 'node:events';
import {createServer as createTcpServer, type AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {findEngine, type EngineFinding} from '#lib/server/container/engine.js';

async function folder(t: ExecutionContext): Promise<string> {
	const made = await mkdtemp(path.join(tmpdir(), 'engine-'));
	t.teardown(async () => rm(made, {recursive: true}));
	return made;
}

/** Something that answers `/_ping` like an engine, or badly, or never. */
async function listen(t: ExecutionContext, at: string | number, status: number | undefined = 200): Promise<Server> {
	const server = createServer((request, response) => {
		if (status !== 0) {
			response.writeHead(request.url === '/_ping' ? status : 404).end('OK');
		}
	});
	server.listen(at as number, ...(typeof at === 'number' ? ['127.0.0.1'] : []));
	await once(server, 'listening');
	t.teardown(() => {
		server.closeAllConnections();
		server.close();
	});
	return server;
}

function reason(finding: EngineFinding): string {
	return finding.found ? `found at ${finding.where}` : finding.reason;
}

test('an engine behind the socket of DOCKER_HOST is found', async t => {
	const home = await folder(t);
	const socket = path.join(home, 'engine.sock');
	await listen(t, socket);
	t.deepEqual(await findEngine({env: {DOCKER_HOST: `unix://${socket}`}, home}), {found: true, where: `DOCKER_HOST=unix://${socket}`});
});

test('an engine behind the TCP port of DOCKER_HOST is found', async t => {
	const home = await folder(t);
	const {port} = (await listen(t, 0)).address() as AddressInfo;
	t.true((await findEngine({env: {DOCKER_HOST: `tcp://127.0.0.1:${port}`}, home})).found);
});

test('with TLS, an engine that says nothing is given up, and certificates that are missing are named', async t => {
	const home = await folder(t);
	const {port} = (await listen(t, 0, 0)).address() as AddressInfo;
	const host = `tcp://127.0.0.1:${port}`;
	const ask = async (env: Record<string, string>) => reason(await findEngine({env: {DOCKER_HOST: host, DOCKER_TLS_VERIFY: '1', ...env}, home, timeoutMs: 200}));
	t.regex(await ask({}), /DOCKER_CERT_PATH names no folder with ca\.pem, cert\.pem and key\.pem/);
	t.is(await ask({DOCKER_CERT_PATH: home}), `DOCKER_HOST=${host}: its certificate ${path.join(home, 'ca.pem')} cannot be read: ENOENT`);
	await Promise.all(['ca.pem', 'cert.pem', 'key.pem'].map(async name => writeFile(path.join(home, name), '')));
	// Nobody speaks TLS there, and nobody says so either.
	const silent = createTcpServer(() => {}).listen(0, '127.0.0.1');
	await once(silent, 'listening');
	t.teardown(() => silent.close());
	const url = `tcp://127.0.0.1:${(silent.address() as AddressInfo).port}`;
	t.is(await ask({DOCKER_HOST: url, DOCKER_CERT_PATH: home}), `DOCKER_HOST=${url} did not answer within 200 ms`);
});

test('an engine over ssh is refused with a way around, since testcontainers does not speak ssh', async t => {
	const finding = await findEngine({env: {DOCKER_HOST: 'ssh://build@engine.example'}, home: await folder(t)});
	t.regex(reason(finding), /^DOCKER_HOST=ssh:\/\/build@engine\.example: Testcontainers does not speak ssh; forward the engine's socket/);
});

test('an engine in XDG_RUNTIME_DIR or in the properties of testcontainers is found', async t => {
	const home = await folder(t);
	const socket = path.join(home, 'docker.sock');
	await listen(t, socket);
	await writeFile(path.join(home, '.testcontainers.properties'), `# mine\ndocker.host = unix\\://${socket}\n`);
	t.deepEqual(await findEngine({env: {}, home}), {found: true, where: `docker.host=unix://${socket}`});
});

test('DOCKER_HOST is a command: no other engine is taken in its place', async t => {
	const home = await folder(t);
	const socket = path.join(home, 'docker.sock');
	await listen(t, socket);
	const env = {DOCKER_HOST: 'unix:///nonexistent.sock', XDG_RUNTIME_DIR: home};
	t.is(reason(await findEngine({env, home})), 'DOCKER_HOST=unix:///nonexistent.sock names a socket that is not there');
});

test('tc.host comes before DOCKER_HOST, as in testcontainers, and gives way when nothing answers there', async t => {
	const home = await folder(t);
	const {port} = (await listen(t, 0)).address() as AddressInfo;
	const env = {DOCKER_HOST: `tcp://127.0.0.1:${port}`};
	await writeFile(path.join(home, '.testcontainers.properties'), `tc.host=tcp://127.0.0.1:${port}\n`);
	t.deepEqual(await findEngine({env, home}), {found: true, where: `tc.host=tcp://127.0.0.1:${port}`});
	await writeFile(path.join(home, '.testcontainers.properties'), 'tc.host=tcp://127.0.0.1:1\n');
	t.deepEqual(await findEngine({env, home}), {found: true, where: `DOCKER_HOST=tcp://127.0.0.1:${port}`});
});

test('a refused connection, a wrong answer, silence and nonsense each have their own reason', async t => {
	const home = await folder(t);
	const bad = (await listen(t, 0, 500)).address() as AddressInfo;
	const silent = (await listen(t, 0, 0)).address() as AddressInfo;
	const ask = async (host: string) => reason(await findEngine({env: {DOCKER_HOST: host}, home, timeoutMs: 200}));
	t.is(await ask('tcp://127.0.0.1:1'), 'DOCKER_HOST=tcp://127.0.0.1:1 refused the connection');
	t.is(await ask(`tcp://127.0.0.1:${bad.port}`), `DOCKER_HOST=tcp://127.0.0.1:${bad.port}: answered with HTTP status 500`);
	t.is(await ask(`tcp://127.0.0.1:${silent.port}`), `DOCKER_HOST=tcp://127.0.0.1:${silent.port} did not answer within 200 ms`);
	t.is(await ask('nonsense'), 'DOCKER_HOST is not a URL: nonsense');
});

(process.getuid?.() === 0 ? test.skip : test)('a socket that this user may not open is named', async t => {
	const home = await folder(t);
	const socket = path.join(home, 'engine.sock');
	await listen(t, socket);
	await chmod(socket, 0);
	t.is(reason(await findEngine({env: {DOCKER_HOST: `unix://${socket}`}, home})), `permission denied at DOCKER_HOST=unix://${socket}`);
});
