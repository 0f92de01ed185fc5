import test from 'ava';
import {sql} from 'kysely';
import {tddTestContext, type TestContext} from 'dataflow-tdd/ava';

async function fill({connection}: Pick<TestContext, 'connection'>, count = 10): Promise<void> {
	await connection.execute('insert into users (name, email) select n, n || \'@example.com\' from generate_series(1, $1::int) n', [count]);
}

test('G33 R: stream() gives every row, in chunks of any size', tddTestContext, async (t, context) => {
	await fill(context);
	for (const chunkSize of [1, 3, 10, 100]) {
		const names: string[] = [];
		for await (const {name} of context.db.selectFrom('users').select('name').orderBy('id').stream(chunkSize)) {
			names.push(name);
		}

		t.deepEqual(names, ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10']);
	}
});

test('G33 R: stream() takes parameters', tddTestContext, async (t, context) => {
	await fill(context);
	const names: string[] = [];
	for await (const {name} of context.db.selectFrom('users').select('name').where('name', 'in', ['3', '7']).orderBy('id').stream(1)) {
		names.push(name);
	}

	t.deepEqual(names, ['3', '7']);
});

test('G33 R: leaving a stream early leaves the context usable', tddTestContext, async (t, context) => {
	await fill(context);
	for (let round = 0; round < 3; round++) {
		for await (const row of context.db.selectFrom('users').select('name').orderBy('id').stream(2)) {
			t.is(row.name, '1');
			break;
		}
	}

	t.is(await context.connection.fetchValue('select count(*)::int from users'), 10);
	await context.db.transaction().execute(async trx => trx.deleteFrom('users').execute());
	t.is(await context.connection.fetchValue('select count(*)::int from users'), 0);
});

test('G33 R: an error thrown by the reader of a stream leaves the context usable', tddTestContext, async (t, context) => {
	await fill(context);
	await t.throwsAsync(async () => {
		for await (const row of context.db.selectFrom('users').select('name').stream(2)) {
			throw new Error(`no ${row.name}`);
		}
	}, {message: 'no 1'});
	t.is(await context.connection.fetchValue('select count(*)::int from users'), 10);
});

test('G33 R: an error of PostgreSQL in the middle of a stream leaves the context usable', tddTestContext, async (t, context) => {
	await fill(context);
	const seen: number[] = [];
	await t.throwsAsync(async () => {
		for await (const {n} of context.db.selectFrom('users').select(sql<number>`10 / (5 - id + (select min(id) from users) - 1)`.as('n')).orderBy('id').stream(1)) {
			seen.push(n);
		}
	}, {code: '22012'});
	t.is(await context.connection.fetchValue('select count(*)::int from users'), 10);
});

test('G33 R: a stream works in a transaction, and rolls back with it', tddTestContext, async (t, context) => {
	await fill(context, 3);
	const names: string[] = [];
	await t.throwsAsync(context.db.transaction().execute(async trx => {
		await trx.insertInto('users').values({name: '4', email: '4@example.com'}).execute();
		for await (const {name} of trx.selectFrom('users').select('name').orderBy('id').stream(1)) {
			names.push(name);
		}

		await trx.updateTable('users').set({role: 'staff'}).execute();
		throw new Error('undone');
	}), {message: 'undone'});
	t.deepEqual(names, ['1', '2', '3', '4']);
	t.is(await context.connection.fetchValue('select count(*)::int from users where role = \'customer\''), 3);
});

test('G33 R: rows that a statement returns can be streamed', tddTestContext, async (t, context) => {
	await fill(context, 3);
	const names: string[] = [];
	for await (const {name} of context.db.updateTable('users').set({role: 'staff'}).returning('name').stream(1)) {
		names.push(name);
	}

	t.deepEqual(names.toSorted(), ['1', '2', '3']);
	t.is(await context.connection.fetchValue('select count(*)::int from users where role = \'staff\''), 3);
});

test('G33 R: a query whose WITH writes can be streamed', tddTestContext, async (t, context) => {
	const names: string[] = [];
	const query = context.db.with('added', db => db.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).returning('name')).selectFrom('added').select('name');
	for await (const {name} of query.stream(1)) {
		names.push(name);
	}

	t.deepEqual(names, ['Ada']);
});

for (const [name, isWhole] of [['a stream that was read', true], ['a stream that was left early', false]] as const) {
	test(`G33 R: after ${name} its table can be truncated and altered`, tddTestContext, async (t, context) => {
		await fill(context);
		for await (const row of context.db.selectFrom('users').select('name').stream(2)) {
			t.truthy(row);
			if (!isWhole) {
				break;
			}
		}

		await context.connection.execute('truncate users cascade');
		await context.connection.execute('alter table users add column extra int');
		t.is(await context.connection.fetchValue('select count(*)::int from users'), 0);
	});
}

test('G33 R: a query on db while a stream is read gets a named error, not a hang', tddTestContext, async (t, context) => {
	t.timeout(30_000);
	await fill(context, 3);
	for await (const row of context.db.selectFrom('users').select('name').stream(1)) {
		t.truthy(row);
		await t.throwsAsync(context.connection.execute('select 1'), {code: 'ERR_CONTEXT_DEADLOCK'});
		break;
	}
});
