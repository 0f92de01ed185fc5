import process from 'node:process';
import type {Writable} from 'node:stream';
import {HarnessError} from '../errors.ts';

export {formatBytes} from '../config/format.ts';

/** Lets whoever reads a stream stop before its end, as `head` does: the command goes on, and its exit code is what it would be. */
export function allowEarlyEnd(stream: Writable): void {
	stream.on('error', (error: NodeJS.ErrnoException) => {
		if (error.code !== 'EPIPE') {
			throw error;
		}
	});
}

/** Writes a result: for people, or as JSON for programs. */
export function print(result: unknown, {json, text}: {json: boolean; text: string}): void {
	process.stdout.write(json ? `${JSON.stringify(result, undefined, 2)}\n` : `${text}\n`);
}

/** What of the command line itself, or of the project's configuration, cannot be used. */
const isMisuse = (error: HarnessError): boolean => error.code === 'ERR_CLI_USAGE' || error.code.startsWith('ERR_CONFIG');

/** Writes an error, for programs as one line of JSON, and sets the exit code: 2 for what cannot be used, else 1. */
export function fail(error: unknown, {json = false}: {readonly json?: boolean} = {}): void {
	const isHarness = error instanceof HarnessError;
	const message = isHarness ? error.message : (error as Error).stack ?? String(error);
	const {code, hint} = isHarness ? error : {code: undefined, hint: undefined};
	process.stderr.write(json ? `${JSON.stringify({error: {code, message, hint}})}\n` : `${code === undefined ? '' : `${code}: `}${message}\n`);
	process.exitCode = isHarness && isMisuse(error) ? 2 : 1;
}

/** Rows of text with aligned columns. */
export function formatTable(rows: ReadonlyArray<readonly string[]>): string {
	const widths = rows[0]?.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0))) ?? [];
	return rows.map(row => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()).join('\n');
}
