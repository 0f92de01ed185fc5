import net from 'node:net';
import {once} from 'node:events';
import test, {type ExecutionContext} from 'ava';
import {privateName, templateName} from '#lib/config/names.js';
import {connectClient, withClient, type Client} from '#lib/postgres/client.js';
import {readMarker} from '#lib/postgres/marker.js';
import {ExternalAdapter} from '#lib/server/external.js';
import {takeShare} from '#lib/server/external/share.js';
import type {ServerAddress, Share} from '#lib/server/server.js';
import {buildTemplates} from '#lib/template/build.js';
import {databaseUrl} from '#lib/template/session.js';
import {makeProjectFolder} from '../helpers/project.ts';
import {withMarkedServer} from '../helpers/scratch-server.ts';
import {until} from '../helpers/worker-context.ts';

const teardowns: Array<() => unknown> = [];
let address: ServerAddress;
let admin: Client;
let token: string;

test.before(async () => {
	address = await withMarkedServer({teardown: undo => teardowns.unshift(undo)}, ['max_connections=30']);
	admin = await connectClient({...address, applicationName: 'somebody else'});
	token = (await readMarker(admin))!.token;
});

test.after.always(async () => {
	await admin?.end();
	for (const undo of teardowns) {
		await undo();
	}
});

function shareOf(t: ExecutionContext, options: {readonly owner: string; readonly workers?: number; readonly patienceMs?: number; readonly progress?: (step: string) => void}): Promise<Share> {
	const taking = takeShare({...address, marker: token}, {workers: 2, lanes: 1, ...options});
	t.teardown(async () => (await taking.catch(() => {}))?.release());
	return taking;
}

/** Passes everything on between a client and the server; `up` and `down` may look at it, change it and hold it back. */
async function startBetween(t: ExecutionContext, {up, down}: {up?: (chunk: Buffer) => Promise<void>; down?: (chunk: Buffer) => void}): Promise<number> {
	const between = net.createServer(socket => {
		const end = net.connect(address.port, address.host);
		let last = Promise.resolve();
		socket.on('data', (chunk: Buffer) => {
			last = last.then(async () => up?.(chunk)).then(() => {
				end.write(chunk);
			});
		});
		end.on('data', (chunk: Buffer) => {
			down?.(chunk);
			socket.write(chunk);
		});
		for (const [one, other] of [[socket, end], [end, socket]] as const) {
			one.on('error', () => {}).on('close', () => other.destroy());
		}
	}).listen(0, '127.0.0.1');
	await once(between, 'listening');
	t.teardown(() => between.close());
	return (between.address() as net.AddressInfo).port;
}

for (const moment of ['starts_with(datname', `application_name like 'dataflow-tdd %'`]) {
	test.serial(`a sweep takes nothing from a run that comes in the middle of it, before it asks for ${moment}`, async t => {
		const name = privateName('c', 'c0c0c0c0', token);
		let keeper: Client | undefined;
		const port = await startBetween(t, {
			async up(chunk) {
				if (!keeper && chunk.includes(moment)) {
					keeper = await connectClient({...address, applicationName: 'dataflow-tdd keeper c0c0c0c0'});
					await keeper.query(`create database ${name}`);
				}
			},
		});
		const adapter = await ExternalAdapter.create(databaseUrl({...address, port}, 'postgres'));
		t.deepEqual(await adapter.sweep(), []);
		t.truthy(keeper);
		await keeper!.query(`drop database ${name}`);
		await keeper!.end();
	});
}

test.serial('the server closes the connections of a machine that vanished, in 25 s and not in two hours', async t => {
	await withClient(address, async client => {
		const {rows} = await client.query(`select sum(setting::int * case name when 'tcp_keepalives_interval' then 3 when 'tcp_keepalives_idle' then 1 else 0 end)::int as seconds from pg_settings where name like 'tcp_keepalives%'`);
		t.deepEqual(rows, [{seconds: 25}]);
		t.deepEqual((await client.query('show tcp_keepalives_count')).rows, [{tcp_keepalives_count: '3'}]);
	});
});

test.serial('two builders that do not see each other\'s lock build a template each, and both end with the same one', async t => {
	await admin.query('create database other_entry');
	const projectDir = await makeProjectFolder({'schemas/001.sql': 'select pg_sleep(0.5); create table items (id int);'});
	const fingerprint = 'f'.repeat(64);
	const config = {projectDir, schemas: [`${projectDir}/schemas`], seeds: `${projectDir}/seeds`} as never;
	const records = await Promise.all(['postgres', 'other_entry'].map(async (database, index) => buildTemplates({
		address: {...address, database, marker: token}, config, fingerprint, combinations: [], owner: `${index}`.repeat(8), saveLane: false,
	}, () => {})));
	t.deepEqual(records[0], records[1]);
	const {rows} = await admin.query<{name: string}>(`select datname::text as name from pg_database where datname ~ '^tdd_[bct]_'`);
	t.deepEqual(rows, [{name: templateName(fingerprint, 'schema')}]);
});

