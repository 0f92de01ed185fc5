import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
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
	/** The folder of this one server; its data lie in `data` below it. */
	readonly folder: string;
	readonly program: string;
	readonly args: readonly string[];
	readonly account: Account | undefined;
}

/** How much of the log is kept, in characters. */
const logLength = 4000;

/** A PostgreSQL process that ends when this process does. */
export class Postmaster {
	readonly ended: Promise<string>;
	readonly #child: ChildProcess;
	#log = '';

	private constructor(child: ChildProcess) {
		this.#child = child;
		for (const stream of [child.stdout, child.stderr]) {
			stream?.on('data', (chunk: Buffer) => {
				this.#log = (this.#log + chunk.toString()).slice(-logLength);
			});
		}

		this.ended = once(child, 'close').then(
			([status, signal]) => `PostgreSQL ended with ${signal === null ? `exit code ${String(status)}` : `signal ${String(signal)}`}`,
			(error: unknown) => `PostgreSQL could not be run: ${String(error)}`,
		);
	}

	static start({folder, program, args, account}: PostmasterOptions): Postmaster {
		const child = spawn('/bin/sh', ['-c', script, 'postmaster', folder, program, ...args], {
			...account, cwd: folder, stdio: ['ignore', 'pipe', 'pipe', 'pipe'], env: {PATH: process.env.PATH, LC_ALL: 'C'},
		});
		child.unref();
		for (const stream of child.stdio.slice(1)) {
			(stream as Duplex & {unref(): void}).unref();
			stream?.on('error', () => {});
		}

		return new Postmaster(child);
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

	/** The tail of what PostgreSQL has logged. */
	get log(): string {
		return this.#log;
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
