// The suite over Chinook for each peer, set up as its documentation shows it at its fastest. Statements and assertions are the same.
import {containerVariables, count, keepInvoice, rolledBack, serialTests, serverVariable} from '../suites/test-files.ts';

/** What the documentation of testcontainers shows: a container for each file, loaded from the script; tests are rolled back by hand. */
export const containerFile = `import {readFile} from 'node:fs/promises';
import test from 'ava';
import pg from 'pg';
import {PostgreSqlContainer} from '@testcontainers/postgresql';

${count}
let container;
let client;

test.before(async () => {
	container = await new PostgreSqlContainer(process.env.${containerVariables.image}).start();
	client = new pg.Client({connectionString: container.getConnectionUri()});
	await client.connect();
	await client.query(await readFile(process.env.${containerVariables.script}, 'utf8'));
});
test.after.always(async () => {
	await client?.end();
	await container?.stop();
});
${keepInvoice}${rolledBack}${serialTests}`;

/** A container for each file with a snapshot that is restored after each test. Restoring needs the database without clients. */
export const snapshotFile = `import {readFile} from 'node:fs/promises';
import test from 'ava';
import pg from 'pg';
import {PostgreSqlContainer} from '@testcontainers/postgresql';

${count}
let container;
let client;

async function connect() {
	client = new pg.Client({connectionString: container.getConnectionUri()});
	await client.connect();
}

test.before(async () => {
	container = await new PostgreSqlContainer(process.env.${containerVariables.image}).start();
	await connect();
	await client.query(await readFile(process.env.${containerVariables.script}, 'utf8'));
	await client.end();
	await container.snapshot();
});
test.beforeEach(connect);
test.afterEach.always(async () => {
	await client.end();
	await container.restoreSnapshot();
});
test.after.always(async () => {
	await container?.stop();
});
${keepInvoice}${serialTests}`;

/** A database for each test, cloned from a template in the one container that the run's shared worker has started. */
export const avaPostgresFile = `import {readFile} from 'node:fs/promises';
import test from 'ava';
import {getTestPostgresDatabaseFactory} from 'ava-postgres';

${count}
const getTestDatabase = getTestPostgresDatabaseFactory({
	postgresVersion: process.env.${containerVariables.image}.split(':')[1],
	async beforeTemplateIsBaked({connection: {pool}}) {
		await pool.query(await readFile(process.env.${containerVariables.script}, 'utf8'));
	},
});
${keepInvoice}
for (let number = 1; number <= count; number++) {
	test('an invoice is kept ' + number, async t => {
		const {pool} = await getTestDatabase();
		t.teardown(async () => pool.end());
		await keepInvoice(t, pool);
	});
}
`;

/** Where the suite for PGlite finds the data folder that was saved. */
export const dataFolderVariable = 'BENCH_DATA_FOLDER';

/** A database in the worker's own process for each file, from the data folder that was saved; tests are rolled back. */
export const pgliteFile = `import {readFile} from 'node:fs/promises';
import test from 'ava';
import {PGlite} from '@electric-sql/pglite';

${count}
let client;

test.before(async () => {
	client = await PGlite.create({loadDataDir: new Blob([await readFile(process.env.${dataFolderVariable})])});
});
test.after.always(async () => {
	await client?.close();
});
${keepInvoice}${rolledBack}${serialTests}`;

/** A database for each file, made from the template on the server that is given; tests are rolled back by its own hooks. */
export const pgsqlTestFile = `import test from 'ava';
import {getConnections} from 'pgsql-test';

${count}
const server = JSON.parse(process.env.${serverVariable});
let client;
let teardown;

test.before(async () => {
	({pg: client, teardown} = await getConnections({pg: server, db: {rootDb: 'postgres', template: 'bench_template', extensions: []}}, []));
});
test.beforeEach(async () => client.beforeEach());
test.afterEach.always(async () => client.afterEach());
test.after.always(async () => teardown?.());
${keepInvoice}${serialTests}`;
