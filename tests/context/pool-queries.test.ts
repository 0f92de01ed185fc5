import {createRequire} from 'node:module';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {text} from 'node:stream/consumers';
import test from 'ava';
import pg from 'pg';
import QueryStream from 'pg-query-stream';
import {from as copyFrom, to as copyTo} from 'pg-copy-streams';
import {connectBeside, endOf, inContext} from '../helpers/worker-context.ts';

const add = 'insert into users (name, email) values (\'Ada\', \'ada@example.com\')';

interface Told {
	readonly error?: string;
	readonly results?: unknown;
}

/** What pg tells of a query, in data that can be compared. */
function tell(error: Error | null | undefined, result?: pg.QueryResult | pg.QueryResult[]): Told {
	if (error) {
		return {error: `${error.name} ${(error as pg.DatabaseError).code} ${error.message}`};
	}

	const one = ({command, rowCount, oid, rows, fields, ...rest}: pg.QueryResult): unknown => ({
		command, rowCount, oid, rows, rowAsArray: (rest as unknown as {rowAsArray: boolean}).rowAsArray,
		fields: fields.map(({name, dataTypeID, format, columnID}) => ({name, dataTypeID, format, columnID})),
	});
	return {results: Array.isArray(result) ? result.map(one) : one(result!)};
}

type Asker = (client: pg.Client) => Promise<Told>;

const promised = (...given: unknown[]): Asker => async client => client.query(...given as [string]).then(result => tell(null, result), (error: Error) => tell(error));
const calledBack = (...given: unknown[]): Asker => async client => new Promise(resolve => {
	const returned = client.query(...given as [string], ((error: Error, result: pg.QueryResult) => {
		resolve({...tell(error, result), ...(returned !== undefined && {error: 'returned something'})});
	}) as never) as unknown;
});
const evented = (query: () => pg.Query): Asker => async client => new Promise(resolve => {
	const events: unknown[] = [];
	const asked = query();
	asked.on('row', row => events.push(row));
	asked.on('end', () => {
		resolve({results: [...events, 'end']});
	});
	asked.on('error', error => {
		resolve({results: [...events, tell(error)]});
	});
	if (client.query(asked) !== asked) {
		resolve({error: 'the query itself was not returned'});
	}
});

const types = {getTypeParser: () => (value: string) => `<${value}>`} as unknown as pg.CustomTypesConfig;

/** Every form of a query, and how it goes wrong. */
const forms: Readonly<Record<string, readonly Asker[]>> = {
	'text': [promised('select 1 as one, null as nothing, now() - now() as zero'), promised(add), promised('update users set name = \'Bob\''), promised('create temp table t (n int)')],
	'text and values': [promised('select $1::int as n, $2::text[] as list', [1, ['a', 'b']]), promised('select $1::jsonb as data', [{a: 1}]), promised('select 1 as one', [])],
	'a config': [promised({text: 'select $1::int as n', values: [2]}), promised({text: 'select $1::int as n'}, [3]), promised({text: 'select 1 as one', rowMode: 'array'}), promised({text: 'select $1::int as a, 2 as a', values: [1], rowMode: 'array'})],
	'types of the query': [promised({text: 'select 1 as one, \'x\' as x', types}), promised({text: 'select $1::int as one', values: [1], types, rowMode: 'array'})],
	'the extended protocol without values': [promised({text: 'select 1 as one', queryMode: 'extended'}), promised({text: 'select 1; select 2', queryMode: 'extended'})],
	'a named statement, again and again': [promised({name: 'n', text: 'select $1::int as n', values: [1]}), promised({name: 'n', text: 'select $1::int as n', values: [2]}), promised({name: 'n', values: [3]}), promised({name: 'n', text: 'select 2', values: []})],
	'a callback': [calledBack('select 1 as one'), calledBack('select $1::int as n', [1]), calledBack({text: 'select 1 as one', rowMode: 'array'}), calledBack({text: 'select $1::int as n'}, [2]), calledBack('select nonsense')],
	'a callback in the config': [async client => new Promise(resolve => {
		client.query({text: 'select 1 as one', callback: (error: Error, result: pg.QueryResult) => {
			resolve(tell(error, result));
		}} as never);
	})],
	'a query object with events': [evented(() => new pg.Query('select generate_series(1, 3) as n')), evented(() => new pg.Query('select $1::int as n', [1])), evented(() => new pg.Query('select nonsense')), evented(() => new pg.Query('begin')), evented(() => new pg.Query(`commit; ${add}; select 1 as one`))],
	'several statements in one text': [promised('select 1 as a; select 2 as b'), promised({text: 'select 1; select 2', rowMode: 'array'}), promised({text: 'begin; select 1; commit', rowMode: 'array'})],
	'several statements with values': [promised('select $1::int; select 2', [1])],
	'nothing': [promised(''), promised({text: ''})],
	'errors': [promised('select nonsense'), promised('select $1::int', ['x']), promised('select 1', 'x'), promised({}), promised('select 1/0'), promised(add), promised(add)],
	'a commit with values': [promised('begin', []), promised({text: 'commit', values: []})],
};

