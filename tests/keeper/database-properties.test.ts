import test, {type ExecutionContext} from 'ava';
import type {KeeperClient} from '#lib/keeper/client.js';
import type {Lease} from '#lib/keeper/protocol.js';
import {withClient, type Client} from '#lib/postgres/client.js';
import {readProperties, type DatabaseProperties} from '#lib/postgres/database-properties.js';
import {bareCombination, combinationOf} from '#lib/template/combination.js';
import {freshSchema, makeProject} from '../helpers/project.ts';

const roles = `
do $$
declare
	role text;
begin
	foreach role in array array['shop_owner', 'shop_app'] loop
		begin
			execute format('create role %I', role);
		exception when duplicate_object or unique_violation then null;
		end;
	end loop;
end
$$;`;

/** Everything that belongs to a database and not to what is in it. */
const properties = `
do $$
declare
	self text := quote_ident(current_database());
begin
	execute 'alter database ' || self || ' set search_path = app, "$user", "odd ""name", public';
	execute 'alter database ' || self || ' set app.tenant = ''it''''s = 7''';
	execute 'alter database ' || self || ' set work_mem = ''7MB''';
	execute 'alter role shop_app in database ' || self || ' set statement_timeout = 4321';
	execute 'alter database ' || self || ' connection limit 77';
	execute 'alter database ' || self || ' owner to shop_owner';
	execute 'revoke temporary on database ' || self || ' from public';
	execute 'grant create on database ' || self || ' to shop_app with grant option';
	execute 'comment on database ' || self || ' is ''the shop''''s own''';
end
$$;`;

/** What lies inside of a database, and is copied with it. */
const contents = `
create schema app;
create table app.things (id int);
create table items (id int generated always as identity primary key, kind int not null, name citext not null);
create index items_kind on items (kind);
insert into items (kind, name) select (n % 5000 = 0)::int, 'item ' || n from generate_series(1, 10000) as n;
select lo_from_bytea(4711, 'large and inside');
alter default privileges in schema app grant select on tables to shop_app;`;

const expected: DatabaseProperties = {
	owner: 'shop_owner',
	comment: 'the shop\'s own',
	connectionLimit: 77,
	settings: [
		{role: null, name: 'app.tenant', value: 'it\'s = 7'},
		{role: null, name: 'search_path', value: 'app, "$user", "odd ""name", public'},
		{role: null, name: 'work_mem', value: '7MB'},
		{role: 'shop_app', name: 'statement_timeout', value: '4321'},
	],
	grants: [
		{grantee: null, privilege: 'CONNECT', isGrantable: false},
		{grantee: 'shop_app', privilege: 'CREATE', isGrantable: true},
		{grantee: 'shop_owner', privilege: 'CONNECT', isGrantable: false},
		{grantee: 'shop_owner', privilege: 'CREATE', isGrantable: false},
		{grantee: 'shop_owner', privilege: 'TEMPORARY', isGrantable: false},
	],
};

interface Place {
	readonly keeper: KeeperClient;
	readonly lease: Lease;
	/** Asks a database. */
	on<T>(database: string, use: (client: Client) => Promise<T>): Promise<T>;
}

async function open(t: Pick<ExecutionContext, 'teardown'>, files?: Readonly<Record<string, string>>): Promise<Place> {
	const project = await makeProject(t, {...(files && {files}), options: {workers: 1}});
	const keeper = await project.open('run');
	await project.prepare(keeper);
	const lease = await keeper.api.acquire('a');
	return {keeper, lease, on: async (database, use) => withClient({...lease.address, database}, use)};
}

const teardowns: Array<() => unknown> = [];
let shop: Place;

test.before(async t => {
	t.timeout(110_000);
	shop = await open({teardown: undo => void teardowns.unshift(undo)}, {
		'schemas/001.sql': freshSchema(`create extension if not exists citext;${roles}${contents}${properties}`),
		'seeds/one.sql': `insert into public.items (kind, name) values (2, 'of the pack one');`,
		'seeds/two.sql': `-- needs: one\ninsert into public.items (kind, name) values (3, 'of the pack two');`,
	});
});

test.after.always(async () => {
	for (const undo of teardowns) {
		await undo();
	}
});

