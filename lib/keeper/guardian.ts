import {spawn} from 'node:child_process';
import path from 'node:path';
import process from 'node:process';

const entry = path.join(import.meta.dirname, `guardian-process${path.extname(import.meta.filename)}`);

/** Waits for the end of the pipe, which comes with the end of the keeper, however that comes about; becomes Node only then. */
const script = 'read -r _; exec "$@"';

/** What cleans up after a keeper that could not do it itself. */
export interface Guardian {
	/** There is nothing to clean up: the keeper has ended everything. */
	dismiss(): void;
}

/** Starts the guardian of this process: a shell of a megabyte, in a process group of its own, that outlives it. */
export function startGuardian(owner: string): Guardian {
	if (process.platform === 'win32') {
		return {dismiss() {}};
	}

	const child = spawn('/bin/sh', ['-c', script, 'dataflow-tdd-guardian', process.execPath, entry, owner], {
		detached: true, stdio: ['pipe', 'inherit', 'inherit'],
	});
	child.on('error', () => {});
	child.stdin.on('error', () => {});
	child.unref();
	(child.stdin as typeof child.stdin & {unref(): void}).unref();
	return {
		dismiss() {
			child.kill('SIGKILL');
		},
	};
}
