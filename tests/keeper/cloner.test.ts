import {execFileSync} from 'node:child_process';
import {chmodSync, mkdtempSync, rmSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {Cloner} from '#lib/keeper/cloner.js';
import type {CloneStrategies} from '#lib/keeper/clone-strategy.js';
import {connectClient, withClient, type Client} from '#lib/postgres/client.js';
import {createDatabase} from '#lib/postgres/databases.js';
import {bareCombination} from '#lib/template/combination.js';
import {makeProject} from '../helpers/project.ts';
import {withScratchServer} from '../helpers/scratch-server.ts';

const template = 'tdd_t_template';

interface Place {
	readonly admin: Client;
	clone(options?: {memoryFolder?: string; strategy?: string}): Promise<string>;
	/** Where a database lies: the name of its tablespace. */
	placeOf(name: string): Promise<string>;
}

async function makePlace(t: ExecutionContext): Promise<Place> {
	const address = await withScratchServer(t);
	const admin = await connectClient(address);
	t.teardown(async () => admin.end());
	await createDatabase(admin, template);
	return {
		admin,
		async clone({memoryFolder, strategy = 'file_copy'} = {}) {
			const strategies = {recall: () => ({strategy}), isWanting: false} as unknown as CloneStrategies;
			const {name} = await new Cloner({admin, version: 18, databaseOwner: 'test', strategies, memoryFolder}).clone(template, undefined);
			t.is(await withClient({...address, database: name}, async client => (await client.query('select 1')).rowCount), 1);
			return name;
		},
		async placeOf(name) {
			const {rows} = await admin.query<{place: string}>('select spcname as place from pg_database d join pg_tablespace s on s.oid = d.dattablespace where datname = $1', [name]);
			return rows[0]!.place;
		},
	};
}

/** A folder that the server may write to, removed after the test. */
function makeFolder(t: ExecutionContext): string {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'dataflow-tdd-memory-'));
	chmodSync(folder, 0o1777);
	t.teardown(() => {
		rmSync(folder, {recursive: true, force: true});
	});
	return folder;
}

test('a way to clone that this server refuses is given up for the ordinary one', async t => {
	const {clone} = await makePlace(t);
	await t.notThrowsAsync(clone({strategy: 'by_carrier_pigeon'}));
});

test('a clone lies in memory where the server has a folder there', async t => {
	const {clone, placeOf} = await makePlace(t);
	t.is(await placeOf(await clone({memoryFolder: makeFolder(t)})), 'tdd_memory');
	t.is(await placeOf(await clone()), 'pg_default');
});

test('a folder in memory that cannot be used leaves the disk', async t => {
	const {clone, placeOf} = await makePlace(t);
	t.is(await placeOf(await clone({memoryFolder: '/not/there'})), 'pg_default');
});

test('G30: memory that is full leaves the disk', async t => {
	if (process.getuid?.() !== 0 || process.platform !== 'linux') {
		t.log('skipped: only root can mount a small file system');
		t.pass();
		return;
	}

	const {clone, placeOf} = await makePlace(t);
	const memoryFolder = makeFolder(t);
	execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=1777', 'tmpfs', memoryFolder]);
	t.teardown(() => execFileSync('umount', ['--lazy', memoryFolder]));
	t.is(await placeOf(await clone({memoryFolder})), 'pg_default');
});

test.serial('clones in containers lie in memory', async t => {
	const project = await makeProject(t, {options: {workers: 1}});
	const keeper = await project.open();
	if (!keeper.info.description.startsWith('container')) {
		t.log(`skipped: this runs on ${keeper.info.description}, which lies in memory as a whole where there is room`);
		t.pass();
		return;
	}

	await project.prepare(keeper);
	const lease = await keeper.api.acquire('a');
	const {name} = await keeper.api.clone({lease: lease.id, combination: bareCombination, expected: 0});
	await withClient({...lease.address, database: name}, async client => {
		const {rows} = await client.query('select spcname as place from pg_database d join pg_tablespace s on s.oid = d.dattablespace where datname = current_database()');
		t.deepEqual(rows, [{place: 'tdd_memory'}]);
	});
});
