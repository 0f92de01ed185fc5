import {spawn} from 'node:child_process';
import {once} from 'node:events';
import path from 'node:path';
import process from 'node:process';
import type {Workspace} from '../workspace.ts';
import {testsVariable, type Project} from './project.ts';

/**
 * Runs AVA on a project, as `npx ava` would without npx, and returns what that took from start to exit, in ms.
 * @throws when not exactly the expected number of tests passed
 */
export async function runAva(workspace: Workspace, project: Project, {testsPerFile, env = {}}: {testsPerFile: number; env?: Readonly<Record<string, string>>}): Promise<number> {
	const cli = path.join(workspace.folder, 'node_modules', 'ava', 'entrypoints', 'cli.js');
	const startedAt = performance.now();
	const child = spawn(process.execPath, [cli], {
		cwd: project.folder, stdio: ['ignore', 'pipe', 'pipe'],
		env: {...process.env, FORCE_COLOR: '0', [testsVariable]: String(testsPerFile), ...project.env, ...env},
	});
	let output = '';
	const collect = (chunk: Buffer): void => {
		output += chunk.toString();
	};

	child.stdout.on('data', collect);
	child.stderr.on('data', collect);
	await once(child, 'exit');
	const tookMs = performance.now() - startedAt;
	const expected = project.files * testsPerFile;
	if (child.exitCode !== 0 || !new RegExp(`\\b${expected} tests? passed`).test(output)) {
		throw new Error(`${path.basename(project.folder)} did not pass ${expected} tests:\n${output.slice(-4000)}`);
	}

	return tookMs;
}
