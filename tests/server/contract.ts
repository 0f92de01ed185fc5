import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import type {ExecutionContext, TestFn} from 'ava';
import {connectClient, withClient, type Client} from '#lib/postgres/client.js';
import {startServer} from '#lib/server/start.js';
import type {Server, ServerAdapter, StartedServer} from '#lib/server/server.js';

/** What differs between the adapters that keep the contract. A claim without its hook is skipped, visibly. */
export interface ContractOptions {
	/** Why this adapter cannot be tested here; registers one skipped test. */
	readonly skipReason?: string | undefined;
	/** The adapter has no servers of its own to set or to end: an existing server is used as it is. */
	readonly isExternal?: boolean;
	/** The major version that the server is expected to have. */
	readonly version?: number;
	/** Ends a server the way a crash would, without its adapter. */
	readonly kill?: (server: StartedServer) => Promise<void>;
	/** An adapter whose next start fails half-way. */
	readonly makeFailing?: () => Promise<ServerAdapter>;
	/** Whatever of an owner's servers is still there: containers, folders, processes. */
	readonly leftovers?: (owner: string) => Promise<string[]>;
	/** The addresses to which a server's port is bound: `127.0.0.1`, or `0.0.0.0` for all. */
	readonly boundAddresses?: (server: Server) => Promise<string[]>;
}

type Body = (t: ExecutionContext) => Promise<void>;

const owner = `contract:${process.pid}:alive`;
const snapshot = `contract-${process.pid}`;

async function value<T>(client: Client, sql: string): Promise<T> {
	const {rows} = await client.query<{value: T}>(`select (${sql}) as value`);
	return rows[0]!.value;
}

/** Fails, instead of waiting for ever, when something does not happen in time. */
export async function within<T>(promise: Promise<T>, timeoutMs: number, what: string): Promise<T> {
	const timer = new AbortController();
	const late = delay(timeoutMs, undefined, {signal: timer.signal}).then(() => {
		throw new Error(`${what}: not within ${timeoutMs} ms`);
	});
	try {
		return await Promise.race([promise, late]);
	} finally {
		timer.abort();
		late.catch(() => {});
	}
}

