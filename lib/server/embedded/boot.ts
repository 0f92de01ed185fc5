import {readFile, readlink} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {ServerError} from '../../errors.ts';
import {diskFull} from './data-folder.ts';
import type {Postmaster} from './postmaster.ts';

const bootTimeoutMs = 60_000;

/** The eighth line of postmaster.pid says `ready` once PostgreSQL accepts connections: what pg_ctl looks at, too. */
async function isReady(folder: string): Promise<boolean> {
	const text = await readFile(path.join(folder, 'data', 'postmaster.pid'), 'utf8').catch(() => '');
	return text.split('\n')[7]?.trim() === 'ready';
}

/** Waits until a postmaster accepts connections; explains why when it ends instead. */
export async function waitUntilReady(postmaster: Postmaster, folder: string, port: number): Promise<void> {
	let hasEnded = false;
	void postmaster.ended.then(() => {
		hasEnded = true;
	});
	const deadline = performance.now() + bootTimeoutMs;
	while (!await isReady(folder)) {
		if (hasEnded || performance.now() > deadline) {
			await postmaster.stop();
			throw explainBoot(postmaster.log, port);
		}

		await new Promise(resolve => {
			setTimeout(resolve, 3);
		});
	}
}

function explainBoot(log: string, port: number): ServerError {
	if (/could not bind .*in use/is.test(log)) {
		return new ServerError('ERR_SERVER_PORT', {
			what: `Port ${port} of 127.0.0.1 is taken.`,
			why: 'Another program took it between the moment it was chosen and the moment PostgreSQL asked for it.',
			fix: 'Run again: another port is chosen.',
		});
	}

	return /no space left/i.test(log) ? diskFull('postgres', new Error(log)) : new ServerError('ERR_SERVER_START', {
		what: `PostgreSQL did not start: ${/(?:FATAL|PANIC): .*/.exec(log)?.[0] ?? log.trim().split('\n').at(-1) ?? 'it printed nothing'}.`,
		why: 'The binaries may not fit this machine, or the snapshot may be damaged.',
		fix: 'Run `dataflow-tdd prune --all`, then again.',
		cause: new Error(log),
	});
}

/** A process id may have been given to somebody else since it was written down; only the postmaster works in this folder. */
async function isPostmasterOf(pid: string, folder: string): Promise<boolean> {
	return process.platform !== 'linux' || (await readlink(`/proc/${pid}/cwd`).catch(() => '')).startsWith(folder);
}

/** Ends a postmaster whose keeper died and whose lifeline did not work, by the process id that it wrote down. */
export async function killPostmaster(folder: string): Promise<void> {
	const text = await readFile(path.join(folder, 'data', 'postmaster.pid'), 'utf8').catch(() => '');
	const [pid, data] = text.split('\n');
	if (pid && data?.startsWith(folder) && await isPostmasterOf(pid, folder)) {
		try {
			process.kill(Number(pid), 'SIGQUIT');
		} catch {}
	}
}
