import {mkdir, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {ReportError} from '../errors.ts';

/** What stands in the hint for each kind. */
const examples = {json: 'json=out/run.json', junit: 'junit=out/junit.xml', trace: 'trace=out/trace.json', html: 'html=out/report.html'} as const;

/**
 * Writes a report, and makes the folders that it lies in.
 * @throws {ERR_REPORT_WRITE} when that is not possible
 */
export async function writeReportFile(kind: keyof typeof examples, file: string, text: string): Promise<void> {
	try {
		await makeFolder(path.dirname(file));
		// Not renamed into place: the file may be a pipe, or one that others have open.
		await writeFile(file, text);
	} catch (error) {
		throw new ReportError('ERR_REPORT_WRITE', {
			what: `The report ${file} cannot be written: ${(error as Error).message}.`,
			why: 'A folder of that name may not be yours to write to, or be a file, or its disk may be full.',
			fix: `Give it another file, as in report: '${examples[kind]}'; the run itself is not touched by this.`,
			cause: error,
		});
	}
}

/** Makes a folder and those above it. Node's own way never ends where a file system refuses folders with ENOENT, as /proc does. */
export async function makeFolder(folder: string): Promise<void> {
	const parent = path.dirname(folder);
	if (parent !== folder && !await isThere(folder)) {
		await makeFolder(parent);
		await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
			// Somebody else may have made it meanwhile.
			if (error.code !== 'EEXIST') {
				throw error;
			}
		});
	}
}

async function isThere(folder: string): Promise<boolean> {
	return stat(folder).then(() => true, () => false);
}
