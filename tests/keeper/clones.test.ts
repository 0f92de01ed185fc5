import {randomUUID} from 'node:crypto';
import {existsSync} from 'node:fs';
import test, {type ExecutionContext} from 'ava';
import pLimit from 'p-limit';
import {privateName} from '#lib/config/names.js';
import {CloneStrategies} from '#lib/keeper/clone-strategy.js';
import {Clones} from '#lib/keeper/clones.js';
import {connectClient, type Client} from '#lib/postgres/client.js';
import {cloneDatabase, createDatabase, dropDatabase, listDatabases, type OwnDatabase} from '#lib/postgres/databases.js';
import {bareCombination} from '#lib/template/combination.js';
import {makeProject} from '../helpers/project.ts';
import {withScratchServer} from '../helpers/scratch-server.ts';
import {until} from '../helpers/worker-context.ts';

const sizeBytes = 1000;
const template = 'tdd_t_template';

interface Place {
	readonly admin: Client;
	readonly clones: Clones;
	names(): Promise<string[]>;
}

async function makePlace(t: ExecutionContext, budgetBytes = 100 * sizeBytes): Promise<Place> {
	const admin = await connectClient(await withScratchServer(t));
	await createDatabase(admin, template);
	const inTurn = pLimit(1);
	const made = new Map<string, OwnDatabase>();
	const clones = new Clones({
		async create(combination) {
			const name = privateName('c', 'test');
			made.set(name, await inTurn(async () => cloneDatabase(admin, {template: `tdd_t_${combination}`, name})));
			return name;
		},
		drop: async name => inTurn(async () => dropDatabase(admin, made.get(name)!)),
		sizeOf: () => sizeBytes,
		budgetBytes,
	});
	t.teardown(async () => admin.end());
	return {admin, clones, names: async () => inTurn(async () => (await listDatabases(admin, 'tdd_c_')).map(({name}) => name))};
}

test('G32: what was made ahead is handed out, each once, and then made on demand', async t => {
	const {clones, names} = await makePlace(t);
	clones.expect('template', 2);
	await until(async () => (await names()).length === 2);
	const ahead = await names();
	const taken = [await clones.take('template', 1), await clones.take('template', 0), await clones.take('template', 0)];
	t.deepEqual(taken.map(({wasReady}) => wasReady), [true, true, false]);
	t.deepEqual(taken.slice(0, 2).map(({name}) => name).toSorted(), ahead.toSorted());
	t.is(new Set(taken.map(({name}) => name)).size, 3);
	t.is((await names()).length, 3, 'nothing is made for tests that nobody expects');
});

test('G32: nothing is dropped while tests run, and used ones are when nobody waits', async t => {
	const {clones, names} = await makePlace(t);
	const first = await clones.take('template', 1);
	clones.retire(first.name);
	const second = await clones.take('template', 0);
	t.true((await names()).includes(first.name));
	clones.retireHeld();
	await clones.tidy();
	t.deepEqual(await names(), [], 'also those that their worker has not given back');
	t.is(clones.size, 0);
	t.not(first.name, second.name);
});

test('G32: what is dropped stops when somebody waits, and a new worker\'s clone is not dropped with the old one\'s', async t => {
	const {clones, names} = await makePlace(t);
	const old = [await clones.take('template', 0), await clones.take('template', 0)].map(({name}) => name);
	const late = clones.take('template', 0);
	clones.retireHeld();
	let asked = 0;
	await clones.tidy(() => ++asked === 1);
	t.is((await names()).filter(name => old.includes(name)).length, 1, 'one was dropped, then somebody came');
	const next = await clones.take('template', 0);
	await clones.tidy();
	t.deepEqual(await names(), [next.name], 'also what was made for a worker that had gone');
	t.not((await late).name, next.name);
});

test('G32: what was made ahead and not used is there for the next worker', async t => {
	const {clones, names} = await makePlace(t);
	clones.expect('template', 1);
	await until(async () => (await names()).length === 1);
	const [ahead] = await names();
	await clones.tidy();
	t.deepEqual(await clones.take('template', 0), {name: ahead, wasReady: true});
});

test('G30: over the budget the oldest used ones go at once', async t => {
	const {clones, names} = await makePlace(t, 3 * sizeBytes);
	const taken: string[] = [];
	for (let round = 0; round < 5; round++) {
		const {name} = await clones.take('template', 0);
		taken.push(name);
		clones.retire(name);
	}

	await until(async () => (await names()).length === 3);
	t.deepEqual((await names()).toSorted(), taken.slice(2).toSorted());
});