/** A lane of the schema alone that no test has used. */
async function cloned(): Promise<string> {
	const {keeper, lease} = shop;
	return (await keeper.api.lane({lease: lease.id, combination: bareCombination, lane: 1})).name;
}

test.serial('G29: what CREATE DATABASE does not copy is put back on every kind of database that a test gets', async t => {
	const {keeper, lease, on} = shop;
	const lane = async (number: number, packs: readonly string[] = []) => keeper.api.lane({lease: lease.id, combination: combinationOf(packs), lane: number});
	const saved = await lane(0);
	t.deepEqual(await on(saved.name, readProperties), expected, 'a lane that was saved with the snapshot');
	t.deepEqual(await on((await lane(1)).name, readProperties), expected, 'a lane that was cloned');
	const clone = async (expected: number) => (await keeper.api.clone({lease: lease.id, combination: bareCombination, expected})).name;
	t.deepEqual(await on(await clone(1), readProperties), expected, 'a clone');
	t.deepEqual(await on(await clone(0), readProperties), expected, 'a clone that was made ahead');
	t.deepEqual(await on((await lane(0, ['one', 'two'])).name, readProperties), expected, 'a seeded lane, whose template was built on another');
	await keeper.api.taint(lease.id, saved.name);
	t.deepEqual(await on((await lane(0)).name, readProperties), expected, 'a lane in the place of one that was tainted');
});

test.serial('G29: settings of the database are in force on its connections, with their values as they were', async t => {
	const {on} = shop;
	const name = await cloned();
	const {rows} = await on(name, async client => client.query(`
		select current_setting('app.tenant') as tenant, current_setting('work_mem') as memory, 'things'::regclass::text as found,
			array_to_string(current_schemas(false), ' ') as schemas`));
	t.deepEqual(rows, [{tenant: 'it\'s = 7', memory: '7MB', found: 'things', schemas: 'app public'}]);
});

test.serial('G29: grants of the database are in force on its clones', async t => {
	const {on} = shop;
	const name = await cloned();
	await on(name, async client => {
		await client.query('set session authorization shop_app');
		await t.throwsAsync(client.query('create temp table scratch (a int)'), {code: '42501'});
		await client.query('create schema of_the_application');
	});
});

test.serial('G29: plans of clones rest on the statistics of the template', async t => {
	const {keeper, lease, on} = shop;
	const plan = async (database: string, kind: number) => on(database, async client => {
		const {rows} = await client.query<{'QUERY PLAN': Array<{Plan: {'Node Type': string; 'Plan Rows': number}}>}>(`explain (format json) select * from public.items where kind = ${kind}`);
		const {'Node Type': type, 'Plan Rows': count} = rows[0]!['QUERY PLAN'][0]!.Plan;
		return {type, count};
	});
	for (const number of [0, 1]) {
		const {name} = await keeper.api.lane({lease: lease.id, combination: bareCombination, lane: number});
		t.deepEqual(await plan(name, 0), {type: 'Seq Scan', count: 9998});
		t.regex((await plan(name, 1)).type, /^(?:Index|Bitmap Heap) Scan$/);
		t.true((await plan(name, 1)).count < 10);
	}
});

test.serial('G29: large objects, extensions, default privileges and sequences are in clones', async t => {
	const {on} = shop;
	const name = await cloned();
	const {rows} = await on(name, async client => client.query(`
		select convert_from(lo_get(4711), 'UTF8') as large, exists (select from pg_extension where extname = 'citext') as extension,
			(select count(*)::int from public.items where name = 'ITEM 7') as found, nextval('public.items_id_seq')::int as next,
			(select defaclacl::text from pg_default_acl) as defaults`));
	t.like(rows[0], {large: 'large and inside', extension: true, found: 1, next: 10_001});
	t.regex((rows[0] as {defaults: string}).defaults, /shop_app=r\//);
});

test.serial('G29: a project that sets nothing on its database has nothing put back', async t => {
	const {keeper, lease, on} = await open(t);
	const {name, record} = await keeper.api.lane({lease: lease.id, combination: bareCombination, lane: 1});
	t.is(record.properties, undefined);
	t.is(await on(name, readProperties), undefined);
});
