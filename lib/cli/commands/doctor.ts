import process from 'node:process';
import {findAll} from '../doctor/findings.ts';
import {renderFindings} from '../doctor/render.ts';
import {print} from '../output.ts';
import {loadProjectConfig, type CommonOptions} from '../project.ts';

/** True where colours are seen and wanted. */
const hasColors = (): boolean => process.stdout.isTTY && process.stdout.hasColors();

/** Says what is there, what will be used, what is missing and how to get it. It starts nothing, and fails for what keeps tests from running. */
export async function doctor({json = false}: CommonOptions): Promise<boolean> {
	const found = await findAll(await loadProjectConfig());
	const columns = process.stdout.isTTY ? process.stdout.columns : undefined;
	print(found, {json, text: renderFindings(found, {colors: hasColors(), columns})});
	return found.every(({status}) => status !== 'failed');
}
