import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {generateDatabaseTypes} from '../codegen/database-types.ts';
import {renderRegistration} from '../codegen/registration.ts';
import type {HarnessConfig} from '../config/options.ts';
import {bareCombination} from '../template/combination.ts';
import {withKeeper} from './project.ts';
import {writeAsked} from './write-file.ts';

/** The file that registers a project's types. */
export interface TypesFile {
	readonly file: string;
	/** True if it was as it would be written. */
	readonly isCurrent: boolean;
	readonly wasWritten: boolean;
}

/**
 * Reads the types of the tables from a database of this project's schema, and writes them, unless it is only to be seen whether they are there.
 * @throws {ERR_CLI_WRITE} where that is not possible
 */
export async function writeTypes(config: HarnessConfig, {out, check}: {readonly out: string; readonly check: boolean}): Promise<TypesFile> {
	const file = path.resolve(config.projectDir, out);
	const databaseTypes = await withKeeper(config, async ({api}) => {
		await api.prepare();
		const lease = await api.acquire('dataflow-tdd types');
		const {name} = await api.lane({lease: lease.id, combination: bareCombination, lane: 0});
		const text = await generateDatabaseTypes(lease.address, name);
		await api.release(lease.id);
		return text;
	});
	const text = await renderRegistration({file, seedsFolder: config.seeds, databaseTypes});
	const before = await readFile(file, 'utf8').catch(() => undefined);
	const isCurrent = before === text;
	if (!check && !isCurrent) {
		await writeAsked(file, text, 'Name another one: dataflow-tdd types --out tests/tdd-env.d.ts');
	}

	return {file, isCurrent, wasWritten: !check && !isCurrent};
}
