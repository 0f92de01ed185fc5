import process from 'node:process';
import type {TestFn} from 'ava';
import {withClient} from '#lib/postgres/client.js';
import {startServer} from '#lib/server/start.js';
import {connectAndClose, owner, value, type Suite} from './contract-suite.ts';

/** Saves a server with two databases in it, at the first call. */
function createSaver({adapter}: Suite, name: string): {ensureSaved: () => Promise<void>; removeSaved: () => Promise<void>} {
	let isSaved = false;
	return {
		async ensureSaved() {
			if (isSaved) {
				return;
			}

			const server = await startServer(adapter, {owner});
			await withClient(server.address, async client => {
				await client.query('create table kept as select g from generate_series(1, 500) g');
				await client.query('create database second');
				await withClient({...server.address, database: 'second'}, async second => {
					await second.query(`create table also_kept as select 'here' as word`);
				});
			});
			await adapter.save(server, name);
			isSaved = true;
		},
		async removeSaved() {
			if (isSaved) {
				await adapter.remove(name);
			}
		},
	};
}

/** What a snapshot is, for adapters that keep any. */
export function claimSnapshots(suite: Suite, test: TestFn): void {
	const {claim, withServer, adapter} = suite;
	const noSnapshot = !adapter.canSnapshot && 'this adapter keeps no snapshots';
	const saved = `contract-${process.pid}-${suite.name.toLowerCase().replaceAll(/[^a-z\d]+/g, '-')}`.slice(0, 60);
	const {ensureSaved, removeSaved} = createSaver(suite, saved);

	test.after.always(`${suite.name}: its snapshots are removed`, removeSaved);

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
		const next = `${saved}-2`;
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
		const name = `${saved}-3`;
		t.false(await adapter.has(name));
		await adapter.save(await startServer(adapter, {owner}), name);
		t.true(await adapter.has(name));
		const listed = (await adapter.list()).find(each => each.name === name);
		t.true(listed!.sizeBytes > 1_000_000);
		t.true(Math.abs(listed!.lastUsedAt.getTime() - Date.now()) < 60_000);
		t.true(Math.abs(listed!.createdAt.getTime() - Date.now()) < 60_000);
		await withServer(name, async () => {});
		const used = (await adapter.list()).find(each => each.name === name);
		t.deepEqual(used!.createdAt, listed!.createdAt, 'using a snapshot does not make it younger');
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
}
