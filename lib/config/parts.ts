import {readdirSync, rmSync, statSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {machineId} from './machine.ts';

/** Of another machine or boot nothing can be asked; after a day nobody builds any more. */
const foreignMs = 24 * 3_600_000;

/**
 * The name of something under construction, or on its way out: `snapshot.1a2b3c4d-4711.part`. It tells whose it is, and it is
 * renamed to its own name, or removed, in the end.
 */
export function partName(file: string, kind: 'part' | 'removed' = 'part'): string {
	return `${file}.${machineId()}-${process.pid}.${kind}`;
}

function isProcessThere(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}

function isOrphan(file: string): boolean {
	const [, machine, pid] = /\.([\da-f]{8})-(\d+)\.(?:part|removed)$/.exec(file) ?? [];
	if (machine === undefined) {
		return false;
	}

	return machine === machineId() ? !isProcessThere(Number(pid)) : Date.now() - (statSync(file, {throwIfNoEntry: false})?.mtimeMs ?? Date.now()) > foreignMs;
}

/**
 * Removes what processes that are dead had under construction in a folder; returns the paths.
 * @param prefix how the names of those begin that are looked at: a folder may be somebody else's. Default: any
 */
export function sweepParts(folder: string, prefix = ''): string[] {
	let names: string[];
	try {
		names = readdirSync(folder);
	} catch {
		return [];
	}

	const orphans = names.filter(name => name.startsWith(prefix)).map(name => path.join(folder, name)).filter(file => isOrphan(file));
	for (const file of orphans) {
		rmSync(file, {recursive: true, force: true});
	}

	return orphans;
}
