import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readFileSync} from 'node:fs';
import {mkdir, rename, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {until} from '../helpers/worker-context.ts';

/** A run of AVA that has ended. */
export interface Ended {
	readonly exitCode: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly output: string;
}

/** What a test of a fixture says when it has come to the place where the fault is to happen. */
export interface Hit {
	/** The process id of the test's connection on its server. */
	readonly backend: number;
	/** The process that the test runs in. */
	readonly process: number;
}

/** A run of AVA under way. */
export interface Run {
	/** AVA's main process, which leads a process group as one started from a terminal does. */
	readonly pid: number;
	readonly ended: Promise<Ended>;
	output(): string;
	/** Waits until the test that is to be hit has come to its place. */
	hit(): Promise<Hit>;
	/** Lets that test go on, with a word. */
	go(word?: string): Promise<void>;
	/** Waits until what it has written fits. */
	wrote(pattern: RegExp): Promise<void>;
	/** Signals the whole process group, as a terminal does. */
	signal(signal: NodeJS.Signals): void;
}

export interface RunRequest {
	readonly cwd: string;
	readonly env: NodeJS.ProcessEnv;
	/** The folder in which the run and the fault meet; without one, nobody waits. */
	readonly meet?: string;
	readonly args?: readonly string[];
	/** A command that runs AVA in its place, such as one that gives it a host name of its own. */
	readonly through?: readonly string[];
}

function collect(child: ChildProcess): () => string {
	let output = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream?.setEncoding('utf8').on('data', (text: string) => {
			output += text;
		});
	}

	return () => output;
}

/** Starts AVA. */
export async function startRun({cwd, env, meet, args = [], through = []}: RunRequest): Promise<Run> {
	if (meet) {
		await mkdir(meet, {recursive: true});
	}

	const program = path.join(cwd, 'node_modules/ava/entrypoints/cli.js');
	const [command, ...rest] = [...through, process.execPath, program, ...args] as [string, ...string[]];
	const child = spawn(command, rest, {cwd, env: {...env, ...(meet && {FAULTS_MEET: meet})}, stdio: ['ignore', 'pipe', 'pipe'], detached: true});
	const output = collect(child);
	let hasEnded = false;
	const ended = once(child, 'close').then(([exitCode, signal]) => {
		hasEnded = true;
		return {exitCode: exitCode as number | null, signal: signal as NodeJS.Signals | null, output: output()};
	});
	const file = path.join(meet ?? '', 'hit.reached');
	return {
		pid: child.pid!, ended, output,
		async hit() {
			await until(async () => {
				if (hasEnded) {
					throw new Error(`the run ended before the fault:\n${output()}`);
				}

				return existsSync(file);
			});
			return JSON.parse(readFileSync(file, 'utf8')) as Hit;
		},
		async go(word = '') {
			const go = path.join(meet ?? '', 'hit.go');
			await writeFile(`${go}.part`, word);
			await rename(`${go}.part`, go);
		},
		wrote: async pattern => until(async () => {
			if (hasEnded && !pattern.test(output())) {
				throw new Error(`the run ended without a word of ${String(pattern)}:\n${output()}`);
			}

			return pattern.test(output());
		}),
		signal(signal) {
			process.kill(-child.pid!, signal);
		},
	};
}
