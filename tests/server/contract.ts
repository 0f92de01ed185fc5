import process from 'node:process';
import type {TestFn} from 'ava';
import {connectClient} from '#lib/postgres/client.js';
import {startServer} from '#lib/server/start.js';
import type {ServerAdapter} from '#lib/server/server.js';
import {claimSnapshots} from './contract-snapshots.ts';
import {connectAndClose, createSuite, owner, value, within, type ContractOptions, type Suite} from './contract-suite.ts';

/** What a server is when it has started. */
function claimStarts(suite: Suite): void {
	const {claim, withServer, adapter, options} = suite;

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
	}, options.isExternal && 'the server is not ours');

	claim('only this machine can reach a server', async t => {
		await withServer(undefined, async server => {
			const addresses = await options.boundAddresses!(server);
			t.true(addresses.length > 0);
			t.deepEqual(addresses.filter(address => address !== '127.0.0.1' && address !== '::1'), []);
		});
	}, !options.boundAddresses && 'nothing tells where its port is bound');
}

/** How a server ends. */
function claimEnds(suite: Suite): void {
	const {claim, withServer, adapter, options} = suite;
	const noKill = !options.kill && 'nothing of its own to end';

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
		// Open until the sweep: a server may end by itself when nobody is connected.
		const held = await connectClient(left.address);
		await withServer(undefined, async (live, client) => {
			const swept = await adapter.sweep(each => each !== dead);
			t.true(swept.includes(left.label));
			t.false(swept.includes(live.label));
			await within(left.ended, 10_000, 'ended');
			t.is(await value(client, 'select 1'), 1);
		});
		await held.end().catch(() => {});
		t.deepEqual(await adapter.sweep(each => each !== dead), []);
	}, noKill);
}

/** Registers the claims that each adapter keeps. Nothing that they start outlives them. */
export function serverContract(test: TestFn, name: string, makeAdapter: () => ServerAdapter, options: ContractOptions = {}): void {
	if (options.skipReason) {
		test.skip(`${name}: not tested, ${options.skipReason}`, t => {
			t.pass();
		});
		return;
	}

	const suite = createSuite(test, name, makeAdapter(), options);
	claimStarts(suite);
	claimSnapshots(suite, test);
	claimEnds(suite);
}
