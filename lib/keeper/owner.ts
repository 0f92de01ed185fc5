import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import os from 'node:os';
import process from 'node:process';
import {bootId, processNamespace} from '../config/machine.ts';

/** When a process began, in the kernel's own count, which no clock moves, so that a reused process id is not taken for it; empty where unknown. */
function startTime(pid: number): string | undefined {
	if (process.platform !== 'linux') {
		return '';
	}

	try {
		// The second field may hold spaces and parentheses; the start time is the 20th after it.
		const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(')').at(-1)?.trim().split(' ') ?? [];
		// A zombie has ended, but nobody has looked: in a container, perhaps nobody ever will.
		return fields[0] === 'Z' ? undefined : fields[19];
	} catch {
		return undefined;
	}
}

/** Writes down who owns a server: `host:pid:start:boot:namespace`. */
export function currentOwner(): string {
	return [os.hostname(), process.pid, startTime(process.pid) ?? '', bootId(), processNamespace()].join(':');
}

/** An owner in a form fit for names of databases: 8 hex digits. */
export function databaseOwner(owner: string): string {
	return createHash('sha256').update(owner).digest('hex').slice(0, 8);
}

/** True if the process that an owner names still runs, or may run, because it is where we cannot look. */
export function isOwnerAlive(owner: string): boolean {
	const [host, pid, start, boot = bootId(), namespace = processNamespace()] = owner.split(':');
	if (host !== os.hostname() || (boot === bootId() && namespace !== processNamespace())) {
		return true;
	}

	if (boot !== bootId()) {
		return false;
	}

	try {
		process.kill(Number(pid), 0);
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}

	return startTime(Number(pid)) === start;
}
