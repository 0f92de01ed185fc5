import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {pathToFileURL} from 'node:url';
import type * as suiteRun from '../../lib/history/suite-run.ts';
import type * as testsOfRun from '../../lib/history/tests-of-run.ts';
import type * as timings from '../../lib/history/timings.ts';
import type {Comparison} from '../../lib/history/comparison.ts';
import {median} from '../statistics.ts';

const repository = path.resolve(import.meta.dirname, '../..');

/** How much the hot fixture does; the suite reads it from its environment. */
export type Work = Readonly<Record<'TRIAL_REPORT' | 'TRIAL_SIGNATURE', string>>;

const base: Work = {TRIAL_REPORT: '40', TRIAL_SIGNATURE: '1200'};
/** So much more of it is done while it is found out what it costs. */
const probe = {TRIAL_REPORT: 160, TRIAL_SIGNATURE: 6000} as const;
/** How many rounds that takes: in each round all variants run in turn, so that the load of the machine hits all of them. */
const probes = 6;

/** What a check printed. */
export interface MeasureReport {
	readonly samples: number;
	readonly comparison?: Comparison;
}

interface History {
	readonly suiteRun: typeof suiteRun;
	readonly testsOfRun: typeof testsOfRun;
	readonly timings: typeof timings;
}

/** The suite of the trials, in a folder of its own with a harness of its own: building the repository anew does not change it. */
export class TrialProject {
	/** The fixture that is slowed down. */
	readonly hot = 'tddSeededData';
	readonly #folder: string;
	readonly #build: string;
	readonly #env: NodeJS.ProcessEnv;
	readonly #history: History;

	private constructor(folder: string, {build, history}: {build: string; history: History}) {
		this.#folder = folder;
		this.#build = build;
		this.#history = history;
		this.#env = {...process.env, DATAFLOW_TDD_CACHE: path.join(folder, 'cache'), CI: ''};
	}

	static async create(): Promise<TrialProject> {
		const folder = mkdtempSync(process.platform === 'win32' ? 'dft-trials-' : '/var/tmp/dft-trials-');
		chmodSync(folder, 0o755);
		cpSync(path.join(import.meta.dirname, 'project'), folder, {recursive: true});
		const modules = path.join(folder, 'node_modules');
		const installed = path.join(modules, 'dataflow-tdd');
		mkdirSync(installed, {recursive: true});
		for (const name of readdirSync(path.join(repository, 'node_modules')).filter(name => name !== '.cache' && name !== 'dataflow-tdd')) {
			symlinkSync(path.join(repository, 'node_modules', name), path.join(modules, name));
		}

		const build = path.join(installed, 'build');
		cpSync(path.join(repository, 'build'), build, {recursive: true});
		cpSync(path.join(repository, 'package.json'), path.join(installed, 'package.json'));
		const load = async (name: string): Promise<unknown> => import(pathToFileURL(path.join(build, 'history', `${name}.js`)).href);
		const history = {suiteRun: await load('suite-run'), testsOfRun: await load('tests-of-run'), timings: await load('timings')} as History;
		return new TrialProject(folder, {build, history});
	}

	/** Finds out how much more work slows the hot fixture down by a ratio, under the load that there is: more for the database, and more for the processor. */
	async calibrate(ratio: number, say: (text: string) => void): Promise<{base: Work; database: Work; processor: Work}> {
		const growth = await this.#compare({database: {...base, TRIAL_REPORT: String(probe.TRIAL_REPORT)}, processor: {...base, TRIAL_SIGNATURE: String(probe.TRIAL_SIGNATURE)}}, say);
		const scale = (name: keyof typeof probe, grown: number): string => String(Math.round(Number(base[name]) + ((probe[name] - Number(base[name])) * (ratio - 1)) / (grown - 1)));
		const works = {base, database: {...base, TRIAL_REPORT: scale('TRIAL_REPORT', growth.database)}, processor: {...base, TRIAL_SIGNATURE: scale('TRIAL_SIGNATURE', growth.processor)}};
		say(`the hot fixture takes ${ratio} times as long with ${JSON.stringify(works)}`);
		return works;
	}

