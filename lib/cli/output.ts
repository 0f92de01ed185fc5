import process from 'node:process';
import {HarnessError} from '../errors.ts';

export {formatBytes} from '../config/format.ts';

/** Writes a result: for people, or as JSON for programs. */
export function print(result: unknown, {json, text}: {json: boolean; text: string}): void {
	process.stdout.write(json ? `${JSON.stringify(result, undefined, 2)}\n` : `${text}\n`);
}

/** Writes an error on one line of its own and sets the exit code: 2 for wrong options, else 1. */
export function fail(error: unknown): void {
	const isHarness = error instanceof HarnessError;
	process.stderr.write(isHarness ? `${error.code}: ${error.message}\n` : `${(error as Error).stack ?? String(error)}\n`);
	process.exitCode = isHarness && error.code.startsWith('ERR_CONFIG') ? 2 : 1;
}

/** Rows of text with aligned columns. */
export function formatTable(rows: ReadonlyArray<readonly string[]>): string {
	const widths = rows[0]?.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0))) ?? [];
	return rows.map(row => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()).join('\n');
}
