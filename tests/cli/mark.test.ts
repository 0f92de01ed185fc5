import {rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {PassThrough} from 'node:stream';
import test, {type ExecutionContext} from 'ava';
import {confirm, type Terminal} from '#lib/cli/confirm.js';
import {withClient} from '#lib/postgres/client.js';
import {readMarker} from '#lib/postgres/marker.js';
import {databaseUrl} from '#lib/template/session.js';
import {makeProjectFolder, runCli, type Command, type Finished} from '../helpers/project.ts';
import {withScratchServer, type ScratchAddress} from '../helpers/scratch-server.ts';
import {hasTerminals, onTerminal, type Shown} from '../helpers/terminal.ts';

let address: ScratchAddress;
let url: string;
/** The same without its password, as errors show it. */
let shown: string;
let dir: string;
const teardowns: Array<() => unknown> = [];

test.before(async () => {
	address = await withScratchServer({teardown: undo => void teardowns.unshift(undo)});
	url = databaseUrl(address, address.database);
	shown = url.replace(`:${address.password}@`, '@');
	dir = await makeProjectFolder({'schemas/001.sql': 'create table a (id int);'});
	teardowns.unshift(async () => rm(dir, {recursive: true, force: true}));
	await withClient(address, async client => client.query('create database shop'));
});

test.after.always(async () => {
	for (const undo of teardowns) {
		await undo();
	}
});

async function doctor(args: readonly string[], env?: Command['env']): Promise<Finished> {
	return runCli(dir, ['doctor', ...args], env);
}

async function isMarked(): Promise<boolean> {
	return withClient(address, async client => (await readMarker(client))?.isOfThisServer === true);
}

async function unmark(t: ExecutionContext): Promise<void> {
	const {status, stderr} = await doctor(['--unmark', url]);
	t.is(status, 0, stderr);
	t.false(await isMarked());
}

test.serial('where nobody can be asked, a server is looked at and not marked, and the error is the command that marks it', async t => {
	const {status, stdout, stderr} = await doctor(['--mark', url]);
	t.is(status, 1);
	t.regex(stdout, new RegExp(`^server +PostgreSQL 18\\.\\d+ at 127\\.0\\.0\\.1:${address.port}, as postgres\ndatabases +postgres, shop; 0 of the harness\nstandby +no\nreplicas +none; no replication slots\nmanaged by +no service.*\napplication +none of its own on this server.*\nmarker +none\n`));
	t.is(stderr, `ERR_GUARD_CONFIRM: The server ${shown} was not marked: nobody could be asked. A marker lets the harness make and drop databases there, and this is no terminal. If nobody would miss what is on it, run: npx dataflow-tdd doctor --mark '${shown}' --yes\n`);
	t.false(await isMarked());
});

test.serial('with --yes it is marked, tests run there, and --unmark takes that back', async t => {
	const before = await doctor([], {DATAFLOW_TDD_SERVER: url});
	t.is(before.status, 1);
	t.regex(before.stdout, new RegExp(`ERR_GUARD_MARKER: The server at 127\\.0\\.0\\.1:${address.port} bears no marker`));
	t.true(before.stdout.includes(`npx dataflow-tdd doctor --mark '${shown}'`), before.stdout);

	const {status, stdout, stderr} = await doctor(['--mark', url, '--yes']);
	t.is(status, 0, stderr);
	t.true(stdout.endsWith(`\n\n${shown} is marked: tests may run on it. To take that back: npx dataflow-tdd doctor --unmark '${shown}'\n`), stdout);
	t.true(await isMarked());
	const after = await doctor([], {DATAFLOW_TDD_SERVER: url});
	t.is(after.status, 0, after.stdout + after.stderr);
	t.regex(after.stdout, /^ok {2}tests run on .*external PostgreSQL 18/m);
	t.is((await doctor(['--mark', url])).status, 0, 'one that is marked is not asked about again');

	await unmark(t);
	t.regex((await doctor(['--unmark', url])).stdout, /^postgres:.* was not marked\.\n$/);
});

test.serial('where NODE_ENV is production, a marker stays where it is, and everything else, too', async t => {
	t.is((await doctor(['--mark', url, '--yes'])).status, 0);
	const {status, stdout, stderr} = await doctor(['--unmark', url], {NODE_ENV: 'production'});
	t.is(status, 1, stdout);
	t.regex(stderr, /^ERR_GUARD_REFUSED: The harness will not run: NODE_ENV is production\./);
	t.true(await isMarked());
	await unmark(t);
});

test.serial('without a URL it is about the server that the option server names; without its password as well', async t => {
	const env = {DATAFLOW_TDD_SERVER: url};
	t.is((await doctor(['--mark', '--yes'], env)).status, 0);
	t.true(await isMarked());
	t.is((await doctor(['--unmark'], env)).status, 0);
	t.false(await isMarked());
	t.is((await doctor(['--mark', shown, '--yes'], env)).status, 0, 'as it is pasted from an error');
	t.true(await isMarked());
	await unmark(t);

	const none = await doctor(['--mark', '--yes'], {DATAFLOW_TDD_SERVER: 'embedded'});
	t.is(none.status, 2);
	t.regex(none.stderr, /^ERR_CONFIG_INVALID: No URL was given, and the option server is 'embedded'\..*doctor --mark postgres:\/\//);
	const both = await doctor(['--mark', url, '--unmark', url]);
	t.is(both.status, 2);
	t.regex(both.stderr, /^ERR_CLI_USAGE: The options --mark and --unmark were given together\./);
	for (const wrong of ['nowhere', 'mysql://localhost/test']) {
		t.regex((await doctor(['--mark', wrong, '--yes'])).stderr, /^ERR_SERVER_URL: /);
	}
});

test.serial('JSON has all that was looked at', async t => {
	const {stdout} = await doctor(['--mark', url, '--yes', '--json'], {DATABASE_URL: `postgres://app:secret@localhost:${address.port}/shop`});
	t.like(JSON.parse(stdout), {databases: ['postgres', 'shop'], isStandby: false, replicas: 0, replicationSlots: 0, applicationVariables: ['DATABASE_URL'], isMarked: true});
	t.false(stdout.includes('secret') || stdout.includes(`:${address.password}@`));
	t.deepEqual(JSON.parse((await doctor(['--unmark', url, '--json'])).stdout), {isMarked: false, wasMarked: true, dropped: []});
});

test.serial('with --json, what keeps a server from being marked is a JSON error with its code, and nothing is on stdout', async t => {
	const none = {DATAFLOW_TDD_SERVER: 'embedded'};
	for (const [args, code, expected, env] of [
		[['--mark', url], 'ERR_GUARD_CONFIRM', 1],
		[['--mark', 'postgres://u:p@ep-cool.neon.tech/test', '--yes'], 'ERR_GUARD_REFUSED', 1],
		[['--mark', 'nowhere', '--yes'], 'ERR_SERVER_URL', 1],
		[['--mark', '--yes'], 'ERR_CONFIG_INVALID', 2, none],
		[['--unmark'], 'ERR_CONFIG_INVALID', 2, none],
	] as const) {
		const {status, stdout, stderr} = await doctor([...args, '--json'], env);
		t.is(status, expected, stderr);
		t.is(stdout, '');
		const {error} = JSON.parse(stderr);
		t.is(error.code, code);
		t.true(error.message.endsWith(error.hint) && error.hint.length > 0, stderr);
	}

	t.deepEqual(JSON.parse((await doctor(['--unmark', url, '--json'])).stdout), {isMarked: false, wasMarked: false, dropped: []}, 'which is no failure');
});

test.serial('G37: --yes marks nothing that the guards refuse', async t => {
	const mark = async (target: string, env?: Command['env']): Promise<Finished> => doctor(['--mark', target, '--yes'], env);
	await writeFile(path.join(dir, '.env'), `# of the application\nDATABASE_URL="${url}"\n`);
	const byFile = await mark(url);
	await rm(path.join(dir, '.env'));
	const refusals: ReadonlyArray<readonly [Promise<Finished> | Finished, RegExp]> = [
		[await mark(url, {NODE_ENV: 'production'}), /NODE_ENV is production/],
		[await mark(url, {DATABASE_URL: url.replace('127.0.0.1', 'localhost')}), /DATABASE_URL says that its database postgres is the application's own/],
		[byFile, /DATABASE_URL says/],
		[await mark(url, {PGPORT: String(address.port), PGDATABASE: 'postgres'}), /PGDATABASE says/],
		[await mark('postgres://u:p@ep-cool.neon.tech/test'), /managed database service, Neon/],
		[await mark(url.replace(/\/postgres$/, '/shop_production')), /'shop_production' is a name for production/],
	];
	for (const [finished, words] of refusals) {
		const {status, stderr} = await finished;
		t.is(status, 1);
		t.true(stderr.startsWith('ERR_GUARD_REFUSED: '), stderr);
		t.regex(stderr, words);
	}

	await withClient(address, async client => {
		await client.query(`select pg_create_physical_replication_slot('for_a_standby')`);
		t.regex((await mark(url)).stderr, /^ERR_GUARD_REFUSED: .*it has replicas/);
		await client.query(`select pg_drop_replication_slot('for_a_standby')`);
		await client.query('create role rds_superuser');
		t.regex((await mark(url)).stderr, /^ERR_GUARD_REFUSED: .*Amazon RDS/);
		t.is((await mark(url, {DATAFLOW_TDD_ALLOW_SERVERS: '127.0.0.1'})).status, 0);
		await client.query('drop role rds_superuser');
		await client.query(`create role plain login password 'plain'`);
	});
	await unmark(t);
	t.regex((await mark(url.replace('postgres:scratch@', 'plain:plain@'))).stderr, /^ERR_SERVER_URL: The user plain may not create databases/);
	t.false(await isMarked());
});

async function names(): Promise<string[]> {
	return withClient(address, async client => (await client.query<{name: string}>('select datname::text as name from pg_database order by 1')).rows.map(({name}) => name));
}

test.serial('G37: --unmark ends keepers that are still there, and leaves nothing of the harness, and all that is not', async t => {
	const env = {DATAFLOW_TDD_SERVER: url, DATAFLOW_TDD_LINGER_MS: '60000', CI: undefined};
	t.teardown(async () => runCli(dir, ['stop'], env));
	await withClient(address, async client => client.query('create database tdd_c_deadbeef_0123456789ab'));
	const before = await names();
	t.is((await doctor(['--mark', url, '--yes'])).status, 0);
	const made = await runCli(dir, ['psql', '--url'], env);
	t.is(made.status, 0, made.stderr);
	const {databases, harnessDatabases, keepers} = JSON.parse((await doctor(['--mark', url, '--json'])).stdout);
	t.deepEqual(databases, ['postgres', 'shop', 'tdd_c_deadbeef_0123456789ab'], 'what looks like one of the harness is none');
	t.true(harnessDatabases >= 2 && keepers >= 1);

	const {stdout} = await doctor(['--unmark', url]);
	t.regex(stdout, /is not marked any more: no test runs on it\. The \d databases that the harness had made there are gone\.\n$/);
	t.deepEqual(await names(), before);
	const again = await runCli(dir, ['psql', '--url'], env);
	t.regex(again.stderr, /ERR_GUARD_MARKER/);
	t.deepEqual(await names(), before);
	await withClient(address, async client => client.query('drop database tdd_c_deadbeef_0123456789ab'));
});

test.serial('G37: --yes does not mark a server that holds databases with names for production; somebody who has seen them may', async t => {
	await withClient(address, async client => client.query('create database shop_production'));
	const {status, stdout, stderr} = await doctor(['--mark', url, '--yes']);
	t.is(status, 1);
	t.regex(stdout, /^beware +shop_production: a name for production$/m);
	t.regex(stderr, /^ERR_GUARD_CONFIRM: .* it holds shop_production\./);
	t.false(await isMarked());
	if (hasTerminals(t)) {
		const {output} = await onTerminal({dir, args: ['doctor', '--mark', url], env: {TERM: 'dumb'}, answer: {to: /\[y\/N\]/, keys: 'y\r'}});
		t.regex(output, /beware +shop_production[^]*is marked/);
		await unmark(t);
	}

	await withClient(address, async client => client.query('drop database shop_production'));
});

test.serial('on a terminal it asks, and marks what somebody says yes to', async t => {
	if (!hasTerminals(t)) {
		return;
	}

	const answered = async (keys: string): Promise<Shown> => onTerminal({dir, args: ['doctor', '--mark', url], env: {TERM: 'dumb'}, answer: {to: /\[y\/N\]/, keys}});
	for (const answer of ['\r', 'n\r', 'maybe\r', '\u0004']) {
		const {status, output} = await answered(answer);
		t.is(status, 1, output);
		t.regex(output, /It was not marked\./);
		t.false(await isMarked());
	}

	const {output: both} = await onTerminal({dir, args: ['doctor', '--mark', url, '--json'], env: {TERM: 'dumb'}, answer: {to: /\[y\/N\]/, keys: 'n\r'}});
	t.regex(both, /^databases +postgres, shop[^]*\[y\/N\][^]*"isMarked": false/m, 'what is asked about is shown, on stderr');

	const {status, output} = await answered('y\r');
	t.is(status, 0, output);
	t.regex(output, /databases +postgres, shop[^]*Would nobody miss what is on it\?.*\[y\/N\][^]*is marked: tests may run on it/);
	t.true(await isMarked());
	await unmark(t);
});

function terminal(isTTY: {input: boolean; output: boolean}): {terminal: Terminal; input: PassThrough} {
	const input = new PassThrough();
	return {input, terminal: {input: Object.assign(input, {isTTY: isTTY.input}), output: Object.assign(new PassThrough().resume(), {isTTY: isTTY.output})}};
}

test('only yes is yes, and where one side is no terminal nobody is asked', async t => {
	for (const [answer, expected] of [['y\n', true], ['YES\n', true], ['\n', false], ['n\n', false], ['yet\n', false]] as const) {
		const {terminal: both, input} = terminal({input: true, output: true});
		const asked = confirm('Well?', both);
		input.write(answer);
		t.is(await asked, expected, answer);
	}

	const {terminal: ended, input} = terminal({input: true, output: true});
	const asked = confirm('Well?', ended);
	input.end();
	t.is(await asked, false, 'the end of the input is no');
	t.is(await confirm('Well?', terminal({input: false, output: true}).terminal), undefined);
	t.is(await confirm('Well?', terminal({input: true, output: false}).terminal), undefined);
});
