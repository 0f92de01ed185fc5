import {chmod, mkdtemp, rm} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type {ExecutionContext} from 'ava';

/** Makes an empty folder that every user can enter, hands it over, and removes it whatever happens. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'dataflow-tdd-test-'));
	await chmod(folder, 0o755);
	try {
		return await use(folder);
	} finally {
		await rm(folder, {recursive: true, force: true});
	}
}

/** Makes an empty folder that is removed with the test that made it. */
export async function folderFor(t: Pick<ExecutionContext, 'teardown'>): Promise<string> {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'dataflow-tdd-test-'));
	t.teardown(async () => rm(folder, {recursive: true, force: true}));
	return folder;
}
