import test from 'ava';
import type pg from 'pg';
import {connectBeside, endOf, inContext, type TestedContext} from '../helpers/worker-context.ts';

/** What a client tells of one statement: its results, its error, its notices, and, where pg knows by then, how its transaction stands. */
async function tell(client: pg.ClientBase, text: string): Promise<string> {
	const notices: string[] = [];
	const note = ({severity, code, message}: {severity?: string | undefined; code?: string | undefined; message?: string | undefined}): void => {
		notices.push(`${severity} ${code} ${message}`);
	};

	client.on('notice', note);
	const outcome = await client.query(text).then(
		result => [...[result].flat().map(({command, rowCount, rows}: pg.QueryResult) => `${command} ${rowCount} ${JSON.stringify(rows)}`), client.getTransactionStatus()].join(' | '),
		(error: pg.DatabaseError) => `${error.severity} ${error.code} ${error.message}`,
	);
	client.removeListener('notice', note);
	return [`${text} -> ${outcome}`, ...notices].join('; ');
}

const insert = (n: number): string => `insert into log values (${n})`;
const all = 'select array_agg(n order by n) as all from log';

/** Texts as code under test may send them on one client, by what they show. */
const scripts: Readonly<Record<string, readonly string[]>> = {
	'BEGIN and COMMIT keep': ['BEGIN', insert(1), 'COMMIT', all],
	'BEGIN and ROLLBACK undo': [insert(1), 'BEGIN', insert(2), 'ROLLBACK', all],
	'START TRANSACTION, END, ABORT and the noise words': ['start transaction', insert(1), 'end', 'begin work', insert(2), 'abort transaction', 'Begin Transaction ;', insert(3), 'Commit Work;', all],
	'a failed statement fails the rest, and COMMIT rolls back': ['begin', insert(1), 'select 1/0', insert(2), 'commit', all],
	'a failed statement fails the rest, and ROLLBACK ends it': ['begin', insert(1), 'select 1/0', 'select 1', 'rollback', insert(2), all],
	'a failed statement outside of a transaction takes only itself': [insert(1), 'select 1/0', insert(2), all],
	'savepoints': ['begin', insert(1), 'savepoint a', insert(2), 'rollback to savepoint a', insert(3), 'savepoint "B c"', insert(4), 'release savepoint "B c"', 'rollback to a', insert(5), 'commit', all],
	'savepoints save a failed transaction': ['begin', insert(1), 'savepoint a', 'select 1/0', 'rollback to a', insert(2), 'commit', all],
	'savepoints outside of a transaction': ['savepoint a', 'release savepoint a', 'rollback to savepoint a', 'release a', insert(1), all],
	'a savepoint that is not there': ['begin', 'rollback to nowhere', 'rollback', 'select 1'],
	'BEGIN in a transaction warns': ['begin', insert(1), 'begin', insert(2), 'rollback', all],
	'COMMIT and ROLLBACK outside of a transaction warn': ['commit', 'rollback', 'end', insert(1), 'rollback', all],
	'AND CHAIN begins again': ['begin', insert(1), 'commit and chain', insert(2), 'rollback and chain', insert(3), 'commit and no chain', all],
	'AND CHAIN outside of a transaction': ['commit and chain', 'rollback and chain', 'select 1'],
	'comments and case': ['/* a */ BeGiN -- b', insert(1), '-- commit;\nselect 1', '/* begin /* nested */ */ rollback', all, 'begin -- now', insert(2), 'rollback /* not commit */', all],
	'words in strings and names are no statements': ['begin', `select 'commit; rollback' as "begin; commit", $$ ; rollback; $$ as body, E'\\'; commit; \\'' as e`, insert(1), 'commit', all],
	'several statements in one text': [`begin; ${insert(1)}; ${insert(2)}; commit; ${all}`],
	'several statements, a semicolon in a string': [`begin; insert into log select length('; commit;'); rollback; ${all}`],
	'a text that ends in a transaction': [`begin; ${insert(1)}`, insert(2), `${insert(3)}; rollback`, all],
	'a failure in the middle of a text': [`begin; ${insert(1)}; select 1/0; commit`, 'select 1', 'rollback', all],
	'BEGIN takes in what stands before it in the same text': [`${insert(1)}; begin; ${insert(2)}; rollback; ${all}`],
	'a failure before the BEGIN of the same text leaves no transaction': [`${insert(1)}; select 1/0; begin`, insert(2), 'rollback', all],
	'BEGIN READ ONLY behind a statement of the same text': [`${insert(1)}; begin read only`, insert(2), 'rollback', all],
	'COMMIT in a text keeps what stands before it': [`${insert(1)}; commit; ${insert(2)}`, all],
	'a text without BEGIN is one unit': [`${insert(1)}; select 1/0`, all],
	'two transactions in one text': [`begin; ${insert(1)}; commit; begin; ${insert(2)}; rollback; begin; ${insert(3)}; commit`, all],
	'empty texts and stray semicolons': ['', ';', ';; begin ;;', insert(1), '; rollback ;', all],
	'READ ONLY': ['begin read only', insert(1), 'rollback', 'begin transaction isolation level read committed, read write', insert(2), 'commit', 'start transaction read only', 'show transaction_read_only', 'commit', 'show transaction_read_only', all],
	'READ ONLY goes on with AND CHAIN': ['begin read only', 'commit and chain', insert(1), 'rollback', insert(2), all],
	'SET TRANSACTION': ['begin', 'set transaction isolation level read committed', 'set transaction read only', insert(1), 'rollback', all],
	'the level in force': ['begin isolation level read committed', 'show transaction_isolation', 'commit'],
	'what only looks like a statement of transactions': ['prepare start as select 1 as one', 'execute start', 'deallocate start', 'select case when true then 1 end as "end"', 'set search_path to public, pg_temp', 'savepoint', 'begin nonsense', 'commit nonsense', 'select 1'],
	'bodies of functions': [`create function pg_temp.f() returns int language plpgsql as 'begin return 1; end'; begin; ${insert(1)}; commit`, `create function pg_temp.g() returns int begin atomic select 1; select case when true then 2 end; end; begin; ${insert(2)}; rollback`, 'select pg_temp.f(), pg_temp.g()', all],
	'a text that cannot be read': [`begin; select 'open`, insert(1), all],
	'a deferred constraint fails the COMMIT': [
		'create temp table parent (id int primary key); create temp table child (id int references parent deferrable initially deferred)',
		'begin', 'insert into child values (1)', 'commit', 'select count(*)::int from child', 'begin', 'insert into child values (1)', 'insert into parent values (1)', 'commit', 'select count(*)::int from child',
	],
};

