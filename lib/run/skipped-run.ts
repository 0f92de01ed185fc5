import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {skippedVariable} from '../config/mode.ts';

/**
 * Lets a run go on that has no server: workers skip the tests that need one, and at the end the run says how many, and why.
 * @param reason why there is no server: the three sentences
 * @returns what the workers need to know
 */
export function skipDatabaseTests(reason: string): Readonly<Record<string, string>> {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'dataflow-tdd-skipped-'));
	const file = path.join(folder, 'titles');
	process.stderr.write(`dataflow-tdd: tests that need a database are skipped, as onUnavailable says. ${reason}\n`);
	// AVA's main process has said all that it has to say by then.
	process.once('exit', () => {
		process.stderr.write(`${summaryOf(countLines(file), reason)}\n`);
		rmSync(folder, {recursive: true, force: true});
	});
	return {[skippedVariable]: file};
}

function summaryOf(count: number, reason: string): string {
	return `\ndataflow-tdd: ${count} ${count === 1 ? 'test was' : 'tests were'} skipped: ${reason}`;
}

function countLines(file: string): number {
	try {
		return readFileSync(file, 'utf8').split('\n').length - 1;
	} catch {
		// No test needed a database.
		return 0;
	}
}
