import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {privateName} from '#lib/config/names.js';
import {GuardError} from '#lib/errors.js';
import {withClient, type Client} from '#lib/postgres/client.js';
import {createDatabase} from '#lib/postgres/databases.js';
import {ensureMarker, removeMarker} from '#lib/postgres/marker.js';
import {openKeeper} from '#lib/keeper/client.js';
import {connectAdmin} from '#lib/server/admin.js';
import {chooseServer} from '#lib/server/choose.js';
import {ExternalAdapter} from '#lib/server/external.js';
import {databaseUrl} from '#lib/template/session.js';
import {until} from '../helpers/worker-context.ts';
import {withMarkedServer, withReplicatedServer, withScratchServer, type ScratchAddress} from '../helpers/scratch-server.ts';

const urlOf = (address: ScratchAddress): string => databaseUrl(address, address.database);

async function names(client: Client): Promise<string[]> {
	const {rows} = await client.query<{name: string}>('select datname::text as name from pg_database order by 1');
	return rows.map(({name}) => name);
}

/** Everything that would change something on a server, each in the way in which the keeper comes to it. */
function destructive(adapter: ExternalAdapter): Readonly<Record<string, () => Promise<unknown>>> {
	return {
		identify: async () => adapter.identify(),
		start: async () => adapter.start(),
		sweep: async () => adapter.sweep(),
		sweepOwner: async () => adapter.sweepOwner('deadbeef'),
	};
}

async function assertRefused(t: ExecutionContext, adapter: ExternalAdapter, expected: {code: string; message: RegExp}): Promise<GuardError> {
	let last: GuardError | undefined;
	for (const [what, action] of Object.entries(destructive(adapter))) {
		last = await t.throwsAsync<GuardError>(action(), {instanceOf: GuardError, ...expected}, what);
	}

	return last!;
}

test('G37: nothing is done on a server that bears no marker, and the error is the command that sets it', async t => {
	const address = await withScratchServer(t);
	const url = urlOf(address);
	const adapter = await ExternalAdapter.create(url);
	await withClient(address, async client => {
		await client.query('create database tdd_c_deadbeef_0123456789ab');
		const before = await names(client);
		const {hint, message} = await assertRefused(t, adapter, {code: 'ERR_GUARD_MARKER', message: /bears no marker/});
		t.true(hint.includes(`npx dataflow-tdd doctor --mark 'postgres://postgres@127.0.0.1:${address.port}/postgres' (with --yes`), hint);
		t.false(message.includes(address.password));
		t.deepEqual(await names(client), before);

		const {token} = await ensureMarker(client);
		await t.notThrowsAsync(adapter.identify());
		const dead = privateName('c', 'deadbeef', token);
		await createDatabase(client, dead);
		t.deepEqual(await adapter.sweep(), [dead]);

		await removeMarker(client);
		await assertRefused(t, adapter, {code: 'ERR_GUARD_MARKER', message: /bears no marker/});
	});
});

test('G37: a name that looks like one of the harness\'s does not make a database one of its own', async t => {
	const address = await withMarkedServer(t);
	const adapter = await ExternalAdapter.create(urlOf(address));
	await withClient(address, async client => {
		const {token} = await ensureMarker(client);
		const lookalikes = ['tdd_c_deadbeef_1', 'tdd_c_deadbeef_0123456789ab', 'tdd_c_deadbeef_0123456789ab_0123456789ab', privateName('b', 'deadbeef', 'of another server'), 'tdd_t_mine', 'tdd_shop'];
		const own = [privateName('b', 'deadbeef', token), privateName('c', 'deadbeef', token), privateName('c', 'feedbeef', token)];
		for (const name of [...lookalikes, ...own]) {
			await createDatabase(client, name);
		}

		t.true(await adapter.sweepOwner('deadbeef').then(isLeft => !isLeft));
		t.deepEqual((await names(client)).filter(name => own.includes(name)), [own[2]], 'of this keeper, and no other');
		t.deepEqual(await adapter.sweep(), [own[2]]);
		// Nor does one whose drop was interrupted.
		await client.query('update pg_database set datconnlimit = -2 where datname = any($1)', [lookalikes]);
		t.deepEqual(await adapter.sweep(), []);
		t.deepEqual((await names(client)).filter(name => lookalikes.includes(name)).toSorted(), lookalikes.toSorted());
	});
});

test('G37: the marker is seen from every database and by every role, and is set once', async t => {
	const address = await withMarkedServer(t);
	await withClient(address, async client => {
		const first = await ensureMarker(client);
		t.regex(first.token, /^[\da-f]{32}$/);
		t.is((await ensureMarker(client)).token, first.token);
		await client.query('create database app');
		await client.query(`create role tester login createdb password 'tester'`);
	});
	for (const server of [{...address, database: 'app'}, {...address, database: 'app', user: 'tester', password: 'tester'}]) {
		const adapter = await ExternalAdapter.create(urlOf(server));
		await t.notThrowsAsync(adapter.identify());
	}
});

test('a role that may create databases and nothing else can set the marker and take it away', async t => {
	const address = await withScratchServer(t);
	await withClient(address, async client => client.query(`create role tester login createdb password 'tester'`));
	await withClient({...address, user: 'tester', password: 'tester'}, async client => {
		const {system} = await ensureMarker(client);
		t.regex(system, /^\d+$/);
		t.truthy(await removeMarker(client));
		t.is(await removeMarker(client), undefined);
		t.false((await names(client)).includes('tdd_marker'));
	});
});

