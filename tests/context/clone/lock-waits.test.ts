import test from 'ava';
import {sql} from 'kysely';
import {until, withClone} from '../../helpers/worker-context.ts';

const title = 'two buyers want the last one';
const update = 'update users set name = \'Y\' where id = 1';

/** Ways in which code under test sends a statement. */
const ways = ['pool.query', 'pool.query with a callback', 'a client of the pool', 'db', 'connection', 'connect()'] as const;

for (const way of ways) {
	test.serial(`G38 C: a wait of more than a second is told, with both statements and the key: ${way}`, async t => {
		await withClone(async ({context: {testId, db, pool, connection, connect}, notes, close}) => {
			const trx = await db.startTransaction().execute();
			await trx.updateTable('users').set({name: 'X'}).where('id', '=', 1).execute();
			const waits: Record<typeof way, () => Promise<unknown>> = {
				'pool.query': async () => pool.query(update),
				'pool.query with a callback': async () => new Promise(resolve => {
					pool.query(update, resolve);
				}),
				'a client of the pool': async () => {
					const client = await pool.connect();
					await client.query({text: update}).finally(() => {
						client.release();
					});
				},
				'db': async () => sql.raw(update).execute(db),
				'connection': async () => connection.execute(update),
				'connect()': async () => sql.raw(update).execute(await connect()),
			};
			const answer = waits[way]();
			await until(async () => notes.length > 0);
			await trx.rollback().execute();
			await answer;
			const [note = ''] = notes;
			t.true(note.includes(`waiting:  ${update}`), note);
			t.true(note.includes(`held by:  ${testId} ${title} (pid `), note);
			t.true(note.includes('update "users" set "name" = $1 where "id" = $2'), note);
			t.regex(note, /lock: {5}ShareLock on row \(id = 1\) of public\.users$/);
			t.is(await close({hasFailed: false}), undefined);
		}, ['shop'], title);
	});
}

test.serial('G38 C: a deadlock and a time-out carry what was waited for', async t => {
	await withClone(async ({context: {testId, db, pool}, close}) => {
		const first = await db.startTransaction().execute();
		await sql`set local deadlock_timeout = '60s'`.execute(first);
		await first.updateTable('users').set({name: 'X'}).where('id', '=', 1).execute();
		const deadlocked = await t.throwsAsync(db.transaction().execute(async second => {
			await second.updateTable('users').set({name: 'Y'}).where('id', '=', 2).execute();
			first.updateTable('users').set({name: 'X'}).where('id', '=', 2).execute().catch(() => {});
			await second.updateTable('users').set({name: 'Y'}).where('id', '=', 1).execute();
		}), {code: '40P01', message: 'deadlock detected'});
		t.true((deadlocked as {lockWait?: string}).lockWait?.includes(`${testId} ${title}`));

		const client = await pool.connect();
		await client.query('set lock_timeout = 1500');
		const late = await t.throwsAsync(new Promise((resolve, reject) => {
			client.query(update, error => {
				reject(error);
			});
		}), {code: '55P03'});
		t.true((late as {lockWait?: string}).lockWait?.includes('row (id = 1) of public.users'));
		await client.query('reset lock_timeout');
		client.release();
		await first.rollback().execute();
		t.is(await close({hasFailed: false}), undefined);
	}, ['shop'], title);
});

test.serial('G38 C: every connection of a test bears its id and its title', async t => {
	await withClone(async ({context: {testId, db, pool, connect}, close}) => {
		const show = sql<{application_name: string}>`show application_name`;
		const [one, two, three] = [await pool.connect(), await pool.connect(), await connect()];
		for (const client of [one, two]) {
			t.deepEqual((await client.query('show application_name')).rows, [{application_name: `${testId} ${title}`}]);
			client.release();
		}

		t.deepEqual((await show.execute(three)).rows, [{application_name: `${testId} ${title}`}]);
		t.deepEqual((await show.execute(db)).rows, [{application_name: `${testId} ${title}`}]);
		t.is(await close({hasFailed: false}), undefined);
	}, [], title);
});
