import {readFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {lock} from 'proper-lockfile';
import {cacheSubfolder} from '#lib/config/folders.js';
import {openKeeper, type KeeperClient} from '#lib/keeper/client.js';
import type {Lease} from '#lib/keeper/protocol.js';
import {Templates} from '#lib/keeper/templates.js';
import {Wishes} from '#lib/keeper/wishes.js';
import {withClient} from '#lib/postgres/client.js';
import {listDatabases} from '#lib/postgres/databases.js';
import {chooseServer} from '#lib/server/choose.js';
import {startServer} from '#lib/server/start.js';
import {bareCombination} from '#lib/template/combination.js';
import {Fingerprinter} from '#lib/template/fingerprint.js';
import {freshSchema, makeProject} from '../helpers/project.ts';
import {until} from '../helpers/worker-context.ts';

/** The tables that a lane of a lease holds. */
async function tablesOf(keeper: KeeperClient, {id, address}: Lease): Promise<string[]> {
	const {name} = await keeper.api.lane({lease: id, combination: bareCombination, lane: 0});
	return withClient({...address, database: name}, async client => {
		const {rows} = await client.query<{name: string}>(`select tablename::text as name from pg_tables where schemaname = 'public' order by 1`);
		return rows.map(row => row.name);
	});
}

test.serial('G26: a changed schema file gives the next lease a new template, without a restart', async t => {
	const project = await makeProject(t, {options: {workers: 1}});
	const keeper = await project.open();
	const before = await project.prepare(keeper);
	t.false(before.isCached);
	t.true((await project.prepare(keeper)).isCached);
	const first = await keeper.api.acquire('a');
	t.deepEqual(await tablesOf(keeper, first), ['items']);
	await project.write('schemas/002.sql', 'create table more (id int);');
	t.deepEqual(await tablesOf(keeper, first), ['items'], 'a lease keeps the template it has begun with');
	await keeper.api.release(first.id);
	const after = await project.prepare(keeper);
	t.not(after.fingerprint, before.fingerprint);
	t.false(after.isCached);
	const second = await keeper.api.acquire('b');
	t.deepEqual(await tablesOf(keeper, second), ['items', 'more']);
	await keeper.api.release(second.id);
	await project.remove('schemas/002.sql');
	t.like(await project.prepare(keeper), {fingerprint: before.fingerprint, isCached: true});
	t.deepEqual(await tablesOf(keeper, await keeper.api.acquire('c')), ['items']);
	t.is((await keeper.api.status()).pid, keeper.info.pid);
});

test.serial('G26: a lease without a run sees a changed schema too', async t => {
	const project = await makeProject(t, {options: {workers: 1}});
	const keeper = await project.open();
	await project.prepare(keeper);
	await keeper.api.release((await keeper.api.acquire('a')).id);
	await project.write('schemas/002.sql', 'create table more (id int);');
	const lease = await keeper.api.acquire('b');
	t.deepEqual(await tablesOf(keeper, lease), ['items', 'more']);
	await project.prepare(keeper);
});

test.serial('G25: a failed build gives all who wait the same error, with file and line, and after the correction the next one works', async t => {
	const project = await makeProject(t, {files: {'schemas/001.sql': freshSchema(), 'schemas/002.sql': '\ncreate table broken (\n\tid nothing\n);\n'}});
	const keeper = await project.open('run');
	const workers = await Promise.all([1, 2].map(async () => project.open()));
	const waiters = [keeper.api.prepare(), ...workers.map(async ({api}, index) => api.acquire(`${index}`)), workers[0]!.api.prepare()];
	const errors = await Promise.all(waiters.map(async waiter => t.throwsAsync<Error & {code: string; hint: string}>(waiter as Promise<unknown>)));
	t.is(errors.length, 4);
	t.is(new Set(errors.map(error => `${error?.name} ${error?.code} ${error?.message} ${error?.hint}`)).size, 1);
	t.like(errors[0], {name: 'TemplateError', code: 'ERR_TEMPLATE_SQL'});
	t.true(errors[0]!.message.startsWith('schemas/002.sql:3:5 failed: type "nothing" does not exist'), errors[0]?.message);
	t.is(readFileSync(keeper.info.logFile, 'utf8').split('starting a server to build the snapshot').length - 1, 1, 'it was tried once');
	await project.write('schemas/002.sql', 'create table mended (id int);');
	t.false((await project.prepare(keeper)).isCached);
	t.deepEqual(await tablesOf(workers[0]!, await workers[0]!.api.acquire('again')), ['items', 'mended']);
});

test.serial('a failed build is tried again when the runs that met it are over', async t => {
	const project = await makeProject(t, {files: {'schemas/001.sql': freshSchema(), 'schemas/002.ts': `
		import {existsSync} from 'node:fs';
		export const up = async () => { if (!existsSync('permitted')) throw new Error('not yet'); };`}});
	const first = await project.open('run');
	await t.throwsAsync(first.api.prepare(), {code: 'ERR_TEMPLATE_MIGRATION', message: /002\.ts failed: not yet/});
	await project.write('permitted', '');
	await t.throwsAsync(first.api.prepare(), {code: 'ERR_TEMPLATE_MIGRATION'});
	first.close();
	// Until the keeper has noticed that nobody is there any more, it gives the old answer.
	await until(async () => {
		const next = await project.open('run');
		t.is(next.info.pid, first.info.pid);
		const isBuilt = await project.prepare(next).then(() => true, () => false);
		next.close();
		return isBuilt;
	});
});

test.serial('what a build does is told to those who are connected', async t => {
	const project = await makeProject(t);
	const {openKeeper} = await import('#lib/keeper/client.js');
	const steps: string[] = [];
	const keeper = await openKeeper(project.config, 'run', step => steps.push(step));
	t.teardown(() => {
		keeper.close();
	});
	await project.prepare(keeper);
	t.true(steps.includes('applying schemas/001.sql'), steps.join('; '));
	t.true(steps.includes('saving the snapshot'), steps.join('; '));
});

test.serial('G32: a combination that tests have asked for is in the next snapshot, and the next keeper builds nothing', async t => {
	const project = await makeProject(t, {options: {workers: 1}, files: {
		'schemas/001.sql': freshSchema(), 'seeds/one.sql': `insert into items (name) values ('one');`, 'seeds/two.sql': `-- needs: one\ninsert into items (name) values ('two');`,
	}});
	const combination = {packs: ['two'], layers: []};
	const first = await project.open('run');
	await project.prepare(first);
	const lease = await first.api.acquire('a');
	const asked = await first.api.lane({lease: lease.id, combination, lane: 0});
	t.is(asked.source, 'built');
	t.deepEqual(asked.record.packs, ['one', 'two']);
	t.is((await first.api.lane({lease: lease.id, combination, lane: 0})).source, 'ready');
	t.is((await first.api.lane({lease: lease.id, combination, lane: 1})).source, 'cloned');
	await first.api.stop();
	await first.closed;
	const next = await project.open('run');
	t.not(next.info.pid, first.info.pid);
	t.true((await project.prepare(next)).isCached);
	const {id, address} = await next.api.acquire('b');
	const baked = await next.api.lane({lease: id, combination, lane: 0});
	t.not(baked.source, 'built');
	t.deepEqual(baked.record.results, asked.record.results);
	await withClient({...address, database: baked.name}, async client => {
		t.deepEqual((await client.query('select name from items order by id')).rows, [{name: 'one'}, {name: 'two'}]);
	});
	t.is((await next.api.lane({lease: id, combination: bareCombination, lane: 0})).source, 'ready', 'the schema alone is there as a lane');
});

test.serial('a combination that can no longer be built is left out of the snapshot, and fails only who asks for it', async t => {
	const project = await makeProject(t, {options: {workers: 1}, files: {'schemas/001.sql': freshSchema(), 'seeds/one.sql': `insert into items (name) values ('one');`}});
	const combination = {packs: ['one'], layers: []};
	const first = await project.open('run');
	await project.prepare(first);
	const lease = await first.api.acquire('a');
	await first.api.lane({lease: lease.id, combination, lane: 0});
	await project.write('seeds/one.sql', 'insert into nowhere values (1);');
	await first.api.release(lease.id);
	t.false((await project.prepare(first)).isCached);
	const again = await first.api.acquire('b');
	t.is((await first.api.lane({lease: again.id, combination: bareCombination, lane: 0})).source, 'ready');
	await t.throwsAsync(first.api.lane({lease: again.id, combination, lane: 0}), {message: /seeds\/one\.sql:1:13 failed: relation "nowhere" does not exist/});
	await t.throwsAsync(first.api.lane({lease: again.id, combination: {packs: ['none'], layers: []}, lane: 0}), {code: 'ERR_SEED_UNKNOWN'});
});

test.serial('a template that another process builds for too long is an error that names the lock', async t => {
	const {config, dir} = await makeProject(t);
	const {adapter} = await chooseServer(config);
	const fingerprint = await new Fingerprinter(config).compute((await adapter.identify()).identity);
	const file = path.join(cacheSubfolder('locks'), fingerprint.slice(0, 24));
	const release = await lock(file, {realpath: false});
	t.teardown(release);
	const templates = new Templates({
		adapter, config, owner: 'locked:1:1', databaseOwner: 'deadbeef', wishes: new Wishes(path.join(dir, 'wishes.json')), progress() {}, lockAttempts: 2,
	});
	const error = await t.throwsAsync(templates.current(), {code: 'ERR_TEMPLATE_LOCKED', name: 'TemplateError'});
	t.true(error?.message.includes(`the template ${fingerprint.slice(0, 8)} `), error?.message);
	t.true(error?.message.includes(`${file}.lock`), error?.message);
});

test.serial('G32: a snapshot that was saved upon others too often is built anew, with all that tests have asked for', async t => {
	const {config, dir} = await makeProject(t, {files: {
		'schemas/001.sql': freshSchema(), 'seeds/one.sql': `insert into items (name) values ('one');`, 'seeds/two.sql': `insert into items (name) values ('two');`,
	}});
	const {adapter} = await chooseServer(config);
	const wishes = new Wishes(path.join(dir, 'wishes.json'));
	const templates = new Templates({adapter, config, owner: 'layers:1:1', databaseOwner: 'deadbeef', wishes, progress() {}, maxLayers: 2});
	const depths: Array<number | undefined> = [];
	for (const wish of [undefined, 'one', 'two']) {
		await templates.current();
		if (wish !== undefined) {
			wishes.add({packs: [wish], layers: []});
			await templates.bake();
		}

		const {snapshot} = await templates.current();
		t.teardown(async () => adapter.remove(snapshot!));
		depths.push((await adapter.list()).find(({name}) => name === snapshot)?.layers);
	}

	t.deepEqual(depths, adapter.kind === 'container' ? [1, 2, 1] : [undefined, undefined, undefined], 'only images have layers');
	const {snapshot} = await templates.current();
	const server = await startServer(adapter, {owner: 'layers:1:1', snapshot: snapshot!});
	t.teardown(async () => server.stop());
	const records = await withClient(server.address, async client => listDatabases(client, 'tdd_t_'));
	t.is(records.filter(({isTemplate}) => isTemplate).length, 3, 'the schema and both packs');
});

test.serial('G26: what a build made of a file that was edited meanwhile is not taken for the file as it was', async t => {
	// Edits the schema in the middle of the first build, before it is applied, and never again.
	const edit = `import {appendFileSync, existsSync, writeFileSync} from 'node:fs';
if (!existsSync('marker')) { writeFileSync('marker', ''); appendFileSync('schemas/1.sql', 'create table edited (id int);'); }`;
	const original = freshSchema();
	const project = await makeProject(t, {files: {'schemas/1.sql': original, 'edit.mjs': edit, 'inputs/none.txt': ''}});
	const config = {...project.config, schemas: [{command: `"${process.execPath}" edit.mjs`, inputs: [path.join(project.dir, 'inputs')]}, ...project.config.schemas]};
	const client = await openKeeper(config, 'run');
	t.teardown(async () => {
		await client.api.stop().catch(() => {});
		await client.closed;
	});
	await project.prepare(client);
	await project.write('schemas/1.sql', original);
	await project.prepare(client);
	const {id} = await client.api.acquire('edited');
	const {record} = await client.api.lane({lease: id, combination: bareCombination, lane: 0});
	t.deepEqual(record.tables.map(({name}) => name), ['items']);
});
