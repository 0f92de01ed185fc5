import {spawn} from 'node:child_process';
import type {Account} from './account.ts';

/** A program ended with another exit code than 0; `output` holds the tail of what it printed. */
export class CommandError extends Error {
	readonly output: string;

	constructor(program: string, status: number | null, output: string) {
		super(`${program} ended with ${status ?? 'a signal'}: ${output.trim().split('\n').slice(-3).join(' ')}`);
		this.output = output;
	}
}

/** Runs a program to its end and returns what it printed. */
export async function run(program: string, args: readonly string[], account?: Account): Promise<string> {
	return new Promise((resolve, reject) => {
		const child = spawn(program, args, {...account, stdio: ['ignore', 'pipe', 'pipe'], cwd: '/', env: {PATH: process.env.PATH, LC_ALL: 'C', LC_CTYPE: 'C'}});
		let output = '';
		const collect = (chunk: Buffer): void => {
			output = (output + chunk.toString()).slice(-10_000);
		};

		child.stdout.on('data', collect);
		child.stderr.on('data', collect);
		child.on('error', reject);
		child.on('close', status => {
			if (status === 0) {
				resolve(output);
			} else {
				reject(new CommandError(program, status, output));
			}
		});
	});
}
