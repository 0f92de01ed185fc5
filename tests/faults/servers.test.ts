import {existsSync, readFileSync, readdirSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import type {ExecutionContext} from 'ava';
import {assertClean, assertNextRunIsGreen, makeFaultProject, type FaultProject} from './fault-project.ts';
import {processesOf} from './engine.ts';
import {onEach, started} from './grounds.ts';
import {ourContainers} from './leftovers.ts';
import {isProcessAlive} from '../helpers/project.ts';
import {until} from '../helpers/worker-context.ts';

/** The test that was hit fails by name; the tests after it, of its file and of the next, run on a new server. */
async function assertOneTestFails(t: ExecutionContext, ended: Promise<{exitCode: number | null; output: string}>): Promise<void> {
	const {exitCode, output} = await ended;
	t.is(exitCode, 1, output);
	t.regex(output, /✘ \[fail\]: a-hit › is hit/);
	t.regex(output, /ERR_CONTEXT_CONNECTION[^]*The connection of this test ended/);
	t.regex(output, /1 test failed/);
	t.regex(output, /✔ a-hit › long after[^]*✔ b-later › second/);
}

/** The process of each server that the project runs embedded; one that is being made has none yet, and one that ends has none any more. */
function postmasters({base}: FaultProject): number[] {
	const files = readdirSync(path.join(base, 'data')).map(name => path.join(base, 'data', name, 'data/postmaster.pid'));
	return files.filter(file => existsSync(file)).map(file => Number(readFileSync(file, 'utf8').split('\n')[0]));
}

for (const [name, fault] of [
	['docker kill', async ({engine}: FaultProject, id: string) => engine!.post(`/containers/${id}/kill`)],
	['docker rm -f', async ({engine}: FaultProject, id: string) => engine!.remove(`/containers/${id}?force=1&v=1`)],
] as const) {
	onEach(['container'], `G21: after ${name} of the servers the test under way fails by name and the others run on a new one`, async (t, ground) => {
		const project = await makeFaultProject(t, ground);
		const run = await project.start({waits: true});
		await run.hit();
		const since = {fault: `${name} of a leased container`, at: performance.now()};
		const servers = await ourContainers(project);
		t.true(servers.length > 0);
		await Promise.all(servers.map(async ({Id}) => fault(project, Id)));
		await run.go();
		await assertOneTestFails(t, run.ended);
		await assertClean(t, project, since);
		await assertNextRunIsGreen(t, project);
	});
}

onEach(['embedded'], 'G21: after SIGKILL of the postmasters the test under way fails by name and the others run on a new one', async (t, ground) => {
	const project = await makeFaultProject(t, ground);
	const run = await project.start({waits: true});
	const {backend} = await run.hit();
	const since = {fault: 'SIGKILL of the postmaster', at: performance.now()};
	const servers = postmasters(project);
	t.true(servers.length > 0);
	for (const pid of servers) {
		process.kill(pid, 'SIGKILL');
	}

	// Backends end when they notice that they are orphans; until then they answer.
	await until(async () => !isProcessAlive(backend));

	await run.go();
	await assertOneTestFails(t, run.ended);
	await assertClean(t, project, since);
	await assertNextRunIsGreen(t, project);
});

/** The backend of the test that is hit: in a container it has another process id there than here. */
async function backendOnMachine(project: FaultProject, backend: number): Promise<number> {
	if (!project.engine) {
		return backend;
	}

	for (const {Id} of await ourContainers(project)) {
		for (const pid of await processesOf(project.engine, Id)) {
			// The last number is the one inside of the innermost namespace.
			const inside = /^NSpid:.*\s(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
			if (Number(inside) === backend && /^postgres.*in transaction/m.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))) {
				return pid;
			}
		}
	}

	throw new Error(`no process of a container is the backend ${backend}`);
}

function parentOf(pid: number | string): number {
	try {
		return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[1]);
	} catch {
		return 0;
	}
}

/** Kills a backend, and returns when PostgreSQL has noticed, which is when it has ended all others: until then it takes connections that are lost at once. */
async function killBackend(pid: number): Promise<void> {
	const postmaster = parentOf(pid);
	const siblings = readdirSync('/proc').filter(name => parentOf(name) === postmaster);
	process.kill(pid, 'SIGKILL');
	await until(async () => !siblings.some(sibling => parentOf(sibling) === postmaster));
}

for (const [kinds, title] of [
	[started, 'G20: after SIGKILL of one backend, which makes PostgreSQL end all others, the test under way fails by name and the others run on'],
	[['external'], 'G20: after SIGKILL of one backend of a server that stays, the test under way fails by name and the others run when it has recovered'],
] as const) {
	onEach(kinds, title, async (t, ground) => {
		const project = await makeFaultProject(t, ground);
		const run = await project.start({waits: true});
		const {backend} = await run.hit();
		const pid = await backendOnMachine(project, backend);
		const since = {fault: 'SIGKILL of one backend', at: performance.now()};
		await killBackend(pid);
		await run.go();
		await assertOneTestFails(t, run.ended);
		await assertClean(t, project, since);
		await assertNextRunIsGreen(t, project);
	});
}