/** Registers the claims that each adapter keeps. Nothing that they start outlives them. */
export function serverContract(test: TestFn, name: string, makeAdapter: (suffix: string) => ServerAdapter, options: ContractOptions = {}): void {
	if (options.skipReason) {
		test.skip(`${name}: not tested, ${options.skipReason}`, t => {
			t.pass();
		});
		return;
	}

	const adapter = makeAdapter(name);
	const saved = `${snapshot}-${name.toLowerCase().replaceAll(/[^a-z\d]+/g, '-')}`.slice(0, 64);
	const claim = (title: string, body: Body, missing?: string | false) => {
		if (missing) {
			test.serial.skip(`${name}: ${title} (skipped: ${missing})`, body);
		} else {
			test.serial(`${name}: ${title}`, body);
		}
	};

	/** Each acquire has its release here: the server is stopped whatever the claim does. */
	const withServer = async (from: string | undefined, use: (server: Server, client: Client) => Promise<void>) => {
		const server = await startServer(adapter, {owner, ...(from && {snapshot: from})});
		try {
			await withClient(server.address, async client => use(server, client));
		} finally {
			await server.stop();
		}
	};

	let isSaved = false;
	const ensureSaved = async () => {
		if (!isSaved) {
			const server = await startServer(adapter, {owner});
			await withClient(server.address, async client => {
				await client.query('create table kept as select g from generate_series(1, 500) g');
				await client.query('create database second');
			});
			await withClient({...server.address, database: 'second'}, async client => {
				await client.query(`create table also_kept as select 'here' as word`);
			});
			await adapter.save(server, saved);
			isSaved = true;
		}
	};

	test.after.always(`${name}: its snapshots are removed`, async () => {
		if (isSaved) {
			await adapter.remove(saved);
		}
	});

	const noSnapshot = !adapter.canSnapshot && 'this adapter keeps no snapshots';
	const noKill = !options.kill && 'nothing of its own to end';
	const noStart = options.isExternal && 'the server is not ours';

	claim('it says what would be started', async t => {
		const first = await adapter.identify();
		t.true(first.identity.length > 0);
		t.true(first.description.includes(adapter.kind));
		t.deepEqual(await adapter.identify(), first);
	});

	claim('a server starts from nothing, answers at its address and reports its version', async t => {
		await withServer(undefined, async (server, client) => {
			t.is(await value(client, 'select 1'), 1);
			const number = Number(await value<string>(client, `select current_setting('server_version_num')`));
			t.is(server.version, Math.floor(number / 10_000));
			t.is(server.version, options.version ?? server.version);
		});
	});

	claim('the user of a server may create databases and roles', async t => {
		await withServer(undefined, async (server, client) => {
			const database = `contract_${process.pid}`;
			await client.query(`create database ${database}`);
			await client.query(`create role ${database}`);
			await client.query(`drop role ${database}`);
			await client.query(`drop database ${database}`);
			t.pass(server.label);
		});
	});

	claim('durability is off', async t => {
		await withServer(undefined, async (_server, client) => {
			for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes', 'autovacuum']) {
				t.is(await value(client, `select current_setting('${setting}')`), 'off', setting);
			}
		});
	}, noStart);

	claim('only this machine can reach a server', async t => {
		await withServer(undefined, async server => {
			const addresses = await options.boundAddresses!(server);
			t.true(addresses.length > 0);
			t.deepEqual(addresses.filter(address => address !== '127.0.0.1' && address !== '::1'), []);
		});
	}, !options.boundAddresses && 'nothing tells where its port is bound');

	claim('stopping is harmless a second time, and a stopped server has ended', async t => {
		const server = await startServer(adapter, {owner});
		await server.stop();
		await server.stop();
		t.is(typeof await within(server.ended, 5000, 'ended'), 'string');
		await (options.isExternal ? t.notThrowsAsync(connectAndClose(server)) : t.throwsAsync(connectAndClose(server)));
	});

	claim('a server that is killed from outside has ended', async t => {
		const server = await startServer(adapter, {owner});
		await options.kill!(server);
		t.true((await within(server.ended, 10_000, 'ended')).length > 0);
		await server.stop();
	}, noKill);

	claim('what is in a snapshot is in a server that starts from it', async t => {
		await ensureSaved();
		await withServer(saved, async (server, client) => {
			t.is(await value(client, 'select count(*)::int from kept'), 500);
			await withClient({...server.address, database: 'second'}, async second => {
				t.is(await value(second, 'select word from also_kept'), 'here');
			});
		});
	}, noSnapshot);

	claim('a server that starts from a snapshot needs no recovery', async t => {
		await ensureSaved();
		await withServer(saved, async server => {
			t.notRegex(await server.log(), /not properly shut down|recovery in progress/);
		});
	}, noSnapshot);

	claim('two servers of one snapshot do not see each other', async t => {
		await ensureSaved();
		await withServer(saved, async (_one, first) => {
			await withServer(saved, async (_other, second) => {
				await first.query('delete from kept');
				await first.query('create database third');
				t.is(await value(second, 'select count(*)::int from kept'), 500);
				t.is(await value(second, `select count(*)::int from pg_database where datname = 'third'`), 0);
			});
		});
	}, noSnapshot);

	claim('two servers of one snapshot have different passwords, and each refuses the one of the other', async t => {
		await ensureSaved();
		await withServer(saved, async one => {
			await withServer(saved, async other => {
				t.not(one.address.password, other.address.password);
				const error = await t.throwsAsync<Error & {code: string}>(connectAndClose({...one, address: {...one.address, password: other.address.password}}));
				t.is(error?.code, '28P01');
			});
		});
	}, noSnapshot);

	claim('the password that a snapshot was saved with is refused', async t => {
		await ensureSaved();
		const raw = await adapter.start({owner, snapshot: saved});
		await raw.stop();
		await withServer(saved, async server => {
			const error = await t.throwsAsync<Error & {code: string}>(connectAndClose({...server, address: {...server.address, password: raw.address.password}}));
			t.is(error?.code, '28P01');
		});
	}, noSnapshot);

	claim('a server that started from a snapshot can be saved, too', async t => {
		await ensureSaved();
		const next = `${saved}-2`.slice(-64);
		const server = await startServer(adapter, {owner, snapshot: saved});
		await withClient(server.address, async client => {
			await client.query('create table more as select 1 as one');
		});
		await adapter.save(server, next);
		try {
			await withServer(next, async (_server, client) => {
				t.is(await value(client, 'select count(*)::int from kept natural join (select 1 as g) one'), 1);
				t.is(await value(client, 'select one from more'), 1);
			});
		} finally {
			await adapter.remove(next);
		}
	}, noSnapshot);

	claim('a snapshot is listed with its size and last use until it is removed, which is harmless a second time', async t => {
		const name = `${saved}-3`.slice(-64);
		t.false(await adapter.has(name));
		await adapter.save(await startServer(adapter, {owner}), name);
		t.true(await adapter.has(name));
		const listed = (await adapter.list()).find(each => each.name === name);
		t.true(listed!.sizeBytes > 1_000_000);
		t.true(Math.abs(listed!.lastUsedAt.getTime() - Date.now()) < 60_000);
		await adapter.remove(name);
		await adapter.remove(name);
		t.false(await adapter.has(name));
		t.false((await adapter.list()).some(each => each.name === name));
	}, noSnapshot);

	claim('a start from a snapshot that is not there names the snapshot', async t => {
		const error = await t.throwsAsync<Error & {code: string}>(adapter.start({owner, snapshot: 'was-never-saved'}));
		t.is(error?.code, 'ERR_SERVER_SNAPSHOT');
		t.regex(error!.message, /was-never-saved/);
	}, noSnapshot);

	claim('a start that fails half-way leaves nothing', async t => {
		const failing = await options.makeFailing!();
		const who = `${owner}-failing`;
		const error = await t.throwsAsync<Error & {code: string}>(failing.start({owner: who}));
		t.is(error?.code, 'ERR_SERVER_START');
		t.deepEqual(await options.leftovers!(who), []);
	}, !(options.makeFailing && options.leftovers) && 'nothing of its own to start');

	claim(`a sweep removes a dead owner's server and leaves a live one's`, async t => {
		const dead = `contract:${process.pid}:dead`;
		const left = await startServer(adapter, {owner: dead});
		await withServer(undefined, async (live, client) => {
			const swept = await adapter.sweep(each => each !== dead);
			t.true(swept.includes(left.label));
			t.false(swept.includes(live.label));
			await within(left.ended, 10_000, 'ended');
			t.is(await value(client, 'select 1'), 1);
		});
		t.deepEqual(await adapter.sweep(each => each !== dead), []);
	}, noKill);
}

async function connectAndClose({address}: Pick<StartedServer, 'address'>): Promise<void> {
	const client = await connectClient({...address, timeoutMs: 3000});
	await client.end();
}
