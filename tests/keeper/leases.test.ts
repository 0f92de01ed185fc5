import test from 'ava';
import type {KeeperClient} from '#lib/keeper/client.js';
import type {Lease} from '#lib/keeper/protocol.js';
import {connectClient, withClient} from '#lib/postgres/client.js';
import {bareCombination} from '#lib/template/combination.js';
import {freshSchema, killServer, makeProject} from '../helpers/project.ts';
import {until} from '../helpers/worker-context.ts';

async function waiting(keeper: KeeperClient, count: number): Promise<void> {
	await until(async () => (await keeper.api.status()).waiting === count);
}

/** Names the server behind a lease: no two have the same system identifier, start and port. */
async function serverOf({address}: Lease): Promise<string> {
	return withClient(address, async client => {
		const {rows} = await client.query<{id: string}>(`select pg_postmaster_start_time()::text || ' ' || coalesce(inet_server_port()::text, '') || ' ' || current_setting('data_directory') as id`);
		return `${rows[0]?.id} ${address.tcp?.port ?? address.port}`;
	});
}

test.serial('each lease has a server of its own, at most as many as there are workers, and further leases queue', async t => {
	const project = await makeProject(t, {options: {workers: 2}});
	const keeper = await project.open('run');
	await project.prepare(keeper);
	const [first, second] = await Promise.all([keeper.api.acquire('a.test.ts'), keeper.api.acquire('b.test.ts')]);
	t.deepEqual(new Set([first.slot, second.slot]), new Set([0, 1]));
	t.not(await serverOf(first), await serverOf(second));
	t.not(first.address.password, second.address.password);
	const granted: string[] = [];
	const third = keeper.api.acquire('c.test.ts').then(lease => {
		granted.push('c');
		return lease;
	});
	await waiting(keeper, 1);
	const fourth = keeper.api.acquire('d.test.ts').then(lease => {
		granted.push('d');
		return lease;
	});
	await waiting(keeper, 2);
	const {slots} = await keeper.api.status();
	t.deepEqual(slots.map(({state, file}) => ({state, file})).toSorted((a, b) => a.file! < b.file! ? -1 : 1), [{state: 'leased', file: 'a.test.ts'}, {state: 'leased', file: 'b.test.ts'}]);
	t.deepEqual(granted, []);
	await keeper.api.release(second.id);
	t.is((await third).slot, second.slot);
	t.deepEqual(granted, ['c']);
	await keeper.api.release(first.id);
	t.is((await fourth).slot, first.slot);
	t.is((await keeper.api.status()).leases, 4);
	t.is((await keeper.api.status()).slots.length, 2);
});

test.serial('G22: a lease ends with the connection that asked for it', async t => {
	const project = await makeProject(t, {options: {workers: 1}});
	const keeper = await project.open('run');
	await project.prepare(keeper);
	const worker = await project.open();
	const lease = await worker.api.acquire('dies.test.ts');
	const next = keeper.api.acquire('next.test.ts');
	await waiting(keeper, 1);
	worker.close();
	t.not((await next).id, lease.id);
	await t.throwsAsync(keeper.api.lane({lease: lease.id, combination: bareCombination, lane: 0}), {message: /lease \d+ has ended/});
});

test.serial('a worker that leaves the queue takes no server with it', async t => {
	const project = await makeProject(t, {options: {workers: 1}});
	const keeper = await project.open('run');
	await project.prepare(keeper);
	const held = await keeper.api.acquire('holds.test.ts');
	const worker = await project.open();
	const refused = t.throwsAsync(worker.api.acquire('leaves.test.ts'), {code: 'ERR_KEEPER_LOST'});
	await waiting(keeper, 1);
	worker.close();
	await refused;
	const next = keeper.api.acquire('next.test.ts');
	await keeper.api.release(held.id);
	t.is((await next).slot, 0);
	t.is((await keeper.api.status()).slots[0]?.file, 'next.test.ts');
});

test.serial('a lease can be given back twice', async t => {
	const project = await makeProject(t, {options: {workers: 1}});
	const keeper = await project.open();
	await project.prepare(keeper);
	const {id} = await keeper.api.acquire('a.test.ts');
	await keeper.api.release(id);
	const second = await keeper.api.acquire('b.test.ts');
	await keeper.api.release(id);
	t.is((await keeper.api.status()).slots[0]?.file, 'b.test.ts');
	await keeper.api.release(second.id);
	t.is((await keeper.api.status()).slots[0]?.state, 'free');
});

test.serial('G21: a server that was killed is replaced for the next lease', async t => {
	const project = await makeProject(t, {options: {workers: 1}});
	const keeper = await project.open();
	await project.prepare(keeper);
	const lease = await keeper.api.acquire('a.test.ts');
	const label = (await keeper.api.status()).slots[0]!.server!;
	await killServer(label);
	await until(async () => keeper.api.lane({lease: lease.id, combination: bareCombination, lane: 0}).then(() => false, (error: Error & {code?: string}) => error.code === 'ERR_SERVER_LOST'));
	await keeper.api.release(lease.id);
	const next = await keeper.api.acquire('b.test.ts');
	const {name} = await keeper.api.lane({lease: next.id, combination: bareCombination, lane: 0});
	await withClient({...next.address, database: name}, async client => {
		t.is((await client.query('select * from items')).rowCount, 0);
	});
});

test.serial('G24: a run that begins with another schema takes no server away from one that is under way', async t => {
	const project = await makeProject(t, {options: {workers: 1}});
	const first = await project.open('run');
	await project.prepare(first);
	const lease = await first.api.acquire('under way');
	const {name} = await first.api.lane({lease: lease.id, combination: bareCombination, lane: 0});
	const client = await connectClient({...lease.address, database: name});
	t.teardown(async () => client.end().catch(() => {}));
	await project.write('schemas/001.sql', freshSchema('create table others (id int);'));
	const second = await project.open('run');
	await project.prepare(second);
	const next = second.api.acquire('next');
	await waiting(second, 1);
	t.is((await client.query('select * from items')).rowCount, 0);
	t.is((await first.api.lane({lease: lease.id, combination: bareCombination, lane: 1})).source, 'cloned');
	await first.api.release(lease.id);
	const {id, address} = await next;
	const lane = await second.api.lane({lease: id, combination: bareCombination, lane: 0});
	await withClient({...address, database: lane.name}, async fresh => {
		t.is((await fresh.query('select * from others')).rowCount, 0);
	});
});
