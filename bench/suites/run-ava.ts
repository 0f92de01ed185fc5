import {spawn} from 'node:child_process';
import {once} from 'node:events';
import path from 'node:path';
import process from 'node:process';
import {testsVariable, type Project} from './project.ts';

/** How a project is run. */
export interface RunOptions {
	readonly testsPerFile: number;
	readonly env?: Readonly<Record<string, string>>;
	/** How many workers there are at once; nothing for AVA's own choice. */
	readonly concurrency?: number;
}

/**
 * Runs AVA on a project, as `npx ava` would without npx, and returns what that took from start to exit, in ms.
 * @throws when not exactly the expected number of tests passed
 */
export async function runAva(project: Project, {testsPerFile, env = {}, concurrency}: RunOptions): Promise<number> {
	const cli = path.join(project.modules, 'ava', 'entrypoints', 'cli.js');
	const startedAt = performance.now();
	const child = spawn(process.execPath, [cli, ...concurrency === undefined ? [] : ['--concurrency', String(concurrency)]], {
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
