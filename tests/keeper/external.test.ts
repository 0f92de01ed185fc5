import process from 'node:process';
import test from 'ava';
import type {KeeperClient} from '#lib/keeper/client.js';
import {connectClient, type Client} from '#lib/postgres/client.js';
import {bareCombination} from '#lib/template/combination.js';
import {databaseUrl} from '#lib/template/session.js';
import {withMarkedServer} from '../helpers/scratch-server.ts';
import {freshSchema, makeProject, untilGone, type Project} from '../helpers/project.ts';
import {until} from '../helpers/worker-context.ts';

const teardowns: Array<() => unknown> = [];
let admin: Client;
let url: string;

test.before(async () => {
	const address = await withMarkedServer({teardown: undo => teardowns.unshift(undo)});
	url = databaseUrl(address, address.database);
	admin = await connectClient({...address, applicationName: 'somebody else'});
	await admin.query('create database foreign_one');
	await admin.query('create database tdd_not_really');
});

test.after.always(async () => {
	await admin?.end();
	for (const undo of teardowns) {
		await undo();
	}
});

async function databases(): Promise<string[]> {
	const {rows} = await admin.query<{name: string}>('select datname::text as name from pg_database order by 1');
	return rows.map(({name}) => name);
}

async function harnessDatabases(kind: 'b' | 'c' | 't'): Promise<string[]> {
	return (await databases()).filter(name => name.startsWith(`tdd_${kind}_`));
}

/** A project whose server is the one of this file. */
async function externalProject(t: Parameters<typeof makeProject>[0], files?: Readonly<Record<string, string>>): Promise<Project> {
	return makeProject(t, {...(files && {files}), options: {server: url, workers: 2}});
}

async function ask(keeper: KeeperClient, use: (client: Client) => Promise<void>, combination = bareCombination): Promise<void> {
	const {id, address} = await keeper.api.acquire('test');
	const {name} = await keeper.api.lane({lease: id, combination, lane: 0});
	const client = await connectClient({...address, database: name});
	await use(client);
	await client.end();
	await keeper.api.release(id);
}

test.serial('a project on a server that runs already works from end to end, and leaves only templates there', async t => {
	const before = await databases();
	const project = await externalProject(t, {'schemas/001.sql': freshSchema(), 'seeds/one.sql': `insert into items (name) values ('one');`});
	const keeper = await project.open('run');
	t.regex(keeper.info.description, /^external PostgreSQL 18.* at 127\.0\.0\.1:\d+$/);
	t.false(JSON.stringify(keeper.info).includes('scratch'));
	t.false((await keeper.api.prepare()).isCached);
	t.true((await keeper.api.prepare()).isCached);
	await ask(keeper, async client => {
		t.is((await client.query('select * from items')).rowCount, 0);
	});
	await ask(keeper, async client => {
		t.is((await client.query('select * from items')).rowCount, 1);
	}, {packs: ['one'], layers: []});
	await Promise.all([1, 2, 3].map(async () => ask(keeper, async client => {
		await client.query('insert into items (name) values ($1)', ['committed']);
		await client.query('delete from items');
	})));
	t.is((await harnessDatabases('t')).length, 2);
	t.true((await harnessDatabases('c')).length > 0);
	await keeper.api.stop();
	await keeper.closed;
	t.deepEqual(await harnessDatabases('c'), [], 'lanes are dropped at the end');
	t.deepEqual(await harnessDatabases('b'), []);
	t.deepEqual((await databases()).filter(name => !name.startsWith('tdd_t_')), before);
});

test.serial('the next keeper finds the templates on the server', async t => {
	const project = await externalProject(t);
	const first = await project.open('run');
	t.false((await first.api.prepare()).isCached);
	await first.api.stop();
	await first.closed;
	const second = await project.open('run');
	t.true((await second.api.prepare()).isCached);
	await ask(second, async client => {
		t.is((await client.query('select * from items')).rowCount, 0);
	});
});

test.serial('a broken schema leaves nothing on the server', async t => {
	const before = await databases();
	const project = await externalProject(t, {'schemas/001.sql': 'create table a (id nothing);'});
	const keeper = await project.open('run');
	await t.throwsAsync(keeper.api.prepare(), {code: 'ERR_TEMPLATE_SQL', message: /^schemas\/001\.sql:1:20 failed/});
	t.deepEqual(await databases(), before);
});

test.serial('G24: two keepers on one server share a template and nothing else', async t => {
	const schema = freshSchema();
	const [one, two] = [await externalProject(t, {'schemas/001.sql': schema}), await externalProject(t, {'schemas/001.sql': schema})];
	const keepers = await Promise.all([one.open('run'), two.open('run')]);
	const templates = (await harnessDatabases('t')).length;
	const [first, second] = await Promise.all(keepers.map(async ({api}) => api.prepare()));
	t.is(first?.fingerprint, second?.fingerprint);
	t.is((await harnessDatabases('t')).length, templates + 1);
	const lease = await keepers[1].api.acquire('stays');
	const {name} = await keepers[1].api.lane({lease: lease.id, combination: bareCombination, lane: 0});
	await ask(keepers[0], async client => {
		await client.query(`insert into items (name) values ('x')`);
	});
	await keepers[0].api.stop();
	await keepers[0].closed;
	t.true((await databases()).includes(name));
});

test.serial('G22: what a killed keeper has left on the server is swept by the next one, and nothing else', async t => {
	const project = await externalProject(t);
	const keeper = await project.open('run');
	await keeper.api.prepare();
	const lease = await keeper.api.acquire('a');
	const {name} = await keeper.api.lane({lease: lease.id, combination: bareCombination, lane: 0});
	process.kill(keeper.info.pid, 'SIGKILL');
	await untilGone(keeper.info.pid, []);
	t.true((await databases()).includes(name));
	await until(async () => (await admin.query(`select from pg_stat_activity where application_name like 'dataflow-tdd keeper %'`)).rowCount === 0);
	await project.open('run');
	await until(async () => !(await databases()).includes(name));
	t.true((await databases()).includes('foreign_one'));
	t.true((await databases()).includes('tdd_not_really'));
});

test.serial('what one slot has had built is there for the other', async t => {
	const project = await externalProject(t, {'schemas/001.sql': freshSchema(), 'seeds/one.sql': `insert into items (name) values ('one');`});
	const keeper = await project.open('run');
	await keeper.api.prepare();
	const [one, other] = await Promise.all([keeper.api.acquire('one'), keeper.api.acquire('other')]);
	t.not(one.slot, other.slot);
	const combination = {packs: ['one'], layers: []};
	const source = async (lease: number): Promise<string> => (await keeper.api.lane({lease, combination, lane: 0})).source;
	t.deepEqual([await source(one.id), await source(other.id)], ['built', 'cloned']);
	await Promise.all([keeper.api.release(one.id), keeper.api.release(other.id)]);
});

test.serial('a server that is not there gives every client the error with its address, without the password', async t => {
	const project = await makeProject(t, {options: {server: 'postgres://me:geheim@127.0.0.1:1/test'}});
	const error = await t.throwsAsync(project.open(), {code: 'ERR_SERVER_URL', name: 'ServerError', message: /127\.0\.0\.1:1/});
	t.false(error?.message.includes('geheim'));
});
