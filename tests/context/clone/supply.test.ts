import test from 'ava';
import {workerSession} from '#lib/context/worker-session.js';
import {withClient} from '#lib/postgres/client.js';
import {listDatabases} from '#lib/postgres/databases.js';
import {bareCombination} from '#lib/template/combination.js';
import {inClone, until, withClone} from '../../helpers/worker-context.ts';

test.serial('G01 C: no test sees what another one has committed', async t => {
	const names = await Promise.all([1, 2, 3, 4, 5, 6].map(async number => inClone(t, async ({db, isolationId, connection}) => {
		t.is(await connection.fetchValue('select count(*)::int from users'), 0);
		await db.insertInto('users').values({name: `user ${number}`, email: 'same@example.com'}).execute();
		return isolationId;
	})));
	t.is(new Set(names).size, 6);
});

test.serial('G07 C: every clone starts with the same ids', async t => {
	for (let round = 0; round < 2; round++) {
		await inClone(t, async ({db}) => {
			const {id} = await db.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).returning('id').executeTakeFirstOrThrow();
			t.is(id, 1);
		});
	}
});

test.serial('G32 C: a burst of 50 requests only queues, and each gets a database of its own', async t => {
	t.timeout(60_000);
	const names = await Promise.all(Array.from({length: 50}, async () => inClone(t, async ({isolationId, connection}) => {
		t.is(await connection.fetchValue('select current_database()'), isolationId);
		return isolationId;
	})));
	t.is(new Set(names).size, 50);
});

test.serial('G32 C: as many clones are made as tests were declared, and no more', async t => {
	const session = await workerSession.open();
	const {address} = session.lease;
	const databases = async (): Promise<string[]> => withClient(address, async client => (await listDatabases(client, 'tdd_c_')).map(({name}) => name));
	const before = await databases();
	session.clones.expect(bareCombination, 3);
	// Clones of the tests before are dropped meanwhile, so the new ones are counted by name.
	const made = async (): Promise<string[]> => (await databases()).filter(name => !before.includes(name));
	await until(async () => (await made()).length === 3);
	const used = [await inClone(t, async ({isolationId}) => isolationId), await inClone(t, async ({isolationId}) => isolationId), await inClone(t, async ({isolationId}) => isolationId)];
	t.deepEqual(new Set(await made()), new Set(used), 'those that were made ahead are those that were used');
});

test.serial('G32 C: an error in making one surfaces in the test that asks, and the next one gets its clone', async t => {
	const unknown = {packs: ['nobody-made-this'], layers: []};
	const {clones} = await workerSession.open();
	clones.expect(unknown, 2);
	await t.throwsAsync(withClone(async () => {}, unknown.packs), {code: 'ERR_SEED_UNKNOWN', message: /nobody-made-this/});
	await inClone(t, async ({connection}) => {
		t.is(await connection.fetchValue('select 1'), 1);
	});
});

test.serial('G33 C: after 53300 a connection is waited for', async t => {
	t.timeout(60_000);
	await withClone(async ({context, close}) => {
		const {url} = context;
		t.truthy(url);
		const limit = await context.connection.fetchValue<number>(`select current_setting('max_connections')::int`);
		// More than there are: those that find no room wait until others have gone.
		const opened = await Promise.all(Array.from({length: 60}, async () => context.connect()));
		const rest = Array.from({length: limit - 60}, async () => context.connect());
		await until(async () => (await Promise.race([Promise.all(rest).then(() => 'all'), Promise.resolve('some')])) === 'some');
		await Promise.all(opened.map(async db => db.destroy()));
		t.is((await Promise.all(rest)).length, limit - 60);
		t.is(await close({hasFailed: false}), undefined);
	});
});
