import {spawnSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {existsSync, readdirSync} from 'node:fs';
import {copyFile, lstat, mkdir, open, readFile, readdir, rm, stat, truncate, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {buffer} from 'node:stream/consumers';
import {Readable} from 'node:stream';
import {setImmediate} from 'node:timers/promises';
import {createZstdDecompress, zstdCompressSync} from 'node:zlib';
import test, {type ExecutionContext} from 'ava';
import {extract, pack} from 'tar-stream';
import {EmbeddedAdapter} from '#lib/server/embedded.js';
import {serverAccount} from '#lib/server/embedded/account.js';
import {cacheSubfolder} from '#lib/config/folders.js';
import {partName} from '#lib/config/parts.js';
import {writeArchive} from '#lib/transfer/archive.js';
import {folderFor} from '../helpers/folder.ts';
import {errorOf, filesOf, makeMachine, type Machine} from '../helpers/machine.ts';
import {withMarkedServer} from '../helpers/scratch-server.ts';

const embedded = {server: 'embedded'};

test('what one machine exports another one imports, and never migrates', async t => {
	const files = filesOf(embedded);
	const [first, second] = [await makeMachine(t, files), await makeMachine(t, files)];
	const file = path.join(await folderFor(t), 'a folder', 'snapshot.tar');
	const exported = await first.json('snapshot', 'export', file);
	t.like(exported, {file, kind: 'embedded', isBuilt: true});
	t.is(first.timesMigrated(), 1);
	t.deepEqual(await readdir(path.dirname(file)), ['snapshot.tar'], 'nothing else is left');
	t.false((await first.json('snapshot', 'export', file)).isBuilt);

	const {stdout: key} = await second.cli('snapshot', 'key');
	t.is(key, `${exported.fingerprint}\n`, 'the same fingerprint in another folder');
	t.deepEqual(await second.snapshots(), [], 'the key starts and builds nothing');
	t.like(await second.json('snapshot', 'import', file), {snapshot: exported.snapshot, wasHere: false});
	t.like(await second.json('warm'), {isCached: true, fingerprint: exported.fingerprint});
	t.is(second.timesMigrated(), 0);
	const {stdout: url} = await second.cli('psql', '--url');
	t.regex(url, /^postgres:/);
	t.deepEqual(await second.snapshots(), [exported.snapshot]);

	const again = await second.cli('snapshot', 'import', file);
	t.is(again.status, 0, again.stderr);
	t.is(again.stdout, `The snapshot ${exported.snapshot} is here already; nothing was done.\n`);
	const {snapshots} = await second.json('snapshot', 'list');
	t.like(snapshots, [{name: exported.snapshot, kind: 'embedded', isCurrent: true}]);
	t.regex((await second.cli('snapshot', 'list')).stdout, new RegExp(`\\* +${exported.snapshot} +embedded `));
	await assertOwned(t, second, exported.snapshot);
});

/** PostgreSQL refuses a data folder that is not its user's, or open to others. */
async function assertOwned(t: ExecutionContext, {cache}: Machine, name: string): Promise<void> {
	const folder = path.join(cache, 'snapshots', name);
	const uid = serverAccount()?.uid ?? process.getuid!();
	for (const entry of ['', ...readdirSync(folder, {recursive: true, encoding: 'utf8'}).filter(entry => entry !== 'record.json')]) {
		const status = await lstat(path.join(folder, entry));
		t.is(status.uid, uid, entry);
		t.is(status.mode & 0o777, status.isDirectory() ? 0o700 : 0o600, entry);
	}
}

/** Changes an archive's manifest, and keeps its contents. */
async function withManifest(file: string, target: string, change: object): Promise<void> {
	const entries = extract();
	entries.end(await readFile(file));
	const archive = pack();
	for await (const source of entries) {
		const content = await buffer(source);
		const {name} = source.header;
		archive.entry({name}, name === 'manifest.json' ? JSON.stringify({...JSON.parse(content.toString()), ...change}) : content);
	}

	archive.finalize();
	await writeFile(target, await buffer(archive));
}

async function flipByte(file: string, place: number): Promise<void> {
	const handle = await open(file, 'r+');
	const {buffer: read} = await handle.read(Buffer.alloc(1), 0, 1, place);
	await handle.write(Buffer.from([read[0]! ^ 1]), 0, 1, place);
	await handle.close();
}

test('an archive that does not match is refused, and leaves nothing', async t => {
	const files = filesOf(embedded);
	const [first, second] = [await makeMachine(t, files), await makeMachine(t, files)];
	const folder = await folderFor(t);
	const file = path.join(folder, 'snapshot.tar');
	const {contents, fingerprint} = await first.json('snapshot', 'export', file);
	const other = await makeMachine(t, {...files, schema: `${files.schema}-- edited\n`});
	const refused = async (machine: Machine, name: string): Promise<{code: string; message: string}> => {
		const error = errorOf(t, await machine.cli('snapshot', 'import', path.join(folder, name), '--json'));
		t.deepEqual(await machine.snapshots(), [], name);
		return error;
	};

	const edited = await refused(other, 'snapshot.tar');
	t.is(edited.code, 'ERR_SNAPSHOT_MISMATCH');
	t.true(edited.message.includes(`its fingerprint is ${fingerprint}, and here it is `), edited.message);

	await withManifest(file, path.join(folder, 'elsewhere.tar'), {identity: 'embedded 18.4 plan9-mips'});
	t.like(await refused(second, 'elsewhere.tar'), {code: 'ERR_SNAPSHOT_MISMATCH'});
	await withManifest(file, path.join(folder, 'image.tar'), {kind: 'container'});
	const ofImages = await refused(second, 'image.tar');
	t.is(ofImages.code, 'ERR_SNAPSHOT_KIND');
	t.regex(ofImages.message, /is of container servers, and tests run on embedded ones here; .*DATAFLOW_TDD_SERVER=container/);
	await withManifest(file, path.join(folder, 'newer.tar'), {format: 2});
	const newer = await refused(second, 'newer.tar');
	t.is(newer.code, 'ERR_SNAPSHOT_ARCHIVE');
	t.regex(newer.message, /its format is 2, and this release reads up to 1\./);
	await withManifest(file, path.join(folder, 'named.tar'), {snapshot: '../../evil'});
	t.like(await refused(second, 'named.tar'), {code: 'ERR_SNAPSHOT_ARCHIVE'});
	t.regex((await refused(second, 'nowhere.tar')).message, /There is no such file here/);

	const {size} = await stat(file);
	for (const [name, place] of [['begin', 3000], ['middle', Math.round(size / 2)], ['end', contents.bytes]] as const) {
		await copyFile(file, path.join(folder, `${name}.tar`));
		await flipByte(path.join(folder, `${name}.tar`), place);
		const {code, message} = await refused(second, `${name}.tar`);
		t.is(code, 'ERR_SNAPSHOT_DAMAGED');
		t.true(message.includes(`and should be ${contents.sha256}`), message);
	}

	await withManifest(file, path.join(folder, 'more.tar'), {contents: {...contents, unpackedBytes: 100_000}});
	const more = await refused(second, 'more.tar');
	t.is(more.code, 'ERR_SNAPSHOT_DAMAGED');
	t.true(more.message.includes('it unpacks to more than the 100000 bytes that it should hold'), more.message);

	await copyFile(file, path.join(folder, 'short.tar'));
	await truncate(path.join(folder, 'short.tar'), size / 2);
	const short = await refused(second, 'short.tar');
	t.is(short.code, 'ERR_SNAPSHOT_DAMAGED');
	t.true(short.message.includes(`it should hold ${contents.bytes} bytes of contents, and holds `), short.message);
	await writeFile(path.join(folder, 'empty.tar'), '');
	await writeFile(path.join(folder, 'text.tar'), 'no archive at all\n'.repeat(1000));
	for (const name of ['empty.tar', 'text.tar', 'missing.tar']) {
		t.like(await refused(second, name), {code: 'ERR_SNAPSHOT_ARCHIVE'});
	}

	t.is(second.timesMigrated(), 0);
});

test('a file that cannot be written is told, and what was there stays as it was', async t => {
	const machine = await makeMachine(t, filesOf(embedded));
	const folder = await folderFor(t);
	await mkdir(path.join(folder, 'taken'));
	await writeFile(path.join(folder, 'taken', 'inside'), 'mine');
	t.like(errorOf(t, await machine.cli('snapshot', 'export', path.join(folder, 'taken'), '--json')), {code: 'ERR_CLI_WRITE'});
	t.like(errorOf(t, await machine.cli('snapshot', 'export', path.join(folder, 'taken', 'inside', 'below.tar'), '--json')), {code: 'ERR_CLI_WRITE'});
	t.deepEqual(readdirSync(folder, {recursive: true}), ['taken', 'taken/inside']);
});

test('an existing server has nothing to export, and takes nothing', async t => {
	const {user, password, host, port, database} = await withMarkedServer(t);
	const machine = await makeMachine(t, filesOf({server: `postgres://${user}:${password}@${host}:${port}/${database}`}));
	const file = path.join(await folderFor(t), 'snapshot.tar');
	t.like(errorOf(t, await machine.cli('snapshot', 'export', file, '--json')), {code: 'ERR_SNAPSHOT_KIND'});
	t.false(existsSync(file));
	t.regex((await machine.cli('snapshot', 'key')).stdout, /^[\da-f]{40}\n$/);
	t.is(machine.timesMigrated(), 0);
});

test('what a killed export has left is removed by the next one, and nothing else', async t => {
	const machine = await makeMachine(t, filesOf(embedded));
	const folder = await folderFor(t);
	const file = path.join(folder, 'snapshot.tar');
	const dead = spawnSync(process.execPath, ['--version']).pid;
	const [left, ofOthers] = [partName(`${file}.contents`), partName(path.join(folder, 'other.tar'))].map(name => name.replace(`-${process.pid}.`, `-${dead}.`));
	await Promise.all([left!, ofOthers!, `${file}.old`].map(async each => writeFile(each, 'x')));
	await machine.json('snapshot', 'export', file);
	t.deepEqual((await readdir(folder)).toSorted(), [path.basename(ofOthers!), 'snapshot.tar', 'snapshot.tar.old']);
});

const mounting = process.platform === 'linux' && process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0;

(mounting ? test : test.skip)(`a disk that is full is told with its folder, and nothing is imported${mounting ? '' : ' (skipped: file systems cannot be mounted here)'}`, async t => {
	const files = filesOf(embedded);
	const [first, second] = [await makeMachine(t, files), await makeMachine(t, files)];
	const file = path.join(await folderFor(t), 'snapshot.tar');
	await first.json('snapshot', 'export', file);
	const snapshots = path.join(second.cache, 'snapshots');
	await mkdir(snapshots);
	spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=10m,mode=711', 'tmpfs', snapshots]);
	t.teardown(() => spawnSync('umount', [snapshots]));
	const {code, message} = errorOf(t, await second.cli('snapshot', 'import', file, '--json'));
	t.is(code, 'ERR_CLI_WRITE');
	t.true(message.startsWith(`The snapshot cannot be unpacked into ${snapshots}: ENOSPC`), message);
	t.deepEqual(await second.snapshots(), []);
});

const record = JSON.stringify({password: 'secret', frozen: [], sizeBytes: 1, contents: {files: 1, bytes: 3}});
type Entry = readonly [header: Parameters<ReturnType<typeof pack>['entry']>[0], content?: string];
const whole: readonly Entry[] = [[{name: 'record.json'}, record], [{name: 'data/', type: 'directory'}], [{name: 'data/PG_VERSION'}, '18\n']];

/** Contents that no snapshot of ours has, though they would match their checksum. */
const hostile: Readonly<Record<string, readonly Entry[]>> = {
	'a path that leads out': [...whole, [{name: '../escaped'}, 'x']],
	'a path that leads out further down': [...whole, [{name: 'data/../../escaped'}, 'x']],
	'an absolute path': [...whole, [{name: '/tmp/dataflow-tdd-escaped'}, 'x']],
	'a path of Windows': [...whole, [{name: String.raw`data\..\..\escaped`}, 'x']],
	'a link': [...whole, [{name: 'data/link', type: 'symlink', linkname: '/etc'}]],
	'a hard link': [...whole, [{name: 'data/link', type: 'link', linkname: '/etc/passwd'}]],
	'a device': [...whole, [{name: 'data/null', type: 'character-device', devmajor: 1, devminor: 3}]],
	'a file twice': [...whole, [{name: 'data/PG_VERSION'}, '17\n']],
	'a file too many': [...whole, [{name: 'data/more'}, 'x']],
	'a file too few': whole.slice(0, 2),
	'no record': whole.slice(1),
	'a record with a path for a database': [[{name: 'record.json'}, record.replace('[]', '["../x"]')], ...whole.slice(1)],
	'a record with a password that is none': [[{name: 'record.json'}, record.replace('secret', 'se cret')], ...whole.slice(1)],
	'nothing': [],
};

const tarOf = (entries: readonly Entry[]): Readable => {
	const archive = pack();
	for (const [header, content = ''] of entries) {
		archive.entry(header, content);
	}

	archive.finalize();
	return archive as unknown as Readable;
};

for (const [what, entries] of Object.entries(hostile)) {
	test(`contents with ${what} are refused, and leave nothing`, async t => {
		const {packer} = (await EmbeddedAdapter.create({projectDir: import.meta.dirname}))!;
		const name = `unpacked-${process.pid}-${Object.keys(hostile).indexOf(what)}`;
		await t.throwsAsync(packer.unpack(name, () => tarOf(entries)), {code: 'ERR_SNAPSHOT_DAMAGED'});
		t.deepEqual((await readdir(cacheSubfolder('snapshots'))).filter(each => each === name || each.startsWith(`${name}.`) || each === 'escaped'), []);
		t.false(existsSync('/tmp/dataflow-tdd-escaped'));
	});
}

test('a snapshot that another import has made meanwhile stays, and one that is damaged does not', async t => {
	const {packer} = (await EmbeddedAdapter.create({projectDir: import.meta.dirname}))!;
	const [first, ...others] = whole;
	const entries = [first!, ...others, [{name: 'data/global/', type: 'directory'}], [{name: 'data/global/pg_control'}, 'x']] as const;
	const right = [[{name: 'record.json'}, record.replace('"files":1,"bytes":3', '"files":2,"bytes":4')], ...entries.slice(1)] as readonly Entry[];
	const name = `twice-${process.pid}`;
	const folder = path.join(cacheSubfolder('snapshots'), name);
	t.teardown(async () => rm(folder, {recursive: true, force: true}));
	const unpack = async (): Promise<number> => {
		await packer.unpack(name, () => tarOf(right));
		return (await stat(folder)).ino;
	};

	const made = await unpack();
	t.is(await unpack(), made, 'servers may run from it');
	await rm(path.join(folder, 'data', 'PG_VERSION'));
	t.not(await unpack(), made);
	t.true(existsSync(path.join(folder, 'data', 'PG_VERSION')));
	t.deepEqual((await readdir(cacheSubfolder('snapshots'))).filter(each => each.startsWith(`${name}.`)), []);
});

test('contents that are no tar, or that end early, are refused', async t => {
	const {packer} = (await EmbeddedAdapter.create({projectDir: import.meta.dirname}))!;
	const tar = await buffer(tarOf(whole));
	for (const [index, bytes] of [tar.subarray(0, 700), zstdCompressSync(tar)].entries()) {
		await t.throwsAsync(packer.unpack(`broken-${process.pid}-${index}`, () => Readable.from([bytes])), {code: 'ERR_SNAPSHOT_DAMAGED'});
	}

	const {packer: again} = (await EmbeddedAdapter.create({projectDir: import.meta.dirname}))!;
	const aborted = AbortSignal.abort();
	await t.throwsAsync(again.unpack(`aborted-${process.pid}`, () => tarOf(whole), aborted), {name: 'AbortError'});
	t.deepEqual((await readdir(cacheSubfolder('snapshots'))).filter(each => /^(?:broken|aborted)-/.test(each)), []);
});

/** Ends in the middle, as if Ctrl-C had come. */
function interrupted(bytes: Buffer): {readonly contents: Readable; readonly signal: AbortSignal} {
	const controller = new AbortController();
	async function * read(): AsyncGenerator<Buffer> {
		yield bytes.subarray(0, bytes.length / 2);
		controller.abort();
		yield bytes.subarray(bytes.length / 2);
	}

	return {contents: Readable.from(read()), signal: controller.signal};
}

test('what is interrupted in the middle leaves no file and no snapshot', async t => {
	const tar = await buffer(tarOf(whole));
	const folder = await folderFor(t);
	const manifest = {format: 1, kind: 'embedded', snapshot: 's', fingerprint: 'f', identity: 'i', createdAt: '', writtenBy: ''} as const;
	await t.throwsAsync(writeArchive({file: path.join(folder, 'snapshot.tar'), manifest, ...interrupted(tar)}), {name: 'AbortError'});
	t.deepEqual(readdirSync(folder), []);

	const {packer} = (await EmbeddedAdapter.create({projectDir: import.meta.dirname}))!;
	const {contents, signal} = interrupted(tar);
	await t.throwsAsync(packer.unpack(`interrupted-${process.pid}`, () => contents, signal), {name: 'AbortError'});
	t.deepEqual((await readdir(cacheSubfolder('snapshots'))).filter(each => each.startsWith('interrupted-')), []);
});

test('whenever an import is interrupted, it fails by that alone', async t => {
	const files = Array.from({length: 100}, (_, index): Entry => [{name: `data/${index}`}, randomBytes(index % 10 === 0 ? 600_000 : 8000).toString('hex')]);
	const packed = zstdCompressSync(await buffer(tarOf([...whole, ...files])));
	const {packer} = (await EmbeddedAdapter.create({projectDir: import.meta.dirname}))!;
	// What nobody catches in time ends the process; AVA forgives what is caught later.
	const uncaught: unknown[] = [];
	const see = (error: unknown): void => void uncaught.push(error);
	process.on('unhandledRejection', see);
	t.teardown(() => process.off('unhandledRejection', see));
	for (let moment = 0; moment < 20; moment++) {
		const controller = new AbortController();
		const unpacking = packer.unpack(`ended-${process.pid}`, () => Readable.from([packed]).pipe(createZstdDecompress()), controller.signal);
		const refused = t.throwsAsync(unpacking, {name: 'AbortError'});
		for (let step = 0; step < moment * 15; step++) {
			await setImmediate();
		}

		controller.abort();
		await refused;
	}

	t.deepEqual(uncaught, []);
});
