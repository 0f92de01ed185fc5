import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {ReportError} from '../errors.ts';

/**
 * Writes a report, and makes the folders that it lies in.
 * @throws {ERR_REPORT_WRITE} when that is not possible
 */
export async function writeReportFile(file: string, text: string): Promise<void> {
	try {
		await mkdir(path.dirname(file), {recursive: true});
		// Not renamed into place: the file may be a pipe, or one that others have open.
		await writeFile(file, text);
	} catch (error) {
		throw new ReportError('ERR_REPORT_WRITE', {
			what: `The report ${file} cannot be written: ${(error as Error).message}.`,
			why: 'A folder of that name may not be yours to write to, or be a file, or its disk may be full.',
			fix: `Give it another file, as in report: 'json=out/run.json'; the run itself is not touched by this.`,
			cause: error,
		});
	}
}
