import {mkdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {generateDatabaseTypes} from '../../codegen/database-types.ts';
import {renderRegistration} from '../../codegen/registration.ts';
import {bareCombination} from '../../template/combination.ts';
import {print} from '../output.ts';
import {loadProjectConfig, withKeeper, type CommonOptions} from '../project.ts';

export interface TypesOptions extends CommonOptions {
	readonly out: string;
	readonly check?: boolean;
}

/** Writes the file that registers the project's types, or with `check` says whether it is as it would be written. */
export async function types({out, check = false, json = false}: TypesOptions): Promise<boolean> {
	const config = await loadProjectConfig();
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
		await mkdir(path.dirname(file), {recursive: true});
		await writeFile(file, text);
	}

	const verdict = isCurrent ? `${out} is up to date.` : check ? `${out} is not up to date: run \`dataflow-tdd types\`.` : `${out} was written.`;
	print({file, isCurrent, wasWritten: !check && !isCurrent}, {json, text: verdict});
	return isCurrent || !check;
}
