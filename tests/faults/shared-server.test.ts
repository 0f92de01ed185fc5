import {setTimeout as delay} from 'node:timers/promises';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {connectClient} from '#lib/postgres/client.js';
import {databaseUrl} from '#lib/template/session.js';
import {withMarkedServer, type ScratchAddress} from '../helpers/scratch-server.ts';
import {until} from '../helpers/worker-context.ts';
import {makeFaultProject, type FaultProject} from './fault-project.ts';
import {findLeftovers, ourProcesses} from './leftovers.ts';

/** What a machine has for itself: a host name here, and with root its own one in the kernel's eyes. */
const isRoot = process.getuid?.() === 0;
if (!isRoot) {
	console.log('runners share this machine\'s host name: only root can give each one its own');
}

function host(name: string): readonly string[] {
	return isRoot ? ['unshare', '--uts', 'sh', '-c', `hostname ${name} && exec "$@"`, name] : [];
}

const schema = (name: string): string => `create table users (id int generated always as identity primary key, name text not null, email text not null unique);\nselect pg_sleep(0.5); -- ${name}\n`;

async function makeRunner(t: ExecutionContext, address: ScratchAddress, schemaName: string): Promise<FaultProject> {
	const project = await makeFaultProject(t, {name: 'external', server: databaseUrl(address, address.database), external: address});
	await project.write('schemas/001_users.sql', schema(schemaName));
	return project;
}

/** Counts the connections of everybody for as long as it is not stopped. */
async function countConnections(t: ExecutionContext, address: ScratchAddress): Promise<() => number> {
	const client = await connectClient({...address, applicationName: 'a census'});
	let most = 0;
	const over = new AbortController();
	const counting = (async () => {
		while (!over.signal.aborted) {
			const {rows} = await client.query<{count: number}>(`select count(*)::int as count from pg_stat_activity where backend_type = 'client backend' and application_name <> 'a census'`);
			most = Math.max(most, rows[0]!.count);
			await delay(20);
		}
	})();
	t.teardown(async () => {
		over.abort();
		await counting;
		await client.end();
	});
	return () => most;
}

const buildsIn = (outputs: readonly string[]): number => outputs.filter(output => output.includes('applying schemas/001_users.sql')).length;

async function untilClean(t: ExecutionContext, projects: readonly FaultProject[]): Promise<void> {
	const deadline = performance.now() + 15_000;
	let left: string[] = [];
	do {
		left = (await Promise.all(projects.map(async project => findLeftovers(project)))).flat();
	} while (left.length > 0 && performance.now() < deadline);
	t.deepEqual(left, []);
}

test.serial('four runners at once on a server with few connections build one template, keep within its connections, and all pass', async t => {
	// Of 30, three are reserved: room for two runs of two workers, and then for none.
	const address = await withMarkedServer(t, ['max_connections=30']);
	const projects = await Promise.all([1, 2, 3, 4].map(async () => makeRunner(t, address, 'shared')));
	const most = await countConnections(t, address);
	const runs = await Promise.all(projects.map(async (project, index) => (await project.start({through: host(`runner-${index + 1}`)})).ended));
	for (const {exitCode, output} of runs) {
		t.is(exitCode, 0, output);
		t.regex(output, /the option server is a URL; [12] of 2 workers, \d+ of its 27 connections/);
	}

	const outputs = runs.map(({output}) => output);
	t.is(buildsIn(outputs), 1);
	t.true(outputs.some(output => /waiting for a place on the server: \d other runs? holds? \d+ of its 27 connections/.test(output)), outputs.join('\n'));
	t.log(`at most ${most()} of 27 connections at once`);
	t.true(most() <= 27);
	await untilClean(t, projects);
});

test.serial('a runner that dies with its whole machine disturbs no other, of the same schema or another, and they remove what it has left', async t => {
	const address = await withMarkedServer(t);
	const [dying, same, other] = await Promise.all(['one', 'one', 'two'].map(async name => makeRunner(t, address, name))) as [FaultProject, FaultProject, FaultProject];
	const runs = await Promise.all([dying, same, other].map(async (project, index) => project.start({waits: true, through: host(`runner-${index + 1}`)})));
	await Promise.all(runs.map(async run => run.hit()));
	// Guardians first: nobody is left who could clean up.
	const doomed = ourProcesses(dying.base).toSorted((one, two) => Number(two.command.includes('guardian')) - Number(one.command.includes('guardian')));
	for (const {pid} of doomed) {
		process.kill(pid, 'SIGKILL');
	}

	await until(async () => ourProcesses(dying.base).length === 0);
	const client = await connectClient({...address, applicationName: 'a census'});
	t.teardown(async () => client.end());
	const databases = async () => (await client.query<{name: string}>(`select datname::text as name from pg_database where datname ~ '^tdd_[bc]_'`)).rows.length;
	t.true(await databases() > 0);
	const [, ...survivors] = runs;
	await Promise.all(survivors.map(async run => run.go()));
	const ended = await Promise.all(survivors.map(async run => run.ended));
	for (const {exitCode, output} of ended) {
		t.is(exitCode, 0, output);
	}

	t.is(buildsIn([runs[0]!.output(), ...ended.map(({output}) => output)]), 2);
	await until(async () => await databases() === 0);
	await untilClean(t, [same, other]);
});