for (const [name, askers] of Object.entries(forms)) {
	test.serial(`a client of the pool answers as pg does: ${name}`, async t => {
		await inContext(t, async ({context: {pool}, lane}) => {
			const real = await connectBeside(t, lane);
			await real.query('create temp table users (like public.users including all)');
			const mine = await pool.connect();
			await mine.query('create temp table users (like public.users including all)');
			for (const [index, ask] of askers.entries()) {
				const [expected, actual] = [await ask(real), await ask(mine)];
				t.deepEqual(actual, expected, `number ${index + 1}`);
			}

			mine.release();
		});
	});
}

test.serial('what pg throws at once is thrown at once', async t => {
	await inContext(t, async ({context: {pool}}) => {
		const client = await pool.connect();
		t.throws(() => client.query(null as never), {instanceOf: TypeError, message: /null or undefined query/});
		t.throws(() => client.query('select 1', [], 'x' as never), {instanceOf: TypeError, message: /callback is not a function/});
		client.release();
	});
});

test.serial('pool.query takes a text, values, a config and a callback', async t => {
	await inContext(t, async ({context: {pool}}) => {
		t.deepEqual((await pool.query('select 1 as one')).rows, [{one: 1}]);
		t.deepEqual((await pool.query('select $1::int as n', [2])).rows, [{n: 2}]);
		t.deepEqual((await pool.query({text: 'select $1::int as n', values: [3], rowMode: 'array'})).rows, [[3]]);
		t.deepEqual((await pool.query('select $1::int as n', [4])).rows, [{n: 4}]);
		t.deepEqual(await new Promise(resolve => {
			pool.query('select 5 as n', (_error: Error, {rows}: pg.QueryResult) => {
				resolve(rows);
			});
		}), [{n: 5}]);
		t.regex(String(await new Promise(resolve => {
			void pool.query(resolve as never);
		})), /function as the first parameter/);
		await t.throwsAsync(pool.query('select nonsense'), {code: '42703'});
		t.is((await pool.query('select 1')).rowCount, 1);
	});
});

test.serial('queries of one client run in the order in which they were asked', async t => {
	await inContext(t, async ({context: {pool}}) => {
		const client = await pool.connect();
		const asked = [client.query('begin'), client.query(add), client.query('select count(*)::int as n from users'), client.query('rollback'), client.query('select count(*)::int as n from users')];
		const answers = await Promise.all(asked);
		t.deepEqual([answers[2]!.rows, answers[4]!.rows], [[{n: 1}], [{n: 0}]]);
		client.release();
	});
});

test.serial('a type parser of one client is not there for others', async t => {
	await inContext(t, async ({context: {pool}}) => {
		const [a, b] = [await pool.connect(), await pool.connect()];
		a.setTypeParser(20, value => `big ${value}`);
		t.deepEqual((await a.query('select 1::int8 as n')).rows, [{n: 'big 1'}]);
		t.deepEqual((await b.query('select 1::int8 as n')).rows, [{n: '1'}]);
		t.is(a.getTypeParser(20)('2'), 'big 2');
		t.is(a.escapeIdentifier('a"b'), '"a""b"');
		t.is(a.escapeLiteral('a\'b'), '\'a\'\'b\'');
		a.release();
		b.release();
	});
});

