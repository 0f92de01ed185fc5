import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {CliError} from '../errors.ts';
import {makeFolder} from '../report/write.ts';

/**
 * Writes a file that a command was asked for, and makes the folders that it lies in.
 * @param fix what to do where it cannot be written
 * @throws {ERR_CLI_WRITE}
 */
export async function writeAsked(file: string, text: string, fix: string): Promise<void> {
	try {
		await makeFolder(path.dirname(path.resolve(file)));
		await writeFile(file, text);
	} catch (error) {
		throw new CliError('ERR_CLI_WRITE', {
			what: `The file ${file} cannot be written: ${(error as Error).message}.`,
			why: 'It or its folder may not be yours to write to, one of them may be the other, or the disk may be full.',
			fix,
			cause: error,
		});
	}
}
