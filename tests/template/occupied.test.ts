import test, {type ExecutionContext} from 'ava';
import {savedLaneName, templateName} from '#lib/config/names.js';
import {connectClient, type Client} from '#lib/postgres/client.js';
import {cloneDatabase, dropDatabase, listDatabases} from '#lib/postgres/databases.js';
import type {Server} from '#lib/server/server.js';
import {buildTemplates, type BuildRequest} from '#lib/template/build.js';
import {until} from '../helpers/worker-context.ts';
import {freshFingerprint, startTestServer, writeProject} from '../seed/seed-project.ts';

let server: Server;
let admin: Client;

test.before(async () => {
	server = await startTestServer();
	admin = await connectClient(server.address);
});

test.after.always(async () => {
	await admin.end();
	await server.stop();
});

async function request(t: ExecutionContext, schema = 'create table a (id int);'): Promise<BuildRequest> {
	const projectDir = await writeProject(t, {'schemas/1.sql': schema});
	return {
		address: server.address, config: {projectDir, schemas: [`${projectDir}/schemas`], seeds: `${projectDir}/seeds`},
		fingerprint: freshFingerprint(), combinations: [], owner: 'occupied', saveLane: true,
	};
}

/** Connects to a database, as a program does that is none of ours, or one of ours that has been left over. */
async function visit(t: ExecutionContext, database: string, applicationName: string): Promise<Client> {
	const client = await connectClient({...server.address, database, applicationName});
	t.teardown(async () => client.end().catch(() => {}));
	return client;
}

/** Somebody connects to a template while it is built, and stays. */
async function buildVisited(t: ExecutionContext, applicationName: string): Promise<{visitor: Promise<Client>; built: Promise<unknown>; wanted: BuildRequest}> {
	const wanted = await request(t, 'create table a (id int);\nselect pg_sleep(0.5);');
	const visitor = Promise.withResolvers<Client>();
	const built = buildTemplates(wanted, () => {
		const come = async (): Promise<Client> => visit(t, (await listDatabases(admin, 'tdd_b_occupied'))[0]!.name, applicationName);
		come().then(visitor.resolve, visitor.reject);
	});
	return {visitor: visitor.promise, built, wanted};
}

async function isAlive(client: Client): Promise<boolean> {
	return client.query('select 1').then(() => true, () => false);
}

test.serial('G28: a stray connection on a template that is built is named and left alone, and the build works when it has gone', async t => {
	const {visitor, built, wanted} = await buildVisited(t, 'a forgotten pool');
	const error = await t.throwsAsync(built, {code: 'ERR_TEMPLATE_BUSY', name: 'TemplateError'});
	const client = await visitor;
	const {processID: pid} = client as unknown as {processID: number};
	t.true(error.message.includes(`a forgotten pool (pid ${pid}, user postgres, idle)`), error.message);
	t.true(await isAlive(client));
	await client.end();
	t.is((await buildTemplates(wanted, () => {})).length, 1);
	const [left] = await listDatabases(admin, 'tdd_b_occupied');
	await dropDatabase(admin, left!);
});

test.serial('G28: a session of the harness that was left on a template is ended', async t => {
	const {visitor, built} = await buildVisited(t, 'dataflow-tdd left over');
	await t.notThrowsAsync(built);
	t.false(await isAlive(await visitor));
});

test.serial('G28: who keeps a template from being cloned is named and left alone', async t => {
	const wanted = await request(t);
	await buildTemplates(wanted, () => {});
	const template = templateName(wanted.fingerprint, 'schema');
	await admin.query(`alter database "${template}" allow_connections true`);
	const client = await visit(t, template, 'psql');
	await t.throwsAsync(cloneDatabase(admin, {template, name: 'tdd_c_occupied_1'}), {code: 'ERR_TEMPLATE_BUSY', message: /psql \(pid \d+, user postgres, idle\)/});
	t.true(await isAlive(client));
});

test.serial('G31: a template and a lane whose drop was interrupted are dropped and made again', async t => {
	const wanted = await request(t);
	await buildTemplates(wanted, () => {});
	const template = templateName(wanted.fingerprint, 'schema');
	await admin.query(`alter database "${template}" is_template false`);
	await admin.query('update pg_database set datconnlimit = -2 where datname = any($1)', [[template, savedLaneName('schema')]]);
	const steps: string[] = [];
	await buildTemplates(wanted, step => steps.push(step));
	t.is(steps.length, 1);
	const entries = [...await listDatabases(admin, template), ...await listDatabases(admin, savedLaneName('schema'))];
	t.deepEqual(entries.map(({isTemplate, isBroken}) => ({isTemplate, isBroken})), [{isTemplate: true, isBroken: false}, {isTemplate: false, isBroken: false}]);
	await dropDatabase(admin, await cloneDatabase(admin, {template, name: 'tdd_c_occupied_2'}));
	await until(async () => (await listDatabases(admin, 'tdd_c_occupied_2')).length === 0);
});
