import {createHash} from 'node:crypto';
import {readFileSync, readlinkSync} from 'node:fs';
import os from 'node:os';

function readOr(read: () => string): string {
	try {
		return read();
	} catch {
		return '';
	}
}

/** Changes when the machine starts anew, after which a process id may be anybody's; empty where unknown. */
export function bootId(): string {
	return readOr(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')).trim().slice(0, 8);
}

/** Two containers of one machine may have the same host name and count processes for themselves; empty where unknown. */
export function processNamespace(): string {
	return /\d+/.exec(readOr(() => readlinkSync('/proc/self/ns/pid')))?.[0] ?? '';
}

/** Where a process id means something: 8 hex digits over host, boot and process namespace. */
export function machineId(): string {
	return createHash('sha256').update(`${os.hostname()}\n${bootId()}\n${processNamespace()}`).digest('hex').slice(0, 8);
}
