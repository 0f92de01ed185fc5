import {print} from '../output.ts';
import {loadProjectConfig, type CommonOptions} from '../project.ts';
import {writeTypes} from '../types-file.ts';

export interface TypesOptions extends CommonOptions {
	readonly out: string;
	readonly check?: boolean;
}

/** Writes the file that registers the project's types, or with `check` says whether it is as it would be written. */
export async function types({out, check = false, json = false}: TypesOptions): Promise<boolean> {
	const written = await writeTypes(await loadProjectConfig(), {out, check});
	const verdict = written.isCurrent ? `${out} is up to date.` : check ? `${out} is not up to date: run \`dataflow-tdd types\`.` : `${out} was written.`;
	print(written, {json, text: verdict});
	return written.isCurrent || !check;
}