test.serial('a pooler in front of the server is refused', async t => {
	const port = await startBetween(t, {
		// As a pooler does, it makes up the process id.
		down(chunk) {
			const at = chunk.indexOf(Buffer.of(0x4B, 0, 0, 0, 12));
			if (at !== -1) {
				chunk.writeInt32BE(4711, at + 5);
			}
		},
	});
	const adapter = await ExternalAdapter.create(databaseUrl({...address, port}, 'postgres'));
	await t.throwsAsync(adapter.identify(), {code: 'ERR_SERVER_POOLER', message: /a connection pooler answers, not PostgreSQL itself\..*the address of PostgreSQL itself/});
});

test.serial('a run gets no more than half of what is free, the last one what is left, and one more waits until another ends', async t => {
	// 30, of which 3 are reserved and one is the test's own: 26.
	const first = await shareOf(t, {owner: '11111111', workers: 8});
	t.is(first.description, '3 of 8 workers, 15 of its 27 connections');
	const second = await shareOf(t, {owner: '22222222', workers: 8});
	t.is(second.description, '1 of 8 workers, 7 of its 27 connections');
	const steps: string[] = [];
	let isThere = false;
	const third = shareOf(t, {owner: '33333333', progress: step => steps.push(step)}).then(share => {
		isThere = true;
		return share;
	});
	await until(async () => steps.length > 0);
	t.deepEqual(steps, ['waiting for a place on the server: 2 other runs hold 22 of its 27 connections']);
	await t.throwsAsync(shareOf(t, {owner: '44444444', patienceMs: 300}), {
		code: 'ERR_SERVER_FULL', message: /had no room for this run for 0 s\. A run with 1 lane needs 7 connections for its first worker; of 27 [^;]*, other runs hold 22, and others 1\./,
	});
	t.false(isThere);
	await second.release();
	t.is((await third).workers, 1);
});

test.serial('a role that may not look at the sessions of others counts them all the same', async t => {
	await admin.query(`create role tester login createdb password 'tester'`);
	const tester = {...address, user: 'tester', password: 'tester'};
	const others = await Promise.all(Array.from({length: 9}, async () => connectClient({...address, applicationName: 'somebody else'})));
	// 30, of which 3 are reserved, 9 are theirs and one is the test's own: 17.
	const shares = [];
	for (const [who, owner] of [[address, '77777777'], [tester, '88888888']] as const) {
		const share = await takeShare({...who, marker: token}, {owner, workers: 8, lanes: 1});
		await share.release();
		shares.push(share.description);
	}

	t.deepEqual(shares, Array.from({length: 2}).fill('2 of 8 workers, 11 of its 27 connections'));
	await Promise.all(others.map(async other => other.end()));
});

test.serial('a share ends with the connection of its run, and a run whose connection was cut takes it again', async t => {
	const share = await shareOf(t, {owner: '55555555'});
	const held = async () => (await admin.query<{pid: number}>(`select pid from pg_stat_activity where application_name like 'dataflow-tdd keeper 55555555 share %'`)).rows[0]?.pid;
	const pid = await held();
	await admin.query('select pg_terminate_backend($1)', [pid]);
	await until(async () => ![undefined, pid].includes(await held()));
	await share.release();
	await until(async () => await held() === undefined);
	t.pass();
});

test.serial('a server that has too few connections for any run is an error at once, with the figures', async t => {
	await admin.query(`create role few login createdb password 'few' connection limit 5`);
	const error = await t.throwsAsync(takeShare({...address, user: 'few', password: 'few', marker: token}, {owner: '66666666', workers: 2, lanes: 1}), {code: 'ERR_SERVER_FULL'});
	t.regex(error!.message, /^The server has too few connections for a run\. A run with 1 lane needs 7 .*; of 5 /);
});

test.serial('where no connection is left one is waited for, and in the end the error says whose they are not', async t => {
	await admin.query(`create role one login password 'one' connection limit 1`);
	const options = {...address, user: 'one', password: 'one'};
	const holder = await connectClient(options);
	await t.throwsAsync(connectClient({...options, timeoutMs: 300}), {code: 'ERR_SERVER_FULL', message: /had no connection left for one for 0 s/});
	const waiting = connectClient(options);
	await holder.end();
	await (await waiting).end();
});