	/** The same where it is known how much the slow ones do. */
	works(report: string, signature: string): {base: Work; database: Work; processor: Work} {
		return {base, database: {...base, TRIAL_REPORT: report}, processor: {...base, TRIAL_SIGNATURE: signature}};
	}

	/** How many times as long as with the base the hot fixture takes. The variants run in turn. */
	async #compare(works: {database: Work; processor: Work}, say: (text: string) => void): Promise<{database: number; processor: number}> {
		const samples = {base: [] as timings.Sample[], database: [] as timings.Sample[], processor: [] as timings.Sample[]};
		await this.#sample(base);
		for (let round = 1; round <= probes; round++) {
			say(`finding out what the work costs, ${round} of ${probes}`);
			for (const [name, work] of Object.entries({base, ...works})) {
				samples[name as keyof typeof samples].push(await this.#sample(work));
			}
		}

		return {database: this.#growth(samples.base, samples.database), processor: this.#growth(samples.base, samples.processor)};
	}

	async #sample(work: Work): Promise<timings.Sample> {
		const {suiteRun: {runSuite}, testsOfRun: {testsOfRun}} = this.#history;
		const {record, output} = await runSuite({
			projectDir: this.#folder, args: [], signal: new AbortController().signal,
			env: {...work, DATAFLOW_TDD_CACHE: path.join(this.#folder, 'cache'), DATAFLOW_TDD_WORKERS: '1', DATAFLOW_TDD_LINGER_MS: '60000'},
		});
		if (!record) {
			throw new Error(`the suite failed:\n${output.slice(-2000)}`);
		}

		return {record, tests: testsOfRun(record), calibrationMs: 0};
	}

	/** The median over all tests of the hot fixture and all rounds, each test against itself in the same round. */
	#growth(before: readonly timings.Sample[], now: readonly timings.Sample[]): number {
		const {collectTimings} = this.#history.timings;
		const [old, current] = [collectTimings(before).tests, collectTimings(now).tests];
		const hot = Object.entries(old).filter(([key, {fixture}]) => fixture === this.hot && current[key]);
		return median(hot.flatMap(([key, {bodyMs}]) => bodyMs.map((ms, round) => current[key]!.bodyMs[round]! / ms)));
	}

	/** Takes the baseline. */
	async accept(samples: number): Promise<void> {
		const {exitCode, stderr} = await this.measure(['--update', '--samples', String(samples)], base);
		if (exitCode !== 0) {
			throw new Error(`no baseline could be taken:\n${stderr.slice(-2000)}`);
		}
	}

	/** Runs `dataflow-tdd measure` as a user would. */
	async measure(args: readonly string[], work: Work): Promise<{exitCode: number | null; report: MeasureReport | undefined; stderr: string}> {
		const child = spawn(process.execPath, [path.join(this.#build, 'cli', 'main.js'), 'measure', '--json', ...args], {cwd: this.#folder, env: {...this.#env, ...work}, stdio: ['ignore', 'pipe', 'pipe']});
		const output = {stdout: '', stderr: ''};
		for (const name of ['stdout', 'stderr'] as const) {
			child[name].setEncoding('utf8').on('data', (chunk: string) => {
				output[name] += chunk;
			});
		}

		const [exitCode] = await once(child, 'close') as [number | null];
		return {exitCode, report: output.stdout.startsWith('{') ? JSON.parse(output.stdout) as MeasureReport : undefined, stderr: output.stderr};
	}

	/** Stops its keepers, and removes it. */
	async [Symbol.asyncDispose](): Promise<void> {
		const child = spawn(process.execPath, [path.join(this.#build, 'cli', 'main.js'), 'stop'], {cwd: this.#folder, env: {...this.#env, DATAFLOW_TDD_WORKERS: '1', DATAFLOW_TDD_LINGER_MS: '60000'}, stdio: 'ignore'});
		await once(child, 'close');
		rmSync(this.#folder, {recursive: true, force: true, maxRetries: 3});
	}
}
