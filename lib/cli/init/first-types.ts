import {existsSync} from 'node:fs';
import path from 'node:path';
import {HarnessError} from '../../errors.ts';
import {oneLine} from '../../report/format.ts';
import {defaultTypesFile} from '../program/defaults.ts';
import {loadProjectConfig} from '../project.ts';
import {writeTypes} from '../types-file.ts';

/** Whether the types of a project are there, and why they are not. */
export interface FirstTypes {
	/** Undefined where it was not tried. */
	readonly result?: 'written' | 'was there';
	/** What is in the way. */
	readonly reason?: string;
}

/**
 * Writes the types of a new project, if there are none: what was set up works then without another command. Whatever is in the way is
 * no error of init.
 */
export async function writeFirstTypes(projectDir: string): Promise<FirstTypes> {
	if (existsSync(path.join(projectDir, defaultTypesFile))) {
		return {result: 'was there'};
	}

	try {
		await writeTypes(await loadProjectConfig(), {out: defaultTypesFile, check: false});
		return {result: 'written'};
	} catch (error) {
		return {reason: oneLine(error instanceof HarnessError ? `${error.code}: ${error.message}` : String(error))};
	}
}
