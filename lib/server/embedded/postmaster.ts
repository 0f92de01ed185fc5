import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {open, readFile} from 'node:fs/promises';
import path from 'node:path';
import type {Duplex} from 'node:stream';
import type {Account} from './account.ts';

/**
 * Runs PostgreSQL beside a reader of the lifeline, the pipe on file descriptor 3. A word on it ends the server: `save` shuts
 * it down cleanly and keeps its files. When the pipe closes, because its other end died, the server ends at once and its
 * folder is removed.
 */
const script = `
folder=$1; shift
"$@" 3<&- &
server=$!
( word=; read -r word <&3; if [ "$word" = save ]; then kill -INT $server; else kill -QUIT $server; fi; [ "$word" = save ] && : > "$folder/keep" ) 2>/dev/null &
reader=$!
exec 3<&-
wait $server; status=$?
kill $reader 2>/dev/null
[ -e "$folder/keep" ] || rm -rf "$folder"
exit $status
`;

/** What a postmaster is started with. */
export interface PostmasterOptions {
	/** The folder of this one server; its data lie in `data` below it, its log in `log`. */
	readonly folder: string;
	readonly program: string;
	readonly args: readonly string[];
	readonly account: Account | undefined;
}

/** A PostgreSQL process that ends when this process does. */
export class Postmaster {
	readonly ended: Promise<string>;
	readonly #child: ChildProcess;
	readonly #logFile: string;

	private constructor(child: ChildProcess, logFile: string) {
		this.#child = child;
		this.#logFile = logFile;
		this.ended = once(child, 'exit').then(
			([status, signal]) => `PostgreSQL ended with ${signal === null ? `exit code ${String(status)}` : `signal ${String(signal)}`}`,
			(error: unknown) => `PostgreSQL could not be run: ${String(error)}`,
		);
	}

	static async start({folder, program, args, account}: PostmasterOptions): Promise<Postmaster> {
		const logFile = path.join(folder, 'log');
		const log = await open(logFile, 'a', 0o644);
		try {
			const child = spawn('/bin/sh', ['-c', script, 'postmaster', folder, program, ...args], {
				...account, cwd: folder, stdio: ['ignore', log.fd, log.fd, 'pipe'], env: {PATH: process.env.PATH, LC_ALL: 'C'},
			});
			child.unref();
			(child.stdio[3] as Duplex & {unref(): void}).unref();
			(child.stdio[3] as Duplex).on('error', () => {});
			return new Postmaster(child, logFile);
		} finally {
			await log.close();
		}
	}

	/** Ends PostgreSQL at once and lets its folder be removed. */
	async stop(): Promise<void> {
		this.#lifeline.destroy();
		await this.#ended();
	}

	/** Shuts PostgreSQL down cleanly and keeps its files. */
	async shutDown(): Promise<void> {
		this.#lifeline.write('save\n');
		await this.#ended();
		this.#lifeline.destroy();
	}

	async log(): Promise<string> {
		const text = await readFile(this.#logFile, 'utf8').catch(() => '');
		return text.slice(-4000);
	}

	get #lifeline(): Duplex {
		return this.#child.stdio[3] as Duplex;
	}

	/** Waiting for the end keeps this process alive; merely having a server does not. */
	async #ended(): Promise<void> {
		this.#child.ref();
		await this.ended;
	}
}
