import {spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import type {ExecutionContext} from 'ava';
import {outsideOfTests} from '#lib/config/mode.js';
import {beforeDeadline} from './deadline.ts';

const main = path.resolve(import.meta.dirname, '../../build/cli/main.js');

/** What a terminal showed, and how the command ended: 128 and the number of a signal, as shells count. */
export interface Shown {
	readonly status: number | null;
	readonly output: string;
}

export interface TerminalRequest {
	readonly dir: string;
	readonly args: readonly string[];
	readonly env?: Readonly<Record<string, string | undefined>>;
	/** What is typed, as soon as the terminal shows what it waits for. */
	readonly answer?: {readonly to: RegExp; readonly keys: string};
	/** 0 for a terminal that does not know its width. */
	readonly columns?: number;
}

/** True where there is script(1) to make terminals with; else says that the test is skipped. */
export function hasTerminals(t: ExecutionContext): boolean {
	if (existsSync('/usr/bin/script')) {
		return true;
	}

	t.log('skipped: there is no script(1) to make a terminal with');
	t.pass();
	return false;
}

/** Runs `dataflow-tdd` on a terminal of its own. */
export async function onTerminal({dir, args, env, answer, columns = 100}: TerminalRequest): Promise<Shown> {
	const command = `stty cols ${columns}; ${[process.execPath, main, ...args].map(part => `'${part}'`).join(' ')}`;
	const child = spawn('/usr/bin/script', ['-qefc', command, '/dev/null'], {
		cwd: dir, stdio: 'pipe', env: {
			...outsideOfTests(process.env), CI: undefined, DATAFLOW_TDD_SESSION: undefined, DATAFLOW_TDD_MODE: undefined, NODE_ENV: undefined,
			FORCE_COLOR: undefined, NO_COLOR: undefined, SHELL: '/bin/sh', TERM: 'xterm-256color', ...env,
		},
	});
	let output = '';
	let hasAnswered = false;
	child.stdout.setEncoding('utf8').on('data', (text: string) => {
		output += text;
		if (answer && !hasAnswered && answer.to.test(output)) {
			hasAnswered = true;
			child.stdin.write(answer.keys);
		}
	});
	const {promise, resolve} = Promise.withResolvers<number | null>();
	child.once('close', resolve);
	return {status: await beforeDeadline(promise, {what: args.join(' '), seen: () => output}), output};
}
