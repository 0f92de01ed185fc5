import {spawn, type ChildProcessWithoutNullStreams} from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import type {ExecutionContext} from 'ava';
import {environment, finish, follow, patient, type AvaRun, type Following, type Project, type RunOptions} from './run-ava.ts';

function spawnHere({folder}: Project, {args = [], env}: RunOptions): ChildProcessWithoutNullStreams {
	return spawn(process.execPath, args, {cwd: folder, env: environment({...patient, ...env}), stdio: 'pipe'});
}

async function run(project: Project, options: RunOptions): Promise<AvaRun> {
	const child = spawnHere(project, options);
	child.stdin.end();
	return finish(child);
}

const vitestArgs = ({folder}: Project, args: readonly string[]): string[] => [path.join(folder, 'node_modules/vitest/vitest.mjs'), ...args];

/** Runs Vitest in a project, and waits for its end. */
export async function runVitest(project: Project, ...args: readonly string[]): Promise<AvaRun> {
	return run(project, {args: vitestArgs(project, ['run', ...args])});
}

/** Starts Vitest in watch mode; it is ended with the test. */
export function watchVitest(t: ExecutionContext, project: Project, ...args: readonly string[]): Following {
	const following = follow(spawnHere(project, {args: vitestArgs(project, ['watch', ...args])}));
	t.teardown(async () => following.stop());
	return following;
}

/** Runs `node --test` in a project, and waits for its end. */
export async function runNodeTest(project: Project, ...args: readonly string[]): Promise<AvaRun> {
	return run(project, {args: ['--test', '--test-reporter=spec', ...args]});
}