for (const [name, texts] of Object.entries(scripts)) {
	test.serial(`a pool's client answers as a connection of its own does: ${name}`, async t => {
		await inContext(t, async ({context: {pool}, lane}) => {
			const told: string[][] = [];
			const mine = await pool.connect();
			for (const client of [await connectBeside(t, lane), mine]) {
				await client.query('create temp table log (n int)');
				const lines: string[] = [];
				for (const text of texts) {
					lines.push(await tell(client, text));
				}

				told.push(lines);
			}

			mine.release();
			t.deepEqual(told[1], told[0]);
		});
	});
}

const add = 'insert into users (name, email) values (\'Ada\', \'ada@example.com\')';
const count = async ({context: {connection}}: TestedContext): Promise<number> => connection.fetchValue('select count(*)::int from users');

test.serial('what a pool commits is there for the rest of the test, and gone in the next', async t => {
	for (const _ of [1, 2]) {
		await inContext(t, async open => {
			t.is(await count(open), 0);
			const client = await open.context.pool.connect();
			await client.query('BEGIN');
			await client.query(add);
			await client.query('COMMIT');
			client.release();
			t.is(await count(open), 1);
		});
	}
});

test.serial('an isolation level that is not the test\'s is refused by name', async t => {
	await inContext(t, async ({context: {pool}}) => {
		const client = await pool.connect();
		const refusal = {code: 'ERR_CONTEXT_ISOLATION', message: /'serializable'.*'read committed'/s};
		await t.throwsAsync(client.query('begin isolation level serializable'), refusal);
		t.is(client.getTransactionStatus(), 'I');
		await client.query('begin');
		await t.throwsAsync(client.query('SET TRANSACTION ISOLATION LEVEL SERIALIZABLE'), refusal);
		await client.query('rollback');
		await t.throwsAsync(client.query('set session characteristics as transaction isolation level repeatable read'), {code: 'ERR_CONTEXT_ISOLATION', message: /'repeatable read'/});
		await client.query('begin isolation level read uncommitted');
		await client.query('commit');
		client.release();
	});
	await inContext(t, async ({context: {pool}}) => {
		const {rows} = await pool.query('show transaction_isolation');
		t.deepEqual(rows, [{transaction_isolation: 'serializable'}]);
		const client = await pool.connect();
		await client.query('begin isolation level serializable, read only');
		await client.query('commit');
		client.release();
	}, {isolationLevel: 'serializable'});
});

