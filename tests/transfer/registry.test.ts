import {chmod, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {Readable} from 'node:stream';
import {buffer} from 'node:stream/consumers';
import test, {type ExecutionContext} from 'ava';
import {pack} from 'tar-stream';
import {getContainerRuntimeClient} from 'testcontainers';
import {createContainerAdapter} from '#lib/server/container.js';
import {findEngine} from '#lib/server/container/engine.js';
import {folderFor} from '../helpers/folder.ts';
import {errorOf, filesOf, makeMachine, type Machine} from '../helpers/machine.ts';
import {hasRegistry, login, startRegistry} from '../helpers/registry.ts';

const finding = await findEngine();
const missing = finding.found ? hasRegistry ? undefined : 'Debian\'s docker-registry is not installed' : finding.reason;
// One engine is both machines: what the first one has built is removed from it before the second one pulls.
const registryTest = missing === undefined ? test.serial : test.serial.skip;
if (missing !== undefined) {
	test('registries are not tested here', t => {
		t.log(`skipped: ${missing}`);
		t.pass();
	});
}

const image = process.env.DATAFLOW_TDD_IMAGE ?? 'postgres:17';
const container = {server: 'container', image};
const docker = async () => (await getContainerRuntimeClient()).container.dockerode;
const ofSnapshot = (name: string): string => `dataflow-tdd-snapshot:${name}`;

async function namesOf(part: string): Promise<string[]> {
	const images = await (await docker()).listImages();
	return images.flatMap(({RepoTags, RepoDigests}) => [...RepoTags ?? [], ...RepoDigests ?? []]).filter(name => name.includes(part));
}

async function forget(...references: readonly string[]): Promise<void> {
	for (const reference of references) {
		await (await docker()).getImage(reference).remove({force: true}).catch(() => {});
	}
}

/** What all tests here share: a registry, a machine that has pushed to it, and what that was. Pushing the image of PostgreSQL takes most of the time. */
interface Shared {
	readonly registry: string;
	readonly repository: string;
	readonly owner: Machine;
	readonly pushed: {readonly snapshot: string; readonly fingerprint: string; readonly digest: string};
}

const files = filesOf(container);
const teardowns: Array<() => unknown> = [];
const scope = {teardown: (action: () => unknown) => void teardowns.unshift(action)} as Pick<ExecutionContext, 'teardown'>;
let shared: Shared;

/** A folder that holds the configuration of Docker. */
async function dockerConfig(config: object): Promise<string> {
	const folder = await folderFor(scope);
	await writeFile(path.join(folder, 'config.json'), JSON.stringify(config));
	return folder;
}

const machineWith = async (DOCKER_CONFIG: string, env: Readonly<Record<string, string>> = {}): Promise<Machine> =>
	makeMachine(scope, files, {DOCKER_AUTH_CONFIG: undefined, DOCKER_CONFIG, ...env});

if (missing === undefined) {
	test.before('one machine builds its snapshot and pushes it', async t => {
		t.timeout(300_000);
		const registry = await startRegistry(scope);
		const repository = `${registry}/team/snapshots`;
		const owner = await machineWith(await dockerConfig({auths: {[registry]: {auth: Buffer.from(`${login.username}:${login.password}`).toString('base64')}}}));
		const absent = errorOf(t, await owner.cli('snapshot', 'pull', repository, '--json'));
		t.is(absent.code, 'ERR_SNAPSHOT_ABSENT');
		const pushed = await owner.json('snapshot', 'push', repository);
		scope.teardown(async () => forget(ofSnapshot(pushed.snapshot)));
		t.like(pushed, {isBuilt: true, reference: `${repository}:${pushed.fingerprint}`});
		t.is(owner.timesMigrated(), 1);
		t.deepEqual(await namesOf(repository), [], 'the name of the registry is gone from the engine');
		t.like(await owner.json('snapshot', 'push', repository), {isBuilt: false, digest: pushed.digest});
		await owner.json('stop');
		shared = {registry, repository, owner, pushed};
	});
	test.after.always('the registry ends, and nothing is left', async () => {
		for (const action of teardowns) {
			await action();
		}
	});
}

registryTest('another machine pulls it by a credential helper, and never migrates', async t => {
	const {registry, repository, pushed} = shared;
	const helped = await dockerConfig({credHelpers: {[registry]: 'tests'}});
	await writeFile(path.join(helped, 'docker-credential-tests'), `#!/bin/sh\ncat > /dev/null\necho '${JSON.stringify({Username: login.username, Secret: login.password})}'\n`);
	await chmod(path.join(helped, 'docker-credential-tests'), 0o755);
	const second = await machineWith(helped, {PATH: `${helped}${path.delimiter}${process.env.PATH ?? ''}`});
	await forget(ofSnapshot(pushed.snapshot));
	const wrong = errorOf(t, await second.cli('snapshot', 'pull', repository, '--digest', `sha256:${'0'.repeat(64)}`, '--json'));
	t.is(wrong.code, 'ERR_SNAPSHOT_ABSENT');
	t.deepEqual(await namesOf(pushed.snapshot), []);
	t.like(await second.json('snapshot', 'pull', repository, '--digest', pushed.digest), {snapshot: pushed.snapshot, digest: pushed.digest, wasHere: false});
	t.deepEqual(await namesOf(repository), []);

	await forget(ofSnapshot(pushed.snapshot));
	t.like(await second.json('snapshot', 'pull', repository), {snapshot: pushed.snapshot, digest: pushed.digest, wasHere: false});
	t.like(await second.json('warm'), {isCached: true, fingerprint: pushed.fingerprint});
	t.is(second.timesMigrated(), 0);
	const again = await second.cli('snapshot', 'pull', repository);
	t.is(again.stdout, `The snapshot ${pushed.snapshot} is here already; nothing was done.\n`);
	await second.json('stop');
});

registryTest('who has no login is told to log in, and leaves nothing', async t => {
	const {registry, repository, pushed} = shared;
	const stranger = await machineWith(await dockerConfig({}));
	t.is(errorOf(t, await stranger.cli('snapshot', 'push', repository, '--json')).code, 'ERR_SNAPSHOT_LOGIN');
	await forget(ofSnapshot(pushed.snapshot));
	const refused = errorOf(t, await stranger.cli('snapshot', 'pull', repository, '--json'));
	t.is(refused.code, 'ERR_SNAPSHOT_LOGIN');
	t.true(refused.message.endsWith(`Run: docker login ${registry}`), refused.message);
	t.deepEqual([...await namesOf(registry), ...await namesOf(pushed.snapshot)], []);
});

/** Makes an image of another one and of lines of a Dockerfile, and pushes it. */
async function pushForged({from, repository, tag, changes = []}: {from: string; repository: string; tag: string; changes?: readonly string[]}): Promise<void> {
	const engine = await docker();
	const made = await engine.createContainer({Image: from});
	await made.commit({repo: repository, tag, changes: ['LABEL forged=yes', ...changes].join('\n')});
	await made.remove();
	const stream = await engine.getImage(repository).push({tag, authconfig: {...login, serveraddress: repository.split('/')[0]!}});
	for await (const chunk of stream) {
		if (String(chunk).includes('"error"')) {
			throw new Error(String(chunk));
		}
	}

	await forget(`${repository}:${tag}`);
}

registryTest('what somebody else has pushed under the fingerprint is refused, and removed', async t => {
	const {registry, repository, owner: machine, pushed: {snapshot, fingerprint}} = shared;
	await machine.json('snapshot', 'pull', repository);
	const {Config: {Labels}} = await (await docker()).getImage(ofSnapshot(snapshot)).inspect();
	t.like(Labels, {'dataflow-tdd.snapshot': snapshot, 'dataflow-tdd.format': '1', 'dataflow-tdd.layers': '1'});
	const ours = ofSnapshot(snapshot);
	const forged: Readonly<Record<string, {from: string; changes?: readonly string[]; message: RegExp}>> = {
		'no snapshot': {from: image, message: /its kind is unknown, and here it is snapshot/},
		'a snapshot of other sources': {from: ours, changes: [`LABEL dataflow-tdd.snapshot=${'0'.repeat(24)}-00000000`], message: /its fingerprint is 0{24}-0{8}, and here it is another/},
		'another entry point': {from: ours, changes: ['ENTRYPOINT ["/bin/sh"]'], message: /its entry point is \[\["\/bin\/sh/},
	};
	for (const [index, [, {from, changes = []}]] of Object.entries(forged).entries()) {
		await pushForged({from, changes, repository: `${registry}/forged${index}`, tag: fingerprint});
	}

	await forget(ours);
	for (const [index, [what, {message}]] of Object.entries(forged).entries()) {
		const error = errorOf(t, await machine.cli('snapshot', 'pull', `${registry}/forged${index}`, '--json'));
		t.is(error.code, 'ERR_SNAPSHOT_MISMATCH', what);
		t.regex(error.message, message, what);
		t.deepEqual(await namesOf(registry), [], what);
		t.deepEqual(await namesOf(fingerprint.slice(0, 24)), [], what);
	}

	t.like(await machine.json('snapshot', 'pull', repository), {snapshot, wasHere: false});
});

registryTest('a registry that does not answer, and servers without images, are told', async t => {
	const machine = await makeMachine(t, filesOf(container));
	const error = errorOf(t, await machine.cli('snapshot', 'pull', '127.0.0.1:1/ours', '--json'));
	t.is(error.code, 'ERR_SNAPSHOT_REGISTRY');
	const embedded = await makeMachine(t, filesOf({server: 'embedded'}));
	for (const direction of ['push', 'pull']) {
		const refused = errorOf(t, await embedded.cli('snapshot', direction, '127.0.0.1:1/ours', '--json'));
		t.is(refused.code, 'ERR_SNAPSHOT_KIND');
		t.true(refused.message.endsWith('npx dataflow-tdd snapshot export snapshot.tar'), refused.message);
	}

	t.is(embedded.timesMigrated(), 0);
});

registryTest('the image of a snapshot goes through a file as well', async t => {
	const {owner, repository, pushed: {snapshot}} = shared;
	await owner.json('snapshot', 'pull', repository);
	const file = path.join(await folderFor(t), 'snapshot.tar');
	t.like(await owner.json('snapshot', 'export', file), {kind: 'container', snapshot, isBuilt: false});
	await forget(ofSnapshot(snapshot));
	const second = await makeMachine(t, files);
	t.like(await second.json('snapshot', 'import', file), {snapshot, wasHere: false});
	const {snapshots} = await second.json('snapshot', 'list');
	t.true(snapshots.some(({name, isCurrent}: {name: string; isCurrent: boolean}) => isCurrent && name === snapshot));
	t.like(await second.json('snapshot', 'import', file), {wasHere: true});
	t.is(second.timesMigrated(), 0);
});

/** An image of a few bytes, as a tar that names it, or not. */
async function tinyImage(t: ExecutionContext, withName: boolean): Promise<{readonly id: string; readonly bytes: Buffer; readonly reference: string}> {
	const engine = await docker();
	const reference = `dataflow-tdd-test:tiny-${process.pid}`;
	const tar = pack();
	tar.entry({name: 'file'}, `${withName} ${process.pid}`);
	tar.finalize();
	await buffer(await engine.importImage(tar as unknown as NodeJS.ReadableStream, {repo: 'dataflow-tdd-test', tag: `tiny-${process.pid}`}));
	t.teardown(async () => forget(reference));
	const {Id: id} = await engine.getImage(reference).inspect();
	const bytes = await buffer(await engine.getImage(withName ? reference : id).get());
	await forget(reference);
	return {id, bytes, reference};
}

registryTest('an archive with names for images, or with an image of somebody else, is refused and leaves nothing', async t => {
	const {packer} = createContainerAdapter({image});
	const unpack = async (bytes: Buffer): Promise<Error & {code: string}> =>
		(await t.throwsAsync<Error & {code: string}>(packer!.unpack(shared.pushed.snapshot, () => Readable.from([bytes]))))!;
	const named = await tinyImage(t, true);
	const refused = await unpack(named.bytes);
	t.is(refused.code, 'ERR_SNAPSHOT_DAMAGED');
	t.true(refused.message.includes(`it holds names for images (${named.reference}`), refused.message);
	t.deepEqual(await namesOf(named.reference), []);

	const nameless = await tinyImage(t, false);
	t.is((await unpack(nameless.bytes)).code, 'ERR_SNAPSHOT_MISMATCH');
	await t.throwsAsync((await docker()).getImage(nameless.id).inspect(), {message: /no such image/i});
	t.is((await unpack(Buffer.from('no tar at all'.repeat(100)))).code, 'ERR_SNAPSHOT_DAMAGED');
});
