import {readFileSync, rmSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import type {KeeperStatus} from '../../lib/keeper/protocol.ts';
import {containerPids} from '../docker.ts';
import {megabytes, onEach, type Bench, type Line, type Measurement} from '../line.ts';
import type {BenchServer} from '../options.ts';
import {canReadMemory, familyOf, proportionalBytes, residentBytes} from '../processes.ts';
import {median} from '../statistics.ts';
import {emptyProject, harnessProject, withoutChinook} from '../suites/chinook.ts';
import type {Project} from '../suites/project.ts';
import {runAva} from '../suites/run-ava.ts';
import {memoryVariable} from '../suites/test-files.ts';

const files = 4;
const testsPerFile = 20;
/** After this long without work, what a server still holds is what it holds. */
const restMs = 1500;

/** What the workers of a run occupied after their last test. */
async function workerBytes({workspace}: Bench, project: Project): Promise<number[]> {
	const file = path.join(workspace.folder, 'worker-memory');
	rmSync(file, {force: true});
	await runAva(project, {testsPerFile, env: {[memoryVariable]: file}});
	return readFileSync(file, 'utf8').trim().split('\n').map(Number);
}

async function serverPids(server: BenchServer, label: string): Promise<number[]> {
	if (server === 'container') {
		return containerPids(label.replace('container ', ''));
	}

	const [pid] = readFileSync(path.join(label, 'data', 'postmaster.pid'), 'utf8').split('\n');
	return familyOf(Number(pid));
}

async function measureServers({slots}: KeeperStatus, server: BenchServer): Promise<Measurement> {
	const labels = slots.map(slot => slot.server).filter(label => label !== undefined);
	const sizes = await Promise.all(labels.map(async label => proportionalBytes(await serverPids(server, label))));
	return {
		what: 'memory: an idle server', figure: megabytes(median(sizes)), target: {limit: 60, of: 'figure'},
		note: 'PSS of all its processes, after it has run tests, with the keeper connected', details: {serverBytes: sizes},
	};
}

async function measure(bench: Bench, server: BenchServer, script: string): Promise<Measurement[]> {
	const {workspace, runs} = bench;
	const harness = await harnessProject(bench, server, {name: 'memory', files, script, isChildProcess: true});
	const empty = await emptyProject(bench, {name: `memory-beside-${server}`, files, isChildProcess: true});
	await workerBytes(bench, harness);
	const samples = {own: [] as number[], floor: [] as number[]};
	for (let round = 0; round < runs; round++) {
		samples.floor.push(...await workerBytes(bench, empty));
		samples.own.push(...await workerBytes(bench, harness));
	}

	await delay(restMs);
	const status = (await workspace.keepers.status(harness.config!))!;
	const keeper = residentBytes(status.pid);
	const servers = await measureServers(status, server);
	await workspace.keepers.stop(harness.config!);
	const difference = median(samples.own) - median(samples.floor);
	return [
		{what: 'memory: keeper, resident', figure: megabytes(keeper), target: {limit: 150, of: 'figure'}, note: `after ${runs + 1} runs, with ${status.slots.length} servers`},
		{
			what: 'memory: a worker, over AVA\'s own', figure: megabytes(difference), target: {limit: 30, of: 'figure'},
			note: `resident after ${testsPerFile} tests in a child process: ${megabytes(median(samples.own)).value.toFixed(1)} MB, of empty tests ${megabytes(median(samples.floor)).value.toFixed(1)} MB`,
			details: {workerBytes: samples.own, emptyWorkerBytes: samples.floor},
		},
		servers,
	];
}

/** What keeper, workers and servers occupy. */
export const memoryLine: Line = {
	name: 'memory',
	about: 'resident memory of keeper and workers, own memory of an idle server',
	async run(bench) {
		const {chinook} = bench.available;
		if (!canReadMemory) {
			return [{what: 'memory', note: 'skipped: what a process occupies is read from /proc, which only Linux has'}];
		}

		return chinook === undefined ? withoutChinook('memory') : onEach(bench, async server => measure(bench, server, chinook));
	},
};
