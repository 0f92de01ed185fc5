import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {cp, mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {data, Evaluator, Lexer, Parser} from '@actions/expressions';
import {outsideOfTests} from '#lib/config/mode.js';
import {readYaml, type Action, type Step} from './linters.ts';

const actionFolder = path.resolve(import.meta.dirname, '../../action');
/** What the job did, step by step. */
export interface JobResult {
	readonly isSuccess: boolean;
	/** The names of the steps that ran, or what they use. */
	readonly ran: readonly string[];
	readonly outputs: Readonly<Record<string, string>>;
	readonly log: string;
	readonly summary: string;
	/** Names of uploaded artifacts. */
	readonly uploaded: readonly string[];
}

export interface JobRequest {
	/** The project that is tested. */
	readonly workspace: string;
	/** What outlives the job: the cache of GitHub Actions, by key. */
	readonly cache: string;
	/** RUNNER_TEMP, empty at the beginning of a job. */
	readonly temp: string;
	readonly inputs: Readonly<Record<string, string>>;
	readonly env?: Readonly<Record<string, string | undefined>>;
}

type Value = string | {readonly [name: string]: Value};
/** What a job has, as expressions see it. */
type Contexts = Readonly<Record<string, Value>>;

function toData(value: Value): InstanceType<typeof data.StringData> | InstanceType<typeof data.Dictionary> {
	return typeof value === 'object'
		? new data.Dictionary(...Object.entries(value).map(([key, inner]) => ({key, value: toData(inner)})))
		: new data.StringData(value);
}

/** Runs the steps of the composite action as GitHub's runner does: expressions by GitHub's own library, scripts for real, and other actions played. */
export class Job {
	readonly #request: JobRequest;
	readonly #steps: Record<string, {outputs: Record<string, string>; outcome: string}> = {};
	readonly #ran: string[] = [];
	readonly #uploaded: string[] = [];
	#isSuccess = true;
	#log = '';

	constructor(request: JobRequest) {
		this.#request = request;
	}

	async run(): Promise<JobResult> {
		const action = readYaml<Action>(await readFile(path.join(actionFolder, 'action.yml'), 'utf8'));
		const inputs = Object.fromEntries(Object.entries(action.inputs).map(([name, input]) => [name, this.#request.inputs[name] ?? input.default ?? '']));
		await rm(this.#request.temp, {recursive: true, force: true});
		await mkdir(this.#request.temp, {recursive: true});
		for (const [index, step] of action.runs.steps.entries()) {
			await this.#step(step, {inputs, index});
		}

		const outputs = Object.entries(action.outputs).map(([name, {value}]) => [name, this.#fill(value, {inputs})] as const);
		const summary = path.join(this.#request.temp, 'summary.md');
		return {
			isSuccess: this.#isSuccess, ran: this.#ran, outputs: Object.fromEntries(outputs), log: this.#log,
			summary: existsSync(summary) ? await readFile(summary, 'utf8') : '', uploaded: this.#uploaded,
		};
	}

	async #step(step: Step, {inputs, index}: {readonly inputs: Value; readonly index: number}): Promise<void> {
		const given: Contexts = {inputs, steps: this.#steps, strategy: {'job-index': '0'}};
		const condition = step.if ?? 'success()';
		if (!this.#evaluate(/\b(?:always|failure|success|cancelled)\(\)/.test(condition) ? condition : `success() && (${condition})`, given).coerceTruthy()) {
			return;
		}

		const fill = (values: Step['with'] = {}): Record<string, string> => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, this.#fill(String(value), given)]));
		const outputFile = path.join(this.#request.temp, `output-${index}`);
		await writeFile(outputFile, '');
		this.#ran.push(step.name ?? step.uses!.split('@')[0]!);
		const folder = path.resolve(this.#request.workspace, this.#fill(step['working-directory'] ?? '.', given));
		const hasPassed = step.run === undefined ? await this.#play(step.uses!, fill(step.with)) : await this.#script(step.run, {folder, outputFile, env: fill(step.env)});
		this.#isSuccess &&= hasPassed;
		if (step.id !== undefined) {
			const lines = (await readFile(outputFile, 'utf8')).split('\n').filter(Boolean).map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const);
			this.#steps[step.id] = {outputs: Object.fromEntries(lines), outcome: hasPassed ? 'success' : 'failure'};
		}
	}

	async #script(run: string, {folder, outputFile, env}: {readonly folder: string; readonly outputFile: string; readonly env: Record<string, string>}): Promise<boolean> {
		const {temp} = this.#request;
		const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', run], {cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: {
			...outsideOfTests(process.env), DATAFLOW_TDD_SESSION: undefined, DATAFLOW_TDD_MODE: undefined, DATAFLOW_TDD_SERVER: undefined,
			CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_OUTPUT: outputFile, GITHUB_STEP_SUMMARY: path.join(temp, 'summary.md'), GITHUB_ENV: path.join(temp, 'env'),
			GITHUB_ACTION_PATH: actionFolder, GITHUB_JOB: 'test', GITHUB_WORKSPACE: this.#request.workspace, RUNNER_TEMP: temp, RUNNER_OS: 'Linux', RUNNER_ARCH: 'X64',
			...this.#request.env, ...env,
		}});
		for (const stream of [child.stdout, child.stderr]) {
			stream.setEncoding('utf8').on('data', (text: string) => {
				this.#log += text;
			});
		}

		const [code] = await once(child, 'close') as [number | null];
		return code === 0;
	}

	/** What other actions would do: the cache copies a file from and to a folder, an upload is noted. */
	async #play(uses: string, given: Readonly<Record<string, string>>): Promise<boolean> {
		const kept = path.join(this.#request.cache, given.key ?? '');
		if (uses.startsWith('actions/cache/restore@') && existsSync(kept)) {
			await cp(kept, given.path!);
		} else if (uses.startsWith('actions/cache/save@')) {
			await cp(given.path!, kept);
		} else if (uses.startsWith('actions/upload-artifact@')) {
			this.#uploaded.push(`${given.name}: ${(await readFile(given.path!, 'utf8')).slice(0, 15)}`);
		}

		return true;
	}

	#fill(text: string, contexts: Contexts): string {
		return text.replaceAll(/\$\{\{(.*?)\}\}/g, (_, expression: string) => this.#evaluate(expression, {steps: this.#steps, ...contexts}).text);
	}

	#evaluate(expression: string, contexts: Contexts): {readonly text: string; coerceTruthy(): boolean} {
		const status = {always: true, success: this.#isSuccess, failure: !this.#isSuccess, cancelled: false};
		const functions = Object.entries(status).map(([name, value]) => ({name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(value)}));
		const tree = new Parser(new Lexer(expression.trim()).lex().tokens, Object.keys(contexts), functions).parse();
		const result = new Evaluator(tree, toData(contexts) as InstanceType<typeof data.Dictionary>, new Map(functions.map(one => [one.name, one]))).evaluate();
		const text = result.coerceString();
		return {text, coerceTruthy: () => !['', 'false', '0'].includes(text)};
	}
}
