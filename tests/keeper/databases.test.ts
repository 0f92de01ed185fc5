import {readFileSync} from 'node:fs';
import test from 'ava';
import type {KeeperClient} from '#lib/keeper/client.js';
import type {LaneDatabase, Lease} from '#lib/keeper/protocol.js';
import {connectClient, withClient} from '#lib/postgres/client.js';
import {listDatabases} from '#lib/postgres/databases.js';
import {bareCombination} from '#lib/template/combination.js';
import {makeProject} from '../helpers/project.ts';
import {until} from '../helpers/worker-context.ts';

async function lane(keeper: KeeperClient, lease: Lease, number = 0): Promise<LaneDatabase> {
	return keeper.api.lane({lease: lease.id, combination: bareCombination, lane: number});
}

async function clone(keeper: KeeperClient, lease: Lease, expected = 0): Promise<string> {
	return (await keeper.api.clone({lease: lease.id, combination: bareCombination, expected})).name;
}

async function rows({address}: Lease, database: string): Promise<number> {
	return withClient({...address, database}, async client => (await client.query('select * from items')).rowCount ?? 0);
}

async function write({address}: Lease, database: string): Promise<void> {
	await withClient({...address, database}, async client => client.query(`insert into items (name) values ('left behind')`));
}

test.serial('a tainted database is not handed out again, and goes when nobody waits', async t => {
	const project = await makeProject(t, {options: {workers: 1}});
	const keeper = await project.open('run');
	await project.prepare(keeper);
	const lease = await keeper.api.acquire('a');
	const first = await lane(keeper, lease);
	t.is((await lane(keeper, lease)).name, first.name, 'untainted, it is the same');
	await write(lease, first.name);
	await keeper.api.taint(lease.id, first.name);
	const second = await lane(keeper, lease);
	t.not(second.name, first.name);
	t.is(second.source, 'cloned');
	t.is(await rows(lease, second.name), 0);
	await keeper.api.release(lease.id);
	const next = await keeper.api.acquire('b');
	t.is((await lane(keeper, next)).name, second.name);
	await keeper.api.release(next.id);
	await until(async () => withClient(next.address, async client => !(await listDatabases(client, first.name)).some(({name}) => name === first.name)));
});

test.serial('lanes are databases of their own', async t => {
	const project = await makeProject(t, {options: {workers: 1}});
	const keeper = await project.open();
	await project.prepare(keeper);
	const lease = await keeper.api.acquire('a');
	const names = await Promise.all([0, 1, 2].map(async number => (await lane(keeper, lease, number)).name));
	t.is(new Set(names).size, 3);
	t.deepEqual(await Promise.all(names.map(async name => rows(lease, name))), [0, 0, 0]);
});

test.serial('G37: a database that somebody has put in the place of a used clone is not dropped, and the log says so', async t => {
	const project = await makeProject(t, {options: {workers: 1}});
	const keeper = await project.open('run');
	await project.prepare(keeper);
	const lease = await keeper.api.acquire('a');
	const name = await clone(keeper, lease);
	await withClient(lease.address, async client => {
		await client.query(`drop database ${name}`);
		await client.query(`create database ${name}`);
		await keeper.api.retire(lease.id, name);
		await keeper.api.release(lease.id);
		await until(async () => readFileSync(keeper.info.logFile, 'utf8').includes(`dropping ${name} failed: GuardError: The database ${name} is not the one`));
		t.is((await listDatabases(client, name)).length, 1);
	});
});

test.serial('a clone is for who asked for it, and is dropped after the lease', async t => {
	const project = await makeProject(t, {options: {workers: 1}});
	const keeper = await project.open('run');
	await project.prepare(keeper);
	const lease = await keeper.api.acquire('a');
	const [first, second] = [await clone(keeper, lease), await clone(keeper, lease)];
	t.not(first, second);
	await write(lease, first);
	t.is(await rows(lease, second), 0);
	await keeper.api.release(lease.id);
	const next = await keeper.api.acquire('b');
	t.is(await rows(next, (await lane(keeper, next)).name), 0);
	await keeper.api.release(next.id);
	await until(async () => withClient(next.address, async client => (await listDatabases(client, 'tdd_c_')).every(({name}) => name !== first && name !== second)));
});

test.serial('G32: what one lease left is dropped, and what the next one holds is not', async t => {
	const project = await makeProject(t, {options: {workers: 1}});
	const keeper = await project.open('run');
	await project.prepare(keeper);
	const lease = await keeper.api.acquire('a');
	const left = await Promise.all([0, 1, 2, 3].map(async number => (await lane(keeper, lease, number)).name));
	for (const name of left) {
		await keeper.api.taint(lease.id, name);
	}

	await keeper.api.release(lease.id);
	const next = await keeper.api.acquire('b');
	const mine = await clone(keeper, next);
	await keeper.api.release(next.id);
	const last = await keeper.api.acquire('c');
	const kept = await clone(keeper, last);
	await until(async () => withClient(last.address, async client => {
		const there = (await listDatabases(client, 'tdd_c_')).map(({name}) => name);
		return there.includes(kept) && (await keeper.api.status()).leases === 3;
	}));
	t.is(await rows(last, kept), 0);
	await keeper.api.release(last.id);
	await until(async () => withClient(last.address, async client => {
		const there = (await listDatabases(client, 'tdd_')).map(({name}) => name);
		return ![...left, mine, kept].some(name => there.includes(name));
	}));
});

test.serial('G22: after a worker that ended without a word, its sessions are ended and its lanes are replaced', async t => {
	const project = await makeProject(t, {options: {workers: 1}});
	const keeper = await project.open('run');
	await project.prepare(keeper);
	const worker = await project.open();
	const lease = await worker.api.acquire('dies');
	const touched = await lane(worker, lease);
	const taken = await clone(worker, lease);
	await write(lease, touched.name);
	const left = await connectClient({...lease.address, database: touched.name});
	await left.query('begin; lock table items;');
	const next = keeper.api.acquire('next');
	await until(async () => (await keeper.api.status()).waiting === 1);
	worker.close();
	const granted = await next;
	await t.throwsAsync(left.query('select 1'));
	const fresh = await lane(keeper, granted);
	t.not(fresh.name, touched.name);
	t.is(await rows(granted, fresh.name), 0);
	await keeper.api.release(granted.id);
	const last = await keeper.api.acquire('last');
	await keeper.api.release(last.id);
	await until(async () => withClient(last.address, async client => !(await listDatabases(client, 'tdd_')).some(({name}) => name === touched.name || name === taken)));
});

test.serial('G27: a template cannot be connected to from a lease', async t => {
	const project = await makeProject(t, {options: {workers: 1}});
	const keeper = await project.open();
	await project.prepare(keeper);
	const lease = await keeper.api.acquire('a');
	const templates = await withClient(lease.address, async client => (await listDatabases(client, 'tdd_t_')).map(({name}) => name));
	t.is(templates.length, 1);
	await t.throwsAsync(connectClient({...lease.address, database: templates[0]!}), {code: '55000'});
});
