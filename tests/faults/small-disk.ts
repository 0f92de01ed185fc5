import {execFileSync} from 'node:child_process';
import {statfsSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import type {ExecutionContext} from 'ava';

/** Lays a small file system in memory over a folder, for the length of a test or of a file of tests. Only root can. */
export function mountSmall(t: Pick<ExecutionContext, 'teardown'>, folder: string, size: string): void {
	execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=755`, 'tmpfs', folder]);
	t.teardown(() => {
		execFileSync('umount', ['-l', folder]);
	});
}

/** Fills a file system until so many bytes are left; returns the file that does it. */
export function fillUp(folder: string, leaveBytes: number): string {
	const {bavail, bsize} = statfsSync(folder);
	const file = path.join(folder, 'ballast');
	writeFileSync(file, Buffer.alloc(Math.max(0, bavail * bsize - leaveBytes)));
	return file;
}
