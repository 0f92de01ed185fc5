import test from 'ava';
import {sql} from 'kysely';
import {CloneHooks, HookedDialect} from '#lib/context/clone/hooked-dialect.js';
import {inClone} from '../../helpers/worker-context.ts';

test('G08 C: a callback runs once, after the commit, when other connections see what was written', async t => {
	await inClone(t, async ({db, onCommit, connect}) => {
		const other = await connect();
		const seen: number[] = [];
		const look = async (): Promise<void> => {
			seen.push((await other.selectFrom('users').selectAll().execute()).length);
		};

		await db.transaction().execute(async trx => {
			await onCommit(look);
			await trx.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).execute();
			t.deepEqual(seen, []);
		});
		t.deepEqual(seen, [1]);
		await db.transaction().execute(async trx => sql`select 1`.execute(trx));
		t.deepEqual(seen, [1]);
	});
});

test('G08 C: a callback never runs after a rollback, nor when its savepoint was gone back to', async t => {
	await inClone(t, async ({db, onCommit}) => {
		const ran: string[] = [];
		const note = (name: string) => async () => onCommit(() => ran.push(name));
		await t.throwsAsync(db.transaction().execute(async () => {
			await note('rolled back')();
			throw new Error('on purpose');
		}), {message: 'on purpose'});
		const trx = await db.startTransaction().execute();
		await note('kept')();
		const inner = await trx.savepoint('inner').execute();
		await note('undone')();
		await (await inner.rollbackToSavepoint('inner').execute()).commit().execute();
		t.deepEqual(ran, ['kept']);
	});
});

test('G08 C: transactions that run at once have callbacks of their own', async t => {
	await inClone(t, async ({db, onCommit, barrier}) => {
		const ran: string[] = [];
		const meet = barrier(2);
		const run = async (name: string, isKept: boolean): Promise<void> => db.transaction().execute(async () => {
			await meet();
			await onCommit(() => ran.push(name));
			await meet();
			if (!isKept) {
				throw new Error(name);
			}
		});
		await Promise.allSettled([run('kept', true), run('lost', false)]);
		t.deepEqual(ran, ['kept']);
	});
});

test('G08 C: a transaction that could not begin holds no callbacks', async t => {
	await inClone(t, async ({pool}) => {
		const hooks = new CloneHooks();
		const driver = new HookedDialect({pool}, hooks).createDriver();
		await driver.init();
		const connection = await driver.acquireConnection();
		await t.throwsAsync(driver.beginTransaction(connection, {isolationLevel: 'no such level' as never}));
		await driver.releaseConnection(connection);
		const ran: string[] = [];
		await hooks.add(() => ran.push('at once'));
		t.deepEqual(ran, ['at once']);
	});
});

test('G08 C: outside of a transaction a callback runs at once, and an error in one surfaces', async t => {
	await inClone(t, async ({db, onCommit}) => {
		const ran: string[] = [];
		await onCommit(() => ran.push('now'));
		t.deepEqual(ran, ['now']);
		await t.throwsAsync(db.transaction().execute(async () => onCommit(() => {
			throw new Error('the mail server is down');
		})), {code: 'ERR_CONTEXT_HOOK', message: /the mail server is down/});
	});
});
