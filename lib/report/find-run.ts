import path from 'node:path';
import {ReportError} from '../errors.ts';
import type {RunRecord} from '../monitor/records.ts';
import {listRuns, readLatestRun, readRun, runsFolder} from '../monitor/run-store.ts';

/**
 * Finds a run of a project: the newest, or the one of an id such as `20261123T124500.123-4711`, or that of a folder, which may have been
 * brought from elsewhere.
 * @throws {ERR_REPORT_RUN} when there is none
 */
export function findRun(projectDir: string, wanted?: string): RunRecord {
	if (wanted === undefined) {
		return readLatestRun(projectDir) ?? throwNone(projectDir);
	}

	const folders = [path.join(runsFolder(projectDir), wanted), path.resolve(wanted)];
	return folders.map(folder => readRun(folder)).find(run => run !== undefined) ?? throwUnknown(projectDir, wanted);
}

function throwNone(projectDir: string): never {
	throw new ReportError('ERR_REPORT_RUN', {
		what: `There is no test run to report in ${projectDir}.`,
		why: `Runs are kept under node_modules/.cache by AVA with \`withTdd\`, unless the option monitor is 'off'.`,
		fix: 'Run the tests once: npx ava',
	});
}

function throwUnknown(projectDir: string, wanted: string): never {
	const known = listRuns(projectDir).filter(folder => readRun(folder) !== undefined).map(folder => path.basename(folder));
	throw new ReportError('ERR_REPORT_RUN', {
		what: `There is no run '${wanted}', neither by its id nor as a folder.`,
		why: 'The newest ten are kept, and those only whose runner came to its end.',
		fix: known.length === 0 ? 'Run the tests once: npx ava' : `Use one of: ${known.join(', ')}.`,
	});
}
