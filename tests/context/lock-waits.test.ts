import test, {type ExecutionContext} from 'ava';
import type {Client} from '#lib/postgres/client.js';
import {connectBeside, inContext, until, withContext, type TestedContext} from '../helpers/worker-context.ts';

/** Another test, as far as PostgreSQL can see. */
async function otherTest(t: ExecutionContext, {lane}: TestedContext): Promise<Client> {
	const other = await connectBeside(t, lane);
	await other.query('set application_name = \'4711-3 the other test\'');
	await other.query('begin');
	return other;
}

interface Wait {
	/** What the other test does. */
	readonly hold: string;
	readonly waiting: string;
	/** How the lock is named. */
	readonly lock: RegExp;
}

const waits: Readonly<Record<string, Wait>> = {
	'a row': {hold: 'update users set name = \'X\' where id = 1', waiting: 'update users set name = \'Y\' where id = 1', lock: /ShareLock on row \(id = 1\) of public\.users/},
	'a row with a key of two columns': {
		hold: 'delete from order_items where (order_id, product_id) = (select order_id, product_id from order_items order by 1, 2 limit 1)',
		waiting: 'update order_items set quantity = 1', lock: /ShareLock on row \(order_id = \d+, product_id = \d+\) of public\.order_items/,
	},
	'a table': {hold: 'lock table products', waiting: 'select count(*) from products', lock: /AccessShareLock on table public\.products/},
	'a unique key': {
		hold: 'insert into users (name, email) values (\'X\', \'same@example.com\')', waiting: 'insert into users (name, email) values (\'Y\', \'same@example.com\')',
		lock: /ShareLock on something that the other transaction has written, such as the same unique key/,
	},
	'an advisory lock of one number': {hold: 'select pg_advisory_xact_lock(81985529216486895)', waiting: 'select pg_advisory_xact_lock(81985529216486895)', lock: /ExclusiveLock on advisory lock 81985529216486895$/},
	'an advisory lock of two numbers': {hold: 'select pg_advisory_xact_lock(-5, 7)', waiting: 'select pg_advisory_xact_lock_shared(-5, 7)', lock: /ShareLock on advisory lock -5, 7$/},
};

for (const [name, {hold, waiting, lock}] of Object.entries(waits)) {
	test.serial(`G38 R: a wait of more than a second for ${name} names the other test, both statements and the lock`, async t => {
		await inContext(t, async open => {
			const other = await otherTest(t, open);
			await other.query(hold);
			const answer = open.context.connection.execute(waiting);
			await until(async () => open.notes.length > 0);
			await other.query('rollback');
			await answer;
			t.is(open.notes.length, 1);
			const [note = ''] = open.notes;
			t.true(note.includes(`waiting:  ${waiting}\n`), note);
			t.regex(note, /held by: {2}4711-3 the other test \(pid \d+, idle in transaction\): /);
			t.true(note.includes(`: ${hold.slice(0, 100)}`), note);
			t.regex(note, lock);
		}, {packs: ['shop']});
	});
}

test.serial('G38 R: an error that ends a wait carries what the wait was for', async t => {
	await inContext(t, async open => {
		const other = await otherTest(t, open);
		await other.query('lock table users');
		const {connection} = open.context;
		await connection.execute('set lock_timeout = 1500');
		const timeout = await t.throwsAsync(connection.execute('select * from users'), {code: '55P03', message: 'canceling statement due to lock timeout'});
		t.regex((timeout as {lockWait?: string}).lockWait ?? '', /4711-3 the other test.*lock table users\n.*table public\.users/s);
		await connection.execute('set lock_timeout = 0');
		await connection.execute('set statement_timeout = 1500');
		const ended = await t.throwsAsync(connection.execute('select * from users'), {code: '57014'});
		t.regex((ended as {lockWait?: string}).lockWait ?? '', /4711-3 the other test/);
	});
});

test.serial('G38 R: a deadlock carries what was waited for', async t => {
	await inContext(t, async open => {
		const other = await otherTest(t, open);
		// The one who waits longest is ended; the other one's patience is made longer.
		await other.query('set local deadlock_timeout = \'60s\'');
		await other.query('lock table users');
		const {db} = open.context;
		const error = await t.throwsAsync(db.transaction().execute(async trx => {
			await trx.deleteFrom('products').execute();
			const theirs = other.query('lock table products');
			theirs.catch(() => {});
			await trx.selectFrom('users').selectAll().execute();
		}), {code: '40P01', message: 'deadlock detected'});
		t.regex((error as {lockWait?: string}).lockWait ?? '', /waiting: {2}select \* from "users"\n.*4711-3 the other test \(pid \d+\): lock table products\n.*table public\.users/s);
	});
});

test.serial('G38 R: a statement that waits for no lock is told nothing of', async t => {
	await inContext(t, async open => {
		await open.context.connection.execute('select pg_sleep(1.3)');
		t.deepEqual(open.notes, []);
		const error = await t.throwsAsync(async () => {
			await open.context.connection.execute('set statement_timeout = 1300');
			await open.context.connection.execute('select pg_sleep(10)');
		}, {code: '57014'});
		t.false('lockWait' in error);
	});
});

test.serial('G38 R: a test\'s connection bears its id and its title while the test runs, and not longer', async t => {
	const show = 'show application_name';
	const title = 'an order of Ærø\'s is paid, and the total, including all of the taxes, is right';
	await withContext(async ({context, close}) => {
		t.is(await context.connection.fetchValue(show), `${context.testId} an order of ?r?'s is paid, and the total, including all of the taxes`.slice(0, 63).trim());
		await context.connection.execute('select 1 / 0').catch(() => {});
		t.true((await context.connection.fetchValue<string>(show)).startsWith(context.testId));
		t.is(await close({hasFailed: false}), undefined);
	}, {title});
	await inContext(t, async ({context}) => {
		t.is(await context.connection.fetchValue(show), 'dataflow-tdd test');
	});
});
