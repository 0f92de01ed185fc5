import process from 'node:process';
import {loadConfig} from '../../config/load.ts';
import type {HarnessConfig} from '../../config/options.ts';
import {findProject} from '../../config/project.ts';
import {HarnessError} from '../../errors.ts';
import {findAll} from '../doctor/findings.ts';
import {renderFindings} from '../doctor/render.ts';
import {print} from '../output.ts';
import {loadProjectConfig, type CommonOptions} from '../project.ts';
import {usageError} from '../usage.ts';

/** True where colours are seen and wanted. */
const hasColors = (): boolean => process.stdout.isTTY && process.stdout.hasColors();

/** What `dataflow-tdd doctor` takes. */
export interface DoctorOptions extends CommonOptions {
	/** A server to be marked as one for tests: its URL, or true for the one of the option `server`. */
	readonly mark?: string | true;
	/** The same, to take the marker away. */
	readonly unmark?: string | true;
	readonly yes?: boolean;
}

/** Marks a server, or takes its marker away, where that is asked for. */
async function changeMarker({mark, unmark, ...options}: DoctorOptions): Promise<boolean | undefined> {
	if (mark !== undefined && unmark !== undefined) {
		throw usageError('doctor', {what: 'The options --mark and --unmark were given together.', why: 'The one takes away what the other sets.'});
	}

	const target = mark ?? unmark;
	if (target === undefined) {
		return undefined;
	}

	const commands = await import('./mark.ts');
	if (mark === undefined) {
		await commands.unmark({...options, target});
		return true;
	}

	return commands.mark({...options, target});
}

/**
 * Says what is there, what will be used, what is missing and how to get it. It starts nothing, and fails for what keeps tests from
 * running. With `mark` or `unmark` it does that, and nothing else.
 */
export async function doctor(options: DoctorOptions): Promise<boolean> {
	return await changeMarker(options) ?? diagnose(options);
}

/** Without AVA's options where its configuration cannot be loaded: that is found, too, and the rest is looked at all the same. */
async function loadForDiagnosis(): Promise<HarnessConfig> {
	try {
		return await loadProjectConfig();
	} catch (error) {
		if (error instanceof HarnessError && error.code === 'ERR_CONFIG_LOAD') {
			return loadConfig(findProject());
		}

		throw error;
	}
}

async function diagnose({json = false}: CommonOptions): Promise<boolean> {
	const found = await findAll(await loadForDiagnosis());
	const columns = process.stdout.isTTY ? process.stdout.columns : undefined;
	print(found, {json, text: renderFindings(found, {colors: hasColors(), columns})});
	return found.every(({status}) => status !== 'failed');
}
