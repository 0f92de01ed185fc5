import test from 'ava';
import {connectBeside, inContext, until, withContext} from '../helpers/worker-context.ts';

/** What a test sends, and of what it has to hear. */
const statements: Readonly<Record<string, readonly [text: string, told: RegExp]>> = {
	'NOTIFY': ['notify jobs, \'one\'', /`notify jobs, 'one'` takes effect at COMMIT.*nobody will hear of it\. .*test\('a job is done', tddParallelSafe,/],
	'pg_notify()': ['select pg_notify(\'jobs\', \'one\')', /`select pg_notify.*nobody will hear of it\. .*tddParallelSafe/],
	'LISTEN': ['listen jobs', /`listen jobs` takes effect at COMMIT.*nothing will arrive, and nothing listens after the test\. .*tddParallelSafe/],
};

for (const [name, [text, told]] of Object.entries(statements)) {
	test.serial(`G11 R: ${name} says that it needs a COMMIT, and what to use instead`, async t => {
		// Layers give each of these tests a lane of its own: a lane says such a thing once.
		const layers = [{name, tables: {}}];
		for (const times of [1, 0]) {
			await withContext(async ({context: {connection}, close, notes}) => {
				await connection.execute(text);
				t.is(await close({hasFailed: false}), undefined);
				t.is(notes.length, times);
				t.regex(notes[0] ?? '', times === 1 ? told : /^$/);
			}, {title: 'a job is done', layers});
		}
	});
}

test.serial('G11 R: what only looks like it is told nothing of', async t => {
	await withContext(async ({context: {connection}, close, notes}) => {
		await connection.execute('select \'notify jobs\' as "listen"');
		await connection.execute('unlisten *');
		await connection.execute('create table listeners (notify text)');
		await connection.execute('select notify from listeners');
		t.is(await close({hasFailed: false}), undefined);
		t.deepEqual(notes, []);
	});
});

test.serial('G11 R: no notification of a rollback test reaches anybody, and no listener outlives it', async t => {
	const heard: string[] = [];
	await inContext(t, async ({context: {connection}, lane}) => {
		const listener = await connectBeside(t, lane);
		listener.on('notification', ({payload}) => heard.push(payload ?? ''));
		await listener.query('listen jobs');
		await connection.execute('notify jobs, \'from the test\'');
		await connection.execute('listen jobs');
	});
	await inContext(t, async ({context: {connection}, lane}) => {
		const observer = await connectBeside(t, lane);
		observer.on('notification', ({payload}) => heard.push(payload ?? ''));
		await observer.query('listen jobs');
		await observer.query('notify jobs, \'from outside\'');
		await until(async () => heard.length > 0);
		t.is(await connection.fetchValue('select count(*)::int from pg_listening_channels()'), 0);
	});
	t.true(heard.every(payload => payload === 'from outside'), heard.join(', '));
});
