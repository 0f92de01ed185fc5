import {readdirSync, readFileSync} from 'node:fs';
import process from 'node:process';

/** True where /proc tells what processes occupy. */
export const canReadMemory: boolean = process.platform === 'linux';

function field(file: string, name: string): number {
	const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(file, 'utf8'))?.[1];
	if (kilobytes === undefined) {
		throw new Error(`${file} does not tell ${name}`);
	}

	return Number(kilobytes) * 1024;
}

/** What a process occupies in memory, shared pages counted whole, in bytes. */
export function residentBytes(pid: number): number {
	return field(`/proc/${pid}/status`, 'VmRSS');
}

/** What processes occupy, each shared page divided among all who share it, in bytes. */
export function proportionalBytes(pids: readonly number[]): number {
	return pids.reduce((sum, pid) => sum + field(`/proc/${pid}/smaps_rollup`, 'Pss'), 0);
}

/** Processor time that finished child processes have used, with their threads and what they waited for, in ms; 0 where nothing tells it. */
export function childrenCpuMs(): number {
	if (!canReadMemory) {
		return 0;
	}

	// The name of the program stands in brackets and may have spaces in it. Linux counts in hundredths of a second for everyone.
	const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]!.split(' ');
	return (Number(fields[13]) + Number(fields[14])) * 10;
}

function parentOf(pid: string): number | undefined {
	try {
		return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
	} catch {
		return undefined;
	}
}

/** A process, its parent, and all that descend from that parent: a postmaster, the shell that watches it, and its backends. */
export function familyOf(pid: number): number[] {
	const parents = readdirSync('/proc').filter(name => /^\d+$/.test(name)).map(name => [Number(name), parentOf(name)] as const);
	const family = new Set([parents.find(([child]) => child === pid)?.[1] ?? pid]);
	for (let size = 0; size !== family.size;) {
		size = family.size;
		for (const [child, parent] of parents) {
			if (parent !== undefined && family.has(parent)) {
				family.add(child);
			}
		}
	}

	return [...family];
}
