import {existsSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {formatAge, formatBytes} from '../../config/format.ts';
import {listRuns, runsFolder} from '../../monitor/run-store.ts';
import {ok, warning, type Finding} from './checks.ts';

function nearestThere(folder: string): string {
	return existsSync(folder) ? folder : nearestThere(path.dirname(folder));
}

/** Finds out by writing: a mode says nothing of a file system that is read-only, and nothing to root. */
export function checkRunsFolder(projectDir: string): Finding {
	const folder = runsFolder(projectDir);
	const probe = path.join(nearestThere(folder), `.dataflow-tdd-${process.pid}`);
	try {
		writeFileSync(probe, '');
		rmSync(probe);
	} catch (error) {
		return warning(`what is measured cannot be written to ${folder}: ${(error as Error).message}`, 'Make it a folder that this user may write to; tests run, and reports have nothing to tell.');
	}

	const count = listRuns(projectDir).length;
	return ok(`${count === 0 ? 'none' : count} kept in ${folder}`);
}

/** Reads the performance history. One that is not there yet is no lack. */
export function checkHistory(file: string): Finding {
	if (!existsSync(file)) {
		return ok(`none yet; it will be ${file}`);
	}

	try {
		const text = readFileSync(file, 'utf8');
		JSON.parse(text);
		return ok(`${formatBytes(text.length)}, written ${formatAge(Date.now() - statSync(file).mtimeMs)} ago: ${file}`);
	} catch (error) {
		return warning(`${file} cannot be read: ${(error as Error).message}`, 'Restore it from version control, or remove it: a new one is begun.');
	}
}