test.serial('PREPARE TRANSACTION is refused by name', async t => {
	await inContext(t, async ({context: {pool}}) => {
		const client = await pool.connect();
		await client.query('begin');
		await t.throwsAsync(client.query('prepare transaction \'later\''), {code: 'ERR_CONTEXT_STATEMENT', message: /prepare transaction.*tddParallelSafe/s});
		await client.query('rollback');
		client.release();
	});
});

test.serial('G08 R: a commit by text runs the commit hooks, a rollback does not', async t => {
	await inContext(t, async open => {
		const {pool, onCommit} = open.context;
		const seen: string[] = [];
		const client = await pool.connect();
		await client.query('begin');
		await client.query(add);
		await onCommit(async () => {
			seen.push(`committed with ${await count(open)}`);
		});
		t.deepEqual(seen, []);
		await client.query('commit');
		t.deepEqual(seen, ['committed with 1']);
		await client.query('begin');
		await onCommit(() => seen.push('never'));
		await client.query('rollback');
		t.deepEqual(seen, ['committed with 1']);
		client.release();
	});
});

test.serial('G09 R: transactions of two clients run one after the other, and a query beside them waits', async t => {
	await inContext(t, async open => {
		const {pool} = open.context;
		const events: string[] = [];
		const run = async (name: string): Promise<void> => {
			const client = await pool.connect();
			await client.query('begin');
			events.push(`${name} begins`);
			await client.query(`insert into users (name, email) values ('${name}', '${name}@example.com')`);
			events.push(`${name} ends`);
			await client.query('commit');
			client.release();
		};

		const both = Promise.all([run('a'), run('b')]);
		const beside = pool.query('select count(*)::int from users');
		await both;
		t.deepEqual(events, ['a begins', 'a ends', 'b begins', 'b ends']);
		t.is((await beside).rows.length, 1);
		t.is(await count(open), 2);
	});
});

test.serial('G09 R: clients without a transaction take turns statement by statement', async t => {
	await inContext(t, async ({context: {pool}}) => {
		const [a, b] = [await pool.connect(), await pool.connect()];
		await a.query(add);
		t.is((await b.query('select * from users')).rowCount, 1);
		await a.query('delete from users');
		t.is((await b.query('select * from users')).rowCount, 0);
		a.release();
		b.release();
	});
});

test.serial('G09 R: a query beside an open transaction of the same code gets a named error, not a hang', async t => {
	t.timeout(30_000);
	await inContext(t, async ({context: {pool, connection}}) => {
		const client = await pool.connect();
		await client.query('begin');
		await client.query(add);
		await t.throwsAsync(pool.query('select 1'), {code: 'ERR_CONTEXT_DEADLOCK', message: /insert into users/});
		await t.throwsAsync(connection.execute('select 1'), {code: 'ERR_CONTEXT_DEADLOCK'});
		await client.query('rollback');
		client.release();
		t.is((await pool.query('select 1')).rowCount, 1);
	});
});

test.serial('G09 R: a query on the pool inside of a Kysely transaction gets a named error at once', async t => {
	await inContext(t, async ({context: {pool, db}}) => {
		await db.transaction().execute(async () => {
			await t.throwsAsync(pool.query('select 1'), {code: 'ERR_CONTEXT_DEADLOCK'});
			const client = await pool.connect();
			await t.throwsAsync(client.query('begin'), {code: 'ERR_CONTEXT_DEADLOCK'});
			client.release();
		});
	});
});

test.serial('G05 R: a procedure that commits is caught on the pool as well', async t => {
	const error = await endOf(async ({context: {pool}}) => {
		await pool.query('create procedure finish() language plpgsql as \'begin commit; end\'');
		await t.throwsAsync(pool.query('call finish()'), {code: 'ERR_CONTEXT_COMMITTED'});
	});
	t.is(error?.code, 'ERR_CONTEXT_COMMITTED');
});

test.serial('G33 R: a transaction begun by text and left open fails the test by name and line', async t => {
	const error = await endOf(async ({context: {pool}}) => {
		const client = await pool.connect();
		await client.query('begin');
		await client.query(add);
	});
	t.is(error?.code, 'ERR_CONTEXT_LEAKED');
	t.regex(error?.message ?? '', /insert into users.*pool-transactions\.test\.ts/s);
	await inContext(t, async open => {
		t.is(await count(open), 0);
	});
});

test.serial('a client that is released with an error gives its transaction up, as closing the connection does', async t => {
	await inContext(t, async open => {
		const client = await open.context.pool.connect();
		await client.query('begin');
		await client.query(add);
		client.release(new Error('broken'));
		t.is(await count(open), 0);
	});
});