test('G30: used ones make room for those that are made ahead, and never more are there than fit', async t => {
	const {clones, names} = await makePlace(t, 3 * sizeBytes);
	const taken = await Promise.all([1, 2, 3].map(async () => clones.take('template', 0)));
	for (const {name} of taken.slice(0, 2)) {
		clones.retire(name);
	}

	clones.expect('template', 4);
	await until(async () => clones.size === 3 && (await names()).every(name => taken.slice(0, 2).every(used => used.name !== name)));
	t.is((await names()).length, 3, 'the third is in use, and nothing else could be dropped');
	t.true((await clones.take('template', 0)).wasReady);
	t.false((await clones.take('template', 0)).name === (await clones.take('template', 0)).name, 'what is asked for is made all the same');
});

test('G38: of kept ones the newest three stay, and go with all others at the end', async t => {
	const {clones, names} = await makePlace(t);
	const taken: string[] = [];
	for (let round = 0; round < 4; round++) {
		const {name} = await clones.take('template', 0);
		taken.push(name);
		clones.keep(name);
	}

	await clones.tidy();
	t.deepEqual((await names()).toSorted(), taken.slice(1).toSorted());
	clones.expect('template', 1);
	await clones.dropAll();
	t.deepEqual(await names(), []);
});

test('G32: a clone that could not be made ahead is made when somebody asks, with the error of then', async t => {
	const {admin, clones} = await makePlace(t);
	clones.expect('later', 1);
	await until(async () => clones.size === 0);
	await t.throwsAsync(clones.take('later', 0), {code: '3D000'});
	await createDatabase(admin, 'tdd_t_later');
	t.is((await clones.take('later', 0)).wasReady, false);
});

test('how a server clones fastest is measured once, of all ways it has, and remembered', async t => {
	const {admin, names} = await makePlace(t);
	const identity = randomUUID();
	const strategies = new CloneStrategies(identity);
	t.is(strategies.recall(), undefined);
	t.true(strategies.isWanting);
	const {rows} = await admin.query<{version: number}>(`select current_setting('server_version_num')::int / 10000 as version`);
	const measuring = strategies.measure({admin, version: rows[0]!.version, template, databaseOwner: 'test'});
	t.false(strategies.isWanting, 'nobody else measures meanwhile');
	const record = (await measuring)!;
	const medians = Object.values(record.medianMs);
	t.is(record.medianMs[record.strategy], Math.min(...medians));
	t.true(medians.length >= 2);
	t.deepEqual(new CloneStrategies(identity).recall(), record);
	t.deepEqual(await names(), [], 'its clones are dropped');
	strategies.forget();
	t.is(new CloneStrategies(identity).recall(), undefined);
});

test('measuring stops when somebody waits, and is done another time', async t => {
	const {admin, names} = await makePlace(t);
	const strategies = new CloneStrategies(randomUUID());
	let asked = 0;
	t.is(await strategies.measure({admin, version: 17, template, databaseOwner: 'test', isIdle: () => ++asked < 3}), undefined);
	t.true(strategies.isWanting);
	t.deepEqual(await names(), []);
});

test('where nothing can be cloned, nothing is learned', async t => {
	const {admin} = await makePlace(t);
	const strategies = new CloneStrategies(randomUUID());
	await t.throwsAsync(strategies.measure({admin, version: 18, template: 'tdd_t_not_there', databaseOwner: 'test'}), {code: '3D000'});
	t.is(strategies.recall(), undefined);
});

test.serial('G38: a kept database outlasts its lease and is reached through a service file, which goes with the keeper', async t => {
	const project = await makeProject(t, {options: {workers: 1, lingerMs: 60_000}});
	const keeper = await project.open('run');
	await project.prepare(keeper);
	const lease = await keeper.api.acquire('a');
	const {name} = await keeper.api.clone({lease: lease.id, combination: bareCombination, expected: 0});
	const {serviceFile, service, lingerMs} = await keeper.api.keep(lease.id, {database: name, backends: []});
	t.is(lingerMs, 60_000);
	t.is(service, name);
	await keeper.api.release(lease.id);
	const next = await keeper.api.acquire('b');
	const client = await connectClient({...next.address, database: name});
	await client.end();
	t.true(existsSync(serviceFile));
	await project.stop();
	t.false(existsSync(serviceFile));
});
