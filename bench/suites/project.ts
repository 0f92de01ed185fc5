import {cpSync, mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import type {HarnessConfig, HarnessOptions} from '../../lib/config/options.ts';
import {image} from '../availability.ts';
import type {BenchServer} from '../options.ts';
import type {Workspace} from '../workspace.ts';

/** Longer than any bench takes: keepers of the bench are stopped, they do not end by themselves. */
const lingerMs = 3_600_000;

/** A generated project: a folder with a package.json, an ava.config.mjs and test files. */
export interface Project {
	readonly folder: string;
	/** Where the packages lie that it imports; AVA runs from there. */
	readonly modules: string;
	/** How many files it has; each has as many tests as {@link testsVariable} says. */
	readonly files: number;
	/** Of projects that use the harness. */
	readonly config: HarnessConfig | undefined;
	/** Variables that its test files read. */
	readonly env: Readonly<Record<string, string>>;
}

/** Tells test files how many tests to declare. */
export const testsVariable = 'BENCH_TESTS';

/** What a project is made of. */
export interface ProjectPlan {
	readonly name: string;
	readonly files: number;
	/** The text of each test file. */
	readonly testFile: string;
	readonly env?: Readonly<Record<string, string>>;
	/** Packages other than the harness's own: a folder with `node_modules`. */
	readonly home?: string;
	/** Further files beside the tests, by name. */
	readonly extras?: Readonly<Record<string, string>>;
	/** Run files in child processes instead of worker threads. */
	readonly isChildProcess?: boolean;
	/** For projects that use the harness. */
	readonly harness?: {readonly server: BenchServer; readonly schemas: readonly string[]; readonly workers?: number | undefined};
}

/** Options by which no two benches, and no bench and anyone else, share snapshots. */
function harnessOptions(workspace: Workspace, {server, workers}: NonNullable<ProjectPlan['harness']>): HarnessOptions {
	// A run with another number of workers would have another keeper, of which nobody here knows.
	return {server, image, lingerMs, fingerprint: [path.basename(workspace.folder)], ...(workers !== undefined && {workers})};
}

/** The same for every variant, so that only what is in the tests differs. Ten minutes: containers can be slow to start. */
function avaConfig({isChildProcess = false, harness}: ProjectPlan, options: HarnessOptions | undefined): string {
	const ava = JSON.stringify({files: ['tests/*.test.js'], timeout: '10m', workerThreads: !isChildProcess});
	return harness ? `import {withTdd} from 'dataflow-tdd/ava/config';\n\nexport default withTdd(${ava}, ${JSON.stringify(options)});\n` : `export default ${ava};\n`;
}

/** Writes a project to the workspace. Node finds its dependencies in the folder above. */
export async function writeProject(workspace: Workspace, plan: ProjectPlan): Promise<Project> {
	const {name, files, testFile, harness, home = workspace.folder} = plan;
	const folder = path.join(home, 'projects', name);
	const options = harness && harnessOptions(workspace, harness);
	mkdirSync(path.join(folder, 'tests'), {recursive: true});
	writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify({name, private: true, type: 'module'})}\n`);
	writeFileSync(path.join(folder, 'ava.config.mjs'), avaConfig(plan, options));
	for (let file = 1; file <= files; file++) {
		writeFileSync(path.join(folder, 'tests', `file-${String(file).padStart(3, '0')}.test.js`), testFile);
	}

	for (const [file, text] of Object.entries(plan.extras ?? {})) {
		writeFileSync(path.join(folder, file), text);
	}

	copySchemas(folder, harness?.schemas ?? []);
	const config = options && await workspace.harness.load.loadConfig(folder, options);
	if (config) {
		workspace.keepers.add(config);
	}

	return {folder, modules: path.join(home, 'node_modules'), files, config, env: plan.env ?? {}};
}

/** A schema is a path of a file, or the text of one. */
function copySchemas(folder: string, schemas: readonly string[]): void {
	const target = path.join(folder, 'schemas');
	mkdirSync(target);
	for (const [index, schema] of schemas.entries()) {
		const file = path.join(target, `${String(index + 1).padStart(4, '0')}.sql`);
		if (path.isAbsolute(schema)) {
			cpSync(schema, file);
		} else {
			writeFileSync(file, schema);
		}
	}
}
