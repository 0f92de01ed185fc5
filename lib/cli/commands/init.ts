import {existsSync} from 'node:fs';
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {CliError} from '../../errors.ts';
import {initFiles, type InitFile} from '../init/files.ts';
import type {FirstTypes} from '../init/first-types.ts';
import {nextSteps} from '../init/next-steps.ts';
import {areInstalled, findFacts, readPackageJson} from '../init/project-facts.ts';
import {formatTable, print} from '../output.ts';
import {defaultTypesFile} from '../program/defaults.ts';
import type {CommonOptions} from '../project.ts';

/** What `dataflow-tdd init` was called with. */
export interface InitOptions extends CommonOptions {
	readonly dryRun?: boolean;
	/** False to leave the types of the tables to `dataflow-tdd types`. */
	readonly types?: boolean;
}

type Written = 'written' | 'would be written' | 'was there';

/**
 * Sets the project in the current folder up: a configuration, a schema and a test to begin with, a workflow, a pull request template, and
 * where packages are installed and a server can be had, the types of the tables. It never writes over a file.
 * @throws {ERR_CLI_INIT} where there is no package.json, or a folder cannot be written to
 */
export async function init({dryRun = false, json = false, types = true}: InitOptions): Promise<void> {
	const projectDir = process.cwd();
	const packageJson = readPackageJson(projectDir);
	const facts = findFacts(projectDir, packageJson);
	const files: Array<{name: string; result: Written}> = [];
	for (const file of initFiles(facts)) {
		files.push({name: file.name, result: await write(projectDir, file, dryRun)});
	}

	const found = types && !dryRun && facts.isTypeScript && areInstalled(projectDir) ? await writeTypes(projectDir) : {};
	if (found.result) {
		files.push({name: defaultTypesFile, result: found.result});
	}

	const next = nextSteps({projectDir, facts, packageJson, types: found});
	const table = formatTable(files.map(({name, result}) => [name, result]));
	print({projectDir, files, next}, {json, text: `${table}\n\nWhat is left:\n${next.map((step, index) => `${index + 1}. ${step}`).join('\n')}`});
}

async function write(projectDir: string, {name, text}: InitFile, isDry: boolean): Promise<Written> {
	const file = path.join(projectDir, name);
	if (text === undefined) {
		return 'was there';
	}

	if (isDry) {
		return existsSync(file) ? 'was there' : 'would be written';
	}

	try {
		await mkdir(path.dirname(file), {recursive: true});
		await writeFile(file, text, {flag: 'wx'});
		return 'written';
	} catch (error) {
		return explain(error as NodeJS.ErrnoException, file);
	}
}

function explain(error: NodeJS.ErrnoException, file: string): Written {
	if (error.code === 'EEXIST' && error.syscall === 'open') {
		return 'was there';
	}

	throw new CliError('ERR_CLI_INIT', {
		what: `${file} cannot be written: ${error.message}.`,
		why: 'The folder may not be yours to write to, or a file may bear the name of a folder.',
		fix: 'Mend that, and call init again: what was written stays, and is not written twice.',
		cause: error,
	});
}

/** Takes a server, so what is needed for that is loaded only here. */
async function writeTypes(projectDir: string): Promise<FirstTypes> {
	const {writeFirstTypes} = await import('../init/first-types.ts');
	return writeFirstTypes(projectDir);
}
