import {execFile} from 'node:child_process';
import {once} from 'node:events';
import net from 'node:net';
import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import {promisify} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import {getContainerRuntimeClient} from 'testcontainers';
import {ServerError} from '#lib/errors.js';
import {withClient} from '#lib/postgres/client.js';
import {createContainerAdapter} from '#lib/server/container.js';
import {findEngine} from '#lib/server/container/engine.js';
import {toServerError} from '#lib/server/container/errors.js';
import {createPullMeter} from '#lib/server/container/pull-meter.js';
import type {StartedServer} from '#lib/server/server.js';
import {startServer} from '#lib/server/start.js';
import {within} from './contract-suite.ts';
import {serverContract} from './contract.ts';

const finding = await findEngine();
const engineTest = finding.found ? test.serial : test.serial.skip;
const owner = `container-test:${process.pid}:alive`;
const ownLabel = 'dataflow-tdd.owner';
const made = new Set<string>();

async function docker() {
	const {container} = await getContainerRuntimeClient();
	return container.dockerode;
}

async function find(server: StartedServer) {
	const {container} = await getContainerRuntimeClient();
	return container.getById(server.label.replace('container ', ''));
}

async function leftovers(who: string): Promise<string[]> {
	const found = await (await docker()).listContainers({all: true, filters: {label: [`${ownLabel}=${who}`]}});
	return found.map(({Id, Status}) => `${Id} ${Status}`);
}

/** Makes an image like another one, but for the given Dockerfile lines. */
async function derive(base: string, name: string, ...changes: string[]): Promise<string> {
	const engine = await docker();
	const container = await engine.createContainer({Image: base});
	const image = {repo: 'dataflow-tdd-test', tag: `${name}-${process.pid}`};
	await container.commit({...image, changes: changes.join('\n')});
	await container.remove({v: true});
	made.add(`${image.repo}:${image.tag}`);
	return `${image.repo}:${image.tag}`;
}

test.after.always('the images of these tests are removed', async () => {
	await Promise.all([...made].map(async name => (await docker()).getImage(name).remove({force: true})));
});

async function boundAddresses(server: StartedServer): Promise<string[]> {
	const {NetworkSettings} = await (await find(server)).inspect();
	return Object.values(NetworkSettings.Ports).flatMap(bindings => (bindings ?? []).map(({HostIp}) => HostIp));
}

for (const version of [17, 15]) {
	serverContract(test, `container postgres:${version}`, () => createContainerAdapter({image: `postgres:${version}`}), {
		skipReason: finding.found ? undefined : finding.reason,
		version,
		kill: async server => (await find(server)).kill(),
		makeFailing: async () => createContainerAdapter({
			image: await derive(`postgres:${version}`, `failing-${version}`, 'ENTRYPOINT ["sh", "-c", "echo entry point broken >&2; exit 3"]'),
		}),
		leftovers,
		boundAddresses,
	});
}

async function code(t: ExecutionContext, promise: Promise<unknown>): Promise<ServerError> {
	return (await t.throwsAsync(promise, {instanceOf: ServerError}))!;
}

engineTest('a server ends and is gone within 15 s of its last connection, and not before', async t => {
	const who = `${owner}-lifeline`;
	const image = await derive('postgres:17', 'checked', 'HEALTHCHECK --interval=1s CMD bash -c "exec 3<>/dev/tcp/127.0.0.1/5432; sleep 2"');
	const server = await startServer(createContainerAdapter({image}), {owner: who});
	await withClient(server.address, async client => {
		await delay(6000);
		t.is((await client.query('select 1 as one')).rows[0].one, 1);
	});
	await within(server.ended, 15_000, 'the end of a server that nobody is connected to');
	await server.stop();
	t.deepEqual(await leftovers(who), []);
	t.regex(await server.log(), /nobody is connected any more/);
});

