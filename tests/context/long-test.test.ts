import v8 from 'node:v8';
import vm from 'node:vm';
import test from 'ava';
import type {TestContext} from 'dataflow-tdd/ava';
import {inContext} from '../helpers/worker-context.ts';

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc') as () => void;

interface Memory {
	readonly here: number;
	readonly backend: number;
}

async function measure({connection}: Pick<TestContext, 'connection'>): Promise<Memory> {
	const backend = Number(await connection.fetchValue('select sum(total_bytes) from pg_backend_memory_contexts'));
	collectGarbage();
	return {here: process.memoryUsage().heapUsed, backend};
}

const mebibyte = 1024 * 1024;

/** Of 10,000 statements: 400 bytes each would be four times as much. */
const allowance: Memory = {here: mebibyte, backend: mebibyte};

const kinds: Readonly<Record<string, (context: TestContext, index: number) => Promise<unknown>>> = {
	'queries': async ({connection}, index) => connection.fetchValue('select $1::int', [index]),
	'writes': async ({db}) => db.updateTable('users').set({role: 'staff'}).execute(),
	'failures': async ({connection}) => connection.execute('select 1 / 0').catch(() => {}),
	'transactions': async ({db}) => db.transaction().execute(async trx => trx.selectFrom('users').select('id').execute()),
};

test.serial('G04 R: savepoints do not pile up: however many statements, at most a few are open', async t => {
	await inContext(t, async ({context: {connection, db}}) => {
		// Each savepoint in which something was written holds a lock on its number until it is released.
		const open = async (): Promise<number> => connection.fetchValue('select count(*)::int from pg_locks where locktype = \'transactionid\' and pid = pg_backend_pid()');
		const insert = async (index: number): Promise<unknown> => connection.execute('insert into users (name, email) values ($1, $2)', [`User ${index}`, `${index}@example.com`]);
		const steps = [
			insert,
			async (index: number) => insert(1000 + index).then(async () => connection.execute('select 1 / 0').catch(() => {})),
			async (index: number) => db.transaction().execute(async trx => trx.updateTable('users').set({role: 'staff'}).where('id', '=', index).execute()),
		];
		let most = 0;
		for (const step of steps) {
			for (let index = 0; index < 100; index++) {
				await step(index);
				most = Math.max(most, await open());
			}
		}

		// PostgreSQL keeps 64 of them at hand for each session; beyond that, every look at a row is slower for everybody.
		t.true(most < 32, `${most} were open`);
	});
});

for (const [name, run] of Object.entries(kinds)) {
	test.serial(`G04 R: memory is flat over 10,000 ${name} in one context`, async t => {
		t.timeout(110_000);
		await inContext(t, async ({context}) => {
			await context.connection.execute('insert into users (name, email) values (\'Ada\', \'ada@example.com\')');
			const repeat = async (count: number): Promise<void> => {
				for (let index = 0; index < count; index++) {
					await run(context, index);
				}
			};

			await repeat(1000);
			const before = await measure(context);
			await repeat(name === 'writes' ? 2000 : 10_000);
			const after = await measure(context);
			t.true(after.here - before.here < allowance.here, `${after.here - before.here} bytes more here`);
			t.true(after.backend - before.backend < allowance.backend, `${after.backend - before.backend} bytes more in the backend`);
		});
	});
}