test.serial('query_timeout gives up without losing the connection', async t => {
	await inContext(t, async ({context: {pool}}) => {
		const client = await pool.connect();
		await t.throwsAsync(client.query({text: 'select pg_sleep(0.3)', query_timeout: 50} as never), {message: 'Query read timeout'});
		t.deepEqual((await client.query('select 1 as one')).rows, [{one: 1}]);
		client.release();
	});
});

test.serial('G14 R: a named statement of one test is not there in the next', async t => {
	const named = {name: 'same', text: 'select 1 as one'};
	await inContext(t, async ({context: {pool}}) => {
		t.deepEqual((await pool.query(named)).rows, [{one: 1}]);
	});
	await inContext(t, async ({context: {pool}}) => {
		t.deepEqual((await pool.query({...named, text: 'select 2 as two'})).rows, [{two: 2}]);
	});
});

interface Cursor extends pg.Submittable {
	read(rows: number): Promise<unknown[]>;
	close(): Promise<void>;
}

const CursorClass = createRequire(import.meta.url)('pg-cursor') as new (text: string, values?: unknown[]) => Cursor;

test.serial('a cursor of pg-cursor reads in parts, and statements go on behind it', async t => {
	await inContext(t, async ({context: {pool, connection}}) => {
		const client = await pool.connect();
		await client.query('begin');
		const cursor = client.query(new CursorClass('select n from generate_series(1, $1::int) as n', [5]));
		t.deepEqual(await cursor.read(2), [{n: 1}, {n: 2}]);
		t.deepEqual(await cursor.read(2), [{n: 3}, {n: 4}]);
		await cursor.close();
		await client.query(add);
		await client.query('commit');
		const failing = client.query(new CursorClass('select nonsense'));
		await t.throwsAsync(failing.read(1), {code: '42703'});
		client.release();
		t.is(await connection.fetchValue('select count(*)::int from users'), 1);
	});
});

test.serial('a stream of pg-query-stream reads, and what it writes stays when a later statement fails', async t => {
	await inContext(t, async ({context: {pool, connection}}) => {
		const client = await pool.connect();
		const rows = await client.query(new QueryStream('select n from generate_series(1, 250) as n', [], {batchSize: 100})).toArray();
		t.is(rows.length, 250);
		t.is((await client.query(new QueryStream(`${add} returning name`)).toArray()).length, 1);
		await t.throwsAsync(client.query('select 1/0'), {code: '22012'});
		await t.throwsAsync(client.query(new QueryStream('select 1/0')).toArray(), {code: '22012'});
		client.release();
		t.is(await connection.fetchValue('select count(*)::int from users'), 1);
	});
});

test.serial('COPY runs in both directions', async t => {
	await inContext(t, async ({context: {pool, connection}}) => {
		const client = await pool.connect();
		await client.query('begin');
		await pipeline(Readable.from(['Ada\tada@example.com\n', 'Bob\tbob@example.com\n']), client.query(copyFrom('copy users (name, email) from stdin')));
		t.is(await text(client.query(copyTo('copy (select name from users order by name) to stdout'))), 'Ada\nBob\n');
		await client.query('rollback');
		client.release();
		t.is(await connection.fetchValue('select count(*)::int from users'), 0);
	});
});

test.serial('G09 R: a query beside a cursor that nobody reads gets a named error, not a hang', async t => {
	t.timeout(30_000);
	await inContext(t, async ({context: {pool}}) => {
		const client = await pool.connect();
		const cursor = client.query(new CursorClass('select n from generate_series(1, 5) as n'));
		await cursor.read(1);
		await t.throwsAsync(pool.query('select 1'), {code: 'ERR_CONTEXT_DEADLOCK', message: /generate_series/});
		await cursor.close();
		client.release();
	});
});

test.serial('G33 R: a cursor that is open at the end fails the test by name, and the next one is pristine', async t => {
	const error = await endOf(async ({context: {pool}}) => {
		const client = await pool.connect();
		await client.query(add);
		await client.query(new CursorClass('select n from generate_series(1, 5) as n')).read(1);
	});
	t.is(error?.code, 'ERR_CONTEXT_LEAKED');
	t.regex(error?.message ?? '', /generate_series/);
	await inContext(t, async ({context: {connection}}) => {
		t.is(await connection.fetchValue('select count(*)::int from users'), 0);
	});
});
