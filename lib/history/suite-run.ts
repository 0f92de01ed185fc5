import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createRequire} from 'node:module';
import path from 'node:path';
import process from 'node:process';
import {HistoryError} from '../errors.ts';
import {measuringVariable} from '../monitor/processor-times.ts';
import type {RunRecord} from '../monitor/records.ts';
import {listRuns, readRun, removeRun} from '../monitor/run-store.ts';

/** How AVA is run. */
export interface SuiteRequest {
	readonly projectDir: string;
	/** Patterns of files, and options of AVA. */
	readonly args: readonly string[];
	/** Beside those that each measured run gets. */
	readonly env: Readonly<Record<string, string>>;
	/** Ends the run. */
	readonly signal: AbortSignal;
}

/** A run of the suite that has ended. */
export interface SuiteRun {
	readonly exitCode: number | null;
	/** Both streams, in the order in which they came. */
	readonly output: string;
	/** Nothing where the run left none. */
	readonly record: RunRecord | undefined;
}

/**
 * Finds the AVA that a project has installed.
 * @throws {ERR_HISTORY_RUNNER} when it has none
 */
export function findAva(projectDir: string): string {
	try {
		return path.join(path.dirname(createRequire(path.join(projectDir, 'package.json')).resolve('ava')), 'cli.js');
	} catch (error) {
		throw new HistoryError('ERR_HISTORY_RUNNER', {
			what: `AVA is not installed in ${projectDir}.`,
			why: '`dataflow-tdd measure` runs the suite of the project it is called in, with that project\'s own AVA.',
			fix: 'Run: npm install --save-dev ava',
			cause: error,
		});
	}
}

/** One file at a time: files beside each other take the processors from each other. */
function argumentsOf(args: readonly string[]): string[] {
	const isChosen = args.some(argument => /^(?:-c|--concurrency(?:=.*)?|-s|--serial)$/.test(argument));
	return isChosen ? [...args] : ['--concurrency', '1', ...args];
}

/** A run that is measured is not one that a job is told of: there are ten of them, and the measuring itself has the last word. */
function environmentOf(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
	const {GITHUB_ACTIONS: _actions, GITHUB_STEP_SUMMARY: _summary, ...inherited} = process.env;
	return {...inherited, DATAFLOW_TDD_REPORT: 'none', DATAFLOW_TDD_MONITOR: 'on', [measuringVariable]: '1', FORCE_COLOR: '0', ...env};
}

/** Runs the suite once, and reads what it left. */
export async function runSuite({projectDir, args, env, signal}: SuiteRequest): Promise<SuiteRun> {
	const child = spawn(process.execPath, [findAva(projectDir), ...argumentsOf(args)], {
		cwd: projectDir,
		stdio: ['ignore', 'pipe', 'pipe'],
		env: environmentOf(env),
	});
	let output = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding('utf8').on('data', (chunk: string) => {
			output += chunk;
		});
	}

	// AVA takes it as it takes Ctrl-C: it ends its workers, and itself.
	const interrupt = (): void => {
		child.kill('SIGINT');
	};
	signal.addEventListener('abort', interrupt);
	if (signal.aborted) {
		interrupt();
	}

	const [exitCode] = await once(child, 'close') as [number | null];
	signal.removeEventListener('abort', interrupt);
	signal.throwIfAborted();
	return {exitCode, output, record: recordOf(projectDir, child.pid!)};
}

/** The run of a process: its folder's name ends with the process's id. It does not stay, so that those that somebody made for themselves do. */
function recordOf(projectDir: string, pid: number): RunRecord | undefined {
	const folder = listRuns(projectDir).find(name => name.endsWith(`-${pid}`));
	const record = folder === undefined ? undefined : readRun(folder);
	if (folder !== undefined) {
		removeRun(folder);
	}

	return record;
}