test('G37: a marker that has come with a dump, or that somebody else has written, is none', async t => {
	const address = await withMarkedServer(t);
	const adapter = await ExternalAdapter.create(urlOf(address));
	await withClient(address, async client => {
		const {rows} = await client.query<{comment: string}>(`select shobj_description(oid, 'pg_database') as comment from pg_database where datname = 'tdd_marker'`);
		const elsewhere = rows[0]!.comment.replace(/"system":"\d+"/, '"system":"1234"');
		t.not(elsewhere, rows[0]!.comment);
		for (const [comment, message] of [[elsewhere, /bears the marker of another server/], ['for tests', /bears no marker/], ['{"marker": true}', /bears no marker/]] as const) {
			await client.query(`comment on database tdd_marker is ${client.escapeLiteral(comment)}`);
			await assertRefused(t, adapter, {code: 'ERR_GUARD_MARKER', message});
		}

		t.is(await removeMarker(client), undefined, 'what somebody else has written is left alone');
		await ensureMarker(client);
		await t.notThrowsAsync(adapter.start());
	});
});

test('G37: an address that leads to another server than a moment ago is refused, by the session that would change something', async t => {
	const address = await withMarkedServer(t);
	const adapter = await ExternalAdapter.create(urlOf(address));
	const {address: admitted} = await adapter.start();
	const admin = await connectAdmin(admitted, 'a keeper');
	await admin.end();
	await withClient(address, async client => {
		await removeMarker(client);
		await t.throwsAsync(connectAdmin(admitted, 'a keeper'), {code: 'ERR_GUARD_MARKER', message: /does not bear the marker any more/});
		// Another server has another token.
		await ensureMarker(client);
		await t.throwsAsync(connectAdmin(admitted, 'a keeper'), {code: 'ERR_GUARD_MARKER'});
		await assertRefused(t, adapter, {code: 'ERR_GUARD_MARKER', message: /another marker than a moment ago/});
		await t.notThrowsAsync((await ExternalAdapter.create(urlOf(address))).start());
		// Who is refused leaves no connection.
		await until(async () => (await client.query(`select from pg_stat_activity where application_name = 'a keeper'`)).rowCount === 0);
	});
});

test('G37: standbys are refused, and so are servers with standbys, with slots for them, or that wait for them, marked and allowed or not', async t => {
	const {primary, standby, stopStandby} = await withReplicatedServer(t);
	const refused = async (address: ScratchAddress, message: RegExp): Promise<unknown> => assertRefused(t, await ExternalAdapter.create(urlOf(address), ['127.0.0.1']), {code: 'ERR_GUARD_REFUSED', message});
	await refused(standby, /it is a standby/);
	await refused(primary, /it has replicas\./);
	await stopStandby();
	await withClient(primary, async client => {
		await until(async () => (await client.query('select from pg_stat_replication')).rowCount === 0);
		await t.notThrowsAsync((await ExternalAdapter.create(urlOf(primary))).identify());
		await client.query(`select pg_create_physical_replication_slot('for_a_standby')`);
		await refused(primary, /it has replicas: it keeps replication slots/);
		await client.query(`select pg_drop_replication_slot('for_a_standby')`);
		await client.query(`alter system set synchronous_standby_names = 'one_that_is_away'`);
		await client.query('select pg_reload_conf()');
		await until(async () => withClient(primary, async other => (await other.query(`select 1 where current_setting('synchronous_standby_names') <> ''`)).rowCount === 1));
		await refused(primary, /it has replicas\./);
	});
});

test('G37: a tunnel to a managed service is seen through, by the roles that it makes, unless its host is allowed', async t => {
	const address = await withMarkedServer(t);
	await withClient(address, async client => {
		for (const [role, service] of Object.entries({rds_superuser: 'Amazon RDS', cloudsqlsuperuser: 'Google Cloud SQL', neon_superuser: 'Neon'})) {
			await client.query(`create role ${role}`);
			const {hint} = await assertRefused(t, await ExternalAdapter.create(urlOf(address)), {code: 'ERR_GUARD_REFUSED', message: new RegExp(`the role ${role}, which ${service} makes`)});
			t.regex(hint, /allowServers: \['127\.0\.0\.1'\]/);
			await assertRefused(t, await ExternalAdapter.create(urlOf(address), ['localhost']), {code: 'ERR_GUARD_REFUSED', message: /managed database service/});
			const {adapter} = await chooseServer({projectDir: '/', server: urlOf(address), image: 'x', binaries: undefined, allowServers: ['127.0.0.1']});
			await t.notThrowsAsync(adapter.identify());
			await client.query(`drop role ${role}`);
		}
	});
});

test.serial('G37: where NODE_ENV is production no server is chosen, of whatever kind, and no keeper is asked for one', async t => {
	const before = process.env.NODE_ENV;
	t.teardown(() => {
		process.env.NODE_ENV = before;
	});
	for (const name of ['production', 'Production', 'prod', ' production ']) {
		process.env.NODE_ENV = name;
		for (const server of ['auto', 'embedded', 'container', 'postgres://127.0.0.1/postgres']) {
			const choosing = chooseServer({projectDir: process.cwd(), server, image: 'postgres:17', binaries: undefined});
			await t.throwsAsync(choosing, {code: 'ERR_GUARD_REFUSED', message: new RegExp(`^The harness will not run: NODE_ENV is ${name.trim()}\\.`)});
		}

		await t.throwsAsync(openKeeper({} as never, 'worker'), {code: 'ERR_GUARD_REFUSED'});
	}
});
