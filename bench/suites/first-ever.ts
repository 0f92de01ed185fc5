import {rmSync} from 'node:fs';
import path from 'node:path';
import type {Workspace} from '../workspace.ts';
import type {Project} from './project.ts';
import {runAva, type RunOptions} from './run-ava.ts';

/** Runs a project that uses the harness when nothing is there but the image or the binaries: cluster, snapshot, bundle and servers are made. */
export async function runFirstEver(workspace: Workspace, project: Project, options: RunOptions): Promise<number> {
	await workspace.keepers.stop(project.config!);
	await workspace.keepers.removeSnapshots(project.config!);
	// AVA and the harness keep in it what they have made for this project.
	rmSync(path.join(project.folder, 'node_modules'), {recursive: true, force: true});
	return workspace.withFreshCache(async () => {
		try {
			return await runAva(project, options);
		} finally {
			await workspace.keepers.stop(project.config!);
		}
	});
}
