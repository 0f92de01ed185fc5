import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {workerSession} from '#lib/context/worker-session.js';
import {withClient, type Client} from '#lib/postgres/client.js';
import {connectBeside, inContext, until, withContext, type TestedContext} from '../helpers/worker-context.ts';

const pidOf = async ({context: {connection}}: TestedContext): Promise<number> => connection.fetchValue('select pg_backend_pid()');

async function isGone(beside: Client, pid: number): Promise<boolean> {
	return (await beside.query('select from pg_stat_activity where pid = $1', [pid])).rowCount === 0;
}

async function terminate(t: ExecutionContext, open: TestedContext): Promise<void> {
	const pid = await pidOf(open);
	const beside = await connectBeside(t, open.lane);
	await beside.query('select pg_terminate_backend($1)', [pid]);
	await until(async () => isGone(beside, pid));
}

/** Ways in which the connection of a test ends. */
const ways: Readonly<Record<string, (t: ExecutionContext, open: TestedContext) => Promise<unknown>>> = {
	'terminated between two statements': terminate,
	'terminated in a statement': async (t, open) => {
		const pid = await pidOf(open);
		const beside = await connectBeside(t, open.lane);
		const sleeping = t.throwsAsync(open.context.connection.execute('select pg_sleep(60)'), {code: 'ERR_CONTEXT_CONNECTION', message: /pg_sleep/});
		await until(async () => (await beside.query('select from pg_stat_activity where pid = $1 and wait_event = \'PgSleep\'', [pid])).rowCount === 1);
		await beside.query('select pg_terminate_backend($1)', [pid]);
		await sleeping;
	},
	'terminated with queries that wait': async (t, open) => {
		const pid = await pidOf(open);
		const beside = await connectBeside(t, open.lane);
		const waiting = [1, 2, 3].map(async number => t.throwsAsync(open.context.connection.execute('select pg_sleep($1)', [number * 60]), {code: 'ERR_CONTEXT_CONNECTION'}));
		await until(async () => (await beside.query('select from pg_stat_activity where pid = $1 and wait_event = \'PgSleep\'', [pid])).rowCount === 1);
		await beside.query('select pg_terminate_backend($1)', [pid]);
		await Promise.all(waiting);
	},
	'ended by itself': async (t, {context: {connection}}) => t.throwsAsync(connection.execute('select pg_terminate_backend(pg_backend_pid())'), {code: 'ERR_CONTEXT_CONNECTION'}),
	'ended by idle_in_transaction_session_timeout': async (t, open) => {
		const pid = await pidOf(open);
		const beside = await connectBeside(t, open.lane);
		await open.context.connection.execute('set idle_in_transaction_session_timeout = 20');
		await until(async () => isGone(beside, pid));
	},
	'cut off': async (_t, {lane}) => {
		const {client} = await lane.open();
		(client as unknown as {connection: {stream: {destroy(error: Error): void}}}).connection.stream.destroy(Object.assign(new Error('read ECONNRESET'), {code: 'ECONNRESET'}));
	},
};

for (const [name, end] of Object.entries(ways)) {
	test.serial(`G20 R: a connection that is ${name} fails its test by name, and the next test has another one`, async t => {
		const unhandled: unknown[] = [];
		const watch = (error: unknown): void => {
			unhandled.push(error);
		};

		process.on('uncaughtExceptionMonitor', watch);
		const before = await withContext(async open => {
			const pid = await pidOf(open);
			await open.context.connection.execute('insert into users (name, email) values (\'Ada\', \'ada@example.com\')');
			await end(t, open);
			const error = await t.throwsAsync(open.context.connection.execute('select 4711'), {code: 'ERR_CONTEXT_CONNECTION', name: 'ContextError'});
			t.regex(error.message, /select 4711/);
			await open.close({hasFailed: true});
			return pid;
		});
		await inContext(t, async open => {
			t.not(await pidOf(open), before);
			t.is(await open.context.connection.fetchValue('select count(*)::int from users'), 0);
		});
		process.off('uncaughtExceptionMonitor', watch);
		t.deepEqual(unhandled, []);
	});
}

test.serial('G20 R: a database that is dropped under its test fails that test by name, and the next one has another database', async t => {
	await withContext(async open => {
		await pidOf(open);
		const {database} = await open.lane.open();
		const {lease} = await workerSession.open();
		await withClient({...lease.address, database: 'postgres'}, async client => client.query(`drop database "${database.name}" with (force)`));
		await t.throwsAsync(open.context.connection.execute('select 1'), {code: 'ERR_CONTEXT_CONNECTION'});
		await open.close({hasFailed: true});
	});
	await inContext(t, async open => {
		t.is(await open.context.connection.fetchValue('select count(*)::int from users'), 0);
	});
});

test.serial('G20 R: a connection that ends between two tests is replaced', async t => {
	const {pid, lane, client} = await withContext(async open => {
		const used = {pid: await pidOf(open), lane: open.lane, client: (await open.lane.open()).client};
		t.is(await open.close({hasFailed: false}), undefined);
		return used;
	});
	const beside = await connectBeside(t, lane);
	await beside.query('select pg_terminate_backend($1)', [pid]);
	await until(async () => (await lane.open()).client !== client);
	await inContext(t, async open => {
		t.not(await pidOf(open), pid);
	});
});