engineTest('an image that runs as another user, with an entry point of its own, can be saved and started', async t => {
	const image = await derive(
		'postgres:17',
		'other',
		'USER postgres',
		'ENV PG_MAJOR="" PGDATA=/var/lib/postgresql/data/mine',
		'ENTRYPOINT ["bash", "-c", "exec docker-entrypoint.sh \\"$@\\"", "own"]',
		'CMD ["postgres", "-c", "application_name=mine"]',
		'VOLUME /var/tmp',
	);
	const adapter = createContainerAdapter({image});
	const name = `other-${process.pid}`;
	const first = await startServer(adapter, {owner});
	await withClient(first.address, async client => client.query('create table kept as select 1 as one'));
	await adapter.save(first, name);
	try {
		const server = await startServer(adapter, {owner, snapshot: name});
		await withClient(server.address, async client => {
			t.is((await client.query('select one from kept')).rows[0].one, 1);
			t.is((await client.query(`select current_setting('data_directory') as folder`)).rows[0].folder, '/tmp/dataflow-tdd/pgdata');
		});
		await server.stop();
	} finally {
		await adapter.remove(name);
	}
});

/** What a process prints that runs a module of its own: testcontainers keeps one engine for the life of a process. */
async function runModule(source: string, env: Record<string, string>): Promise<string> {
	const {stdout} = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', source], {env: {...process.env, ...env}});
	return stdout.trim();
}

engineTest('over TCP, as on a remote engine, a server is bound to all of its addresses and reached by the host of the engine', async t => {
	const {dockerode} = (await getContainerRuntimeClient()).container;
	const {socketPath} = dockerode.modem as {socketPath?: string};
	const proxy = net.createServer(socket => {
		const engine = net.connect(socketPath!);
		socket.on('error', () => engine.destroy()).pipe(engine).on('error', () => socket.destroy()).pipe(socket);
	}).listen(0, '127.0.0.1');
	await once(proxy, 'listening');
	t.teardown(() => proxy.close());
	const printed = await runModule(`
		import {getContainerRuntimeClient} from 'testcontainers';
		import {createContainerAdapter} from '#lib/server/container.js';
		import {startServer} from '#lib/server/start.js';
		const server = await startServer(createContainerAdapter({image: 'postgres:17'}), {owner: '${owner}-tcp'});
		const {container} = await getContainerRuntimeClient();
		const {NetworkSettings} = await container.getById(server.label.replace('container ', '')).inspect();
		console.log(server.version, server.address.host, NetworkSettings.Ports['5432/tcp'][0].HostIp);
		await server.stop();
	`, {DOCKER_HOST: `tcp://127.0.0.1:${(proxy.address() as net.AddressInfo).port}`});
	t.is(printed, '17 127.0.0.1 0.0.0.0');
});

engineTest('a server whose process is killed is gone within 15 s', async t => {
	const who = `${owner}-killed`;
	await runModule(`
		import {connectClient} from '#lib/postgres/client.js';
		import {createContainerAdapter} from '#lib/server/container.js';
		import {startServer} from '#lib/server/start.js';
		const server = await startServer(createContainerAdapter({image: 'postgres:17'}), {owner: '${who}'});
		await connectClient(server.address);
		process.kill(process.pid, 'SIGKILL');
	`, {}).catch((error: {signal: string}) => {
		t.is(error.signal, 'SIGKILL');
	});
	t.is((await leftovers(who)).length, 1);
	const deadline = performance.now() + 15_000;
	while ((await leftovers(who)).length > 0 && performance.now() < deadline) {
		await delay(200);
	}

	t.deepEqual(await leftovers(who), []);
});

