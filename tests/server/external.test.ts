import path from 'node:path';
import test from 'ava';
import {privateName} from '#lib/config/names.js';
import {EmbeddedAdapter} from '#lib/server/embedded.js';
import {ExternalAdapter} from '#lib/server/external.js';
import {assertVersion, startServer} from '#lib/server/start.js';
import type {ServerAdapter} from '#lib/server/server.js';
import {databaseUrl} from '#lib/template/session.js';
import {connectClient, withClient} from '#lib/postgres/client.js';
import {ensureMarker, readMarker} from '#lib/postgres/marker.js';
import {serverContract} from './contract.ts';

const projectDir = path.dirname(path.dirname(import.meta.dirname));
const base = (await EmbeddedAdapter.create({projectDir}))!;
const server = await startServer(base, {owner: `external-test:${process.pid}`});
const url = databaseUrl(server.address, 'postgres');
await withClient(server.address, ensureMarker);

test.after.always('the server that plays the existing one is stopped', async () => {
	await server.stop();
});

const external: ServerAdapter = await ExternalAdapter.create(url);
serverContract(test, 'external', () => external, {isExternal: true, version: 18});

test.serial('a sweep drops what dead keepers left, and nothing else', async t => {
	await withClient(server.address, async admin => {
		const {token} = (await readMarker(admin))!;
		const [dead, alive] = [privateName('c', 'deadbeef', token), privateName('c', 'a1a1a1a1', token)];
		for (const name of [dead, alive, 'users_own']) {
			await admin.query(`create database ${name}`);
		}

		const keeper = await connectClient({...server.address, applicationName: 'dataflow-tdd keeper a1a1a1a1'});
		t.deepEqual(await external.sweep(() => false), [dead]);
		const {rows} = await admin.query<{datname: string}>('select datname from pg_database where datname = any($1) order by 1', [[dead, alive, 'users_own']]);
		t.deepEqual(rows.map(({datname}) => datname), [alive, 'users_own']);
		await keeper.end();
	});
});

test.serial('G31: a sweep drops databases whose drop was interrupted, templates included, and no foreign one', async t => {
	await withClient(server.address, async admin => {
		const keeper = await connectClient({...server.address, applicationName: 'dataflow-tdd keeper b2b2b2b2'});
		const names = [privateName('c', 'b2b2b2b2', (await readMarker(admin))!.token), 'tdd_t_0123456789abcdef_shop', 'tdd_not_ours', 'users_other'];
		for (const name of names) {
			await admin.query(`create database ${name}`);
		}

		await admin.query('update pg_database set datconnlimit = -2 where datname = any($1)', [names]);
		t.deepEqual((await external.sweep(() => false)).filter(name => names.includes(name)), names.slice(0, 2));
		const {rows} = await admin.query<{datname: string}>('select datname from pg_database where datname = any($1) order by 1', [names]);
		t.deepEqual(rows.map(({datname}) => datname), names.slice(2));
		await keeper.end();
	});
});

const refused = [
	['a managed service', 'postgres://u:secret@shop.abc.eu-west-1.rds.amazonaws.com/app'],
	['a host named for production', 'postgres://u:secret@db.prod.internal/app'],
	['a database named for production', 'postgres://u:secret@localhost/shop_production'],
] as const;
for (const [what, text] of refused) {
	test(`${what} is refused`, async t => {
		const error = await t.throwsAsync<Error & {code: string}>(ExternalAdapter.create(text));
		t.is(error?.code, 'ERR_GUARD_REFUSED');
		t.false(error?.message.includes('secret'));
	});
}

test('a text that is no URL is named without its password', async t => {
	const error = await t.throwsAsync<Error & {code: string}>(ExternalAdapter.create('postgres://u:sec ret@:bad:'));
	t.is(error?.code, 'ERR_SERVER_URL');
});

test('a server that does not answer is named without its password', async t => {
	const adapter = await ExternalAdapter.create('postgres://tester:secret@127.0.0.1:1/postgres');
	const error = await t.throwsAsync<Error & {code: string; hint: string}>(startServer(adapter, {owner: 'x'}));
	t.is(error?.code, 'ERR_SERVER_URL');
	t.regex(error?.message ?? '', /127\.0\.0\.1:1/);
	t.false(error?.message.includes('secret'));
});

test('a wrong password is said to be one', async t => {
	const adapter = await ExternalAdapter.create(url.replace(/:[^:@]+@/, ':wrong@'));
	const error = await t.throwsAsync<Error & {code: string}>(adapter.start());
	t.is(error?.code, 'ERR_SERVER_URL');
	t.regex(error?.message ?? '', /password authentication failed/);
});

test('a user who may not create databases is refused with the statement that helps', async t => {
	await withClient(server.address, async admin => admin.query(`create role plain login password 'plain'`));
	const plain = new URL(url);
	plain.username = 'plain';
	plain.password = 'plain';
	const error = await t.throwsAsync<Error & {code: string; hint: string}>((await ExternalAdapter.create(plain.href)).identify());
	t.is(error?.code, 'ERR_SERVER_URL');
	t.regex(error?.hint ?? '', /alter role "plain" createdb/);
});

test('a server that is too old is refused, and the oldest that works is named', t => {
	const error = t.throws<Error & {code: string}>(() => {
		assertVersion(server.version, server.label, server.version + 1);
	});
	t.is(error?.code, 'ERR_SERVER_VERSION');
	t.true(error?.message.includes(`PostgreSQL ${server.version + 1} or newer`));
	t.notThrows(() => {
		assertVersion(server.version, server.label);
	});
});
