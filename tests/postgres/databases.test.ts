import test, {type ExecutionContext} from 'ava';
import {GuardError} from '#lib/errors.js';
import {connectClient, withClient, type Client} from '#lib/postgres/client.js';
import {restoreProperties} from '#lib/postgres/database-properties.js';
import {cloneDatabase, createDatabase, dropDatabase, endSessions, listDatabases, sealDatabase, type OwnDatabase} from '#lib/postgres/databases.js';
import {withScratchServer, type ScratchAddress} from '../helpers/scratch-server.ts';

let address: ScratchAddress;
let admin: Client;
const teardowns: Array<() => unknown> = [];

test.before(async () => {
	address = await withScratchServer({teardown: undo => void teardowns.unshift(undo)});
	admin = await connectClient(address);
});

test.after.always(async () => {
	await admin?.end();
	for (const undo of teardowns) {
		await undo();
	}
});

/** Somebody drops a database of the harness and puts one of his own, with a row in it, under its name. */
async function replace({name}: OwnDatabase): Promise<void> {
	await admin.query(`drop database ${name}`);
	await admin.query(`create database ${name}`);
	await withClient({...address, database: name}, async client => client.query('create table precious as select 1 as id'));
}

async function isUntouched({name}: OwnDatabase): Promise<boolean> {
	const {rows} = await withClient({...address, database: name}, async client => client.query<{id: number}>('select id from precious'));
	const [entry] = await listDatabases(admin, name);
	return rows[0]?.id === 1 && entry?.comment === null && !entry.isTemplate;
}

async function assertRefused(t: ExecutionContext, database: OwnDatabase, action: () => Promise<unknown>): Promise<void> {
	const error = await t.throwsAsync<GuardError>(action(), {instanceOf: GuardError, code: 'ERR_GUARD_REPLACED'});
	t.regex(error.message, new RegExp(`^The database ${database.name} is not the one .* its object id is \\d+, and was ${database.oid}\\.`));
	t.true(await isUntouched(database));
}

test.serial('a database is known by name and object id from the moment it is made', async t => {
	const made = await createDatabase(admin, 'tdd_c_test_known');
	const cloned = await cloneDatabase(admin, {template: made.name, name: 'tdd_c_test_cloned'});
	for (const {name, oid} of [made, cloned]) {
		t.true(oid >= 16_384);
		t.like((await listDatabases(admin, name))[0], {name, oid});
		await dropDatabase(admin, {name, oid});
		await t.notThrowsAsync(dropDatabase(admin, {name, oid}), 'one that is not there is no error');
	}

	t.deepEqual(await listDatabases(admin, 'tdd_c_test_'), []);
});

test.serial('G37: a database that somebody else has put under a name is not dropped', async t => {
	const database = await createDatabase(admin, 'tdd_c_test_dropped');
	await replace(database);
	await assertRefused(t, database, async () => dropDatabase(admin, database));
});

test.serial('G37: nor is it sealed, renamed or altered', async t => {
	const database = await createDatabase(admin, 'tdd_b_test_sealed');
	await replace(database);
	await assertRefused(t, database, async () => sealDatabase(admin, database, {as: 'tdd_t_test_sealed', comment: 'ours'}));
	await assertRefused(t, database, async () => restoreProperties(admin, database, {comment: 'ours', connectionLimit: 1}));
	t.deepEqual(await listDatabases(admin, 'tdd_t_test'), []);
});

test.serial('G37: nor are the sessions on it ended', async t => {
	const database = await createDatabase(admin, 'tdd_c_test_sessions');
	const held = await connectClient({...address, database: database.name});
	t.is(await endSessions(admin, database), 1);
	await held.end().catch(() => {});
	await replace(database);
	const visitor = await connectClient({...address, database: database.name});
	t.is(await endSessions(admin, database), 0);
	t.is((await visitor.query('select id from precious')).rowCount, 1);
	await visitor.end();
});

test.serial('G37: a sealed template is dropped by its object id, and by no other', async t => {
	const database = await createDatabase(admin, 'tdd_b_test_template');
	await sealDatabase(admin, database, {as: 'tdd_t_test_template', comment: 'ours'});
	const [sealed] = await listDatabases(admin, 'tdd_t_test_template');
	t.is(sealed!.oid, database.oid);
	await t.throwsAsync(dropDatabase(admin, {...sealed!, oid: database.oid + 1}), {code: 'ERR_GUARD_REPLACED'});
	t.true((await listDatabases(admin, 'tdd_t_test_template'))[0]?.isTemplate);
	await dropDatabase(admin, sealed!);
	t.deepEqual(await listDatabases(admin, 'tdd_t_test_template'), []);
});

test.serial('G37: databases without the prefix, and the marker, are refused before the server is asked', async t => {
	const closed = {query: async () => t.fail('the server was asked')} as unknown as Client;
	for (const name of ['postgres', 'app', 'TDD_x', 'tdd_marker']) {
		const database = {name, oid: 5};
		for (const action of [async () => dropDatabase(closed, database), async () => createDatabase(closed, name), async () => endSessions(closed, database), async () => cloneDatabase(closed, {template: 'tdd_t_x', name})]) {
			await t.throwsAsync(action(), {code: 'ERR_GUARD_REFUSED'});
		}
	}
});