engineTest('a snapshot can be removed while a server runs from it, and its image goes with the server', async t => {
	const adapter = createContainerAdapter({image: 'postgres:17'});
	const name = `removed-${process.pid}`;
	await adapter.save(await startServer(adapter, {owner}), name);
	const image = (await docker()).getImage(`dataflow-tdd-snapshot:${name}`);
	const {Id} = await image.inspect();
	const server = await startServer(adapter, {owner, snapshot: name});
	await withClient(server.address, async client => {
		await adapter.remove(name);
		t.is((await client.query('select 1 as one')).rows[0].one, 1);
	});
	await server.stop();
	t.false(await adapter.has(name));
	await adapter.remove(name);
	await t.throwsAsync((await docker()).getImage(Id).inspect(), {message: /no such image/i});
});

engineTest('a server that holds no data where it should is refused as a snapshot', async t => {
	const image = await derive('postgres:17', 'elsewhere', 'ENTRYPOINT ["bash", "-c", "export PGDATA=/tmp/elsewhere; exec docker-entrypoint.sh \\"$@\\"", "own"]');
	const adapter = createContainerAdapter({image});
	const error = await code(t, adapter.save(await startServer(adapter, {owner}), `elsewhere-${process.pid}`));
	t.is(error.code, 'ERR_SERVER_SNAPSHOT');
	t.false(await adapter.has(`elsewhere-${process.pid}`));
});

engineTest('a failed start shows the last lines of the log', async t => {
	const image = await derive('postgres:17', 'broken', 'ENTRYPOINT ["sh", "-c", "echo entry point broken >&2; exit 3"]');
	const error = await code(t, createContainerAdapter({image}).start({owner}));
	t.is(error.code, 'ERR_SERVER_START');
	t.regex(error.message, /entry point broken/);
});

engineTest('a full disk is named', async t => {
	const image = await derive('postgres:17', 'full', 'ENTRYPOINT ["sh", "-c", "echo could not write: No space left on device >&2; exit 1"]');
	t.is((await code(t, createContainerAdapter({image}).start({owner}))).code, 'ERR_SERVER_DISK');
});

engineTest('an image that is neither here nor to be had is named, with the way to choose another', async t => {
	const error = await code(t, createContainerAdapter({image: 'localhost:1/no/such-image:1'}).identify());
	t.is(error.code, 'ERR_SERVER_IMAGE');
	t.regex(error.message, /localhost:1\/no\/such-image:1/);
	t.regex(error.hint, /option image .* DATAFLOW_TDD_IMAGE/);
	t.truthy(error.cause);
});

test('without an engine, each method says so', async t => {
	const adapter = createContainerAdapter({image: 'postgres:17', env: {DOCKER_HOST: 'unix:///nonexistent.sock'}});
	const error = await code(t, adapter.start({owner}));
	t.is(error.code, 'ERR_SERVER_ENGINE');
	t.regex(error.message, /DOCKER_HOST=unix:\/\/\/nonexistent\.sock names a socket that is not there/);
	t.is((await code(t, adapter.identify())).code, 'ERR_SERVER_ENGINE');
});

test('a taken port is named', t => {
	const cause = new Error('driver failed programming external connectivity: Bind for 127.0.0.1:5432 failed: port is already allocated');
	const error = toServerError({image: 'postgres:17', log: '', cause});
	t.is(error.code, 'ERR_SERVER_PORT');
	t.is(error.cause, cause);
});

test('a pull tells how far it is, and an error in its stream is kept', t => {
	const told: Array<number | undefined> = [];
	const meter = createPullMeter('postgres:17', (step, fraction) => {
		t.is(step, 'pulling postgres:17');
		told.push(fraction);
	});
	meter.take('{"status":"Downloading","id":"a","progressDetail":{"current":25,"total":100}}\n{"status":"Downloa');
	meter.take('ding","id":"b","progressDetail":{"current":0,"total":100}}\n');
	meter.take('{"status":"Download complete","id":"a"}\n');
	meter.take('{"error":"unauthorized"}\n');
	t.deepEqual(told, [undefined, 0.25, 0.125, 0.5, 0.5]);
	t.is(meter.error, 'unauthorized');
});
