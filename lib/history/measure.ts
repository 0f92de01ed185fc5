import {isSameClass} from './history.ts';
import type {HarnessConfig} from '../config/options.ts';
import {HistoryError} from '../errors.ts';
import {visitRunningKeeper} from '../keeper/client.ts';
import type {MachineClass, RunRecord} from '../monitor/records.ts';
import {calibrate} from './calibration.ts';
import {collectCounters, type CountersReport} from './counters.ts';
import type {Timings} from './history.ts';
import {runSuite, type SuiteRun} from './suite-run.ts';
import {testsOfRun, type RunTest} from './tests-of-run.ts';
import {collectTimings, type Sample} from './timings.ts';

/** The suite failed by itself: there is nothing to measure. */
export class SuiteFailure extends Error {
	readonly run: SuiteRun;

	constructor(run: SuiteRun) {
		super(`The suite fails (exit code ${run.exitCode ?? 'none'}).`);
		this.run = run;
	}
}

/** What is measured, and how. */
export interface MeasureRequest {
	readonly config: HarnessConfig;
	/** Patterns of files, and options of AVA. */
	readonly args: readonly string[];
	/** How many times the suite is run in one go. */
	readonly samples: number;
	/** Whether buffers are counted, too, which takes two more runs. */
	readonly countsBuffers: boolean;
	readonly signal: AbortSignal;
	/** Told what is done, and how much of what is certain to be done is over. */
	readonly progress: (step: string) => void;
	/** Whether figures so far leave something open, so that the suite is run again. Called after each batch. */
	readonly wantsMore: (measured: Measured, batches: number) => boolean;
	/** Whether counters so far are to be confirmed by two more runs that explain. Called once, after the first batch. */
	readonly wantsRecount: (measured: Measured) => boolean;
}

/** The figures of a suite. */
export interface Measured {
	readonly machine: MachineClass;
	readonly samples: number;
	readonly counters: CountersReport;
	readonly timings: Timings;
}

/** How long the keeper of the measured runs waits for the next of them, in ms. */
const lingerMs = 60_000;

/** Measures a suite by running it again and again. */
export class Measurement {
	readonly #request: MeasureRequest;
	readonly #explained: RunTest[][] = [];
	readonly #samples: Sample[] = [];
	#machine: MachineClass | undefined;

	constructor(request: MeasureRequest) {
		this.#request = request;
	}

	/**
	 * Runs the suite: twice for the counters, then in batches until nothing is open, each batch in a session of its own: where things lie in
	 * memory and on disk moves times for as long as a server lives. Counters that look changed are counted twice more, so that four runs agree.
	 * @throws {SuiteFailure} when the suite fails, {ERR_HISTORY_RECORD} when it leaves nothing to be read, and what aborted it
	 */
	async run(): Promise<Measured> {
		await this.#countTwice('counting what each test does');
		for (let batch = 1; ; batch++) {
			await this.#takeBatch(batch);
			if (batch === 1 && this.#request.countsBuffers && this.#request.wantsRecount(this.#measured())) {
				await this.#countTwice('counting once more');
			}

			const measured = this.#measured();
			if (!this.#request.wantsMore(measured, batch)) {
				return measured;
			}
		}
	}

	async #countTwice(what: string): Promise<void> {
		for (let number = 1; this.#request.countsBuffers && number <= 2; number++) {
			this.#request.progress(`${what}, run ${number} of 2`);
			await this.#count();
		}
	}

	/** On a server that has just started from the snapshot, so that what lies in the tables does not depend on earlier runs. */
	async #count(): Promise<void> {
		const keeper = {...this.#request.config, workers: 1, lingerMs: 0};
		await stopKeeper(keeper);
		try {
			this.#explained.push(testsOfRun(await this.#runOnce({DATAFLOW_TDD_LINGER_MS: '0', DATAFLOW_TDD_SLOW_MS: '0'})));
		} finally {
			await stopKeeper(keeper);
		}
	}

	async #takeBatch(batch: number): Promise<void> {
		try {
			for (let number = 1; number <= this.#request.samples; number++) {
				this.#request.progress(`taking times, ${batch === 1 ? '' : `batch ${batch}, `}run ${number} of ${this.#request.samples}`);
				const before = calibrate();
				const record = await this.#runOnce({DATAFLOW_TDD_LINGER_MS: String(lingerMs)});
				this.#samples.push({record, tests: testsOfRun(record), calibrationMs: (before + calibrate()) / 2});
			}
		} finally {
			await stopKeeper({...this.#request.config, workers: 1, lingerMs});
		}
	}

	async #runOnce(env: Readonly<Record<string, string>>): Promise<RunRecord> {
		const {config, args, signal} = this.#request;
		// An order that changes from run to run would change what tests leave for each other.
		const order: Readonly<Record<string, string>> = config.shuffle === undefined ? {} : {DATAFLOW_TDD_SHUFFLE: '1'};
		const run = await runSuite({projectDir: config.projectDir, args, signal, env: {DATAFLOW_TDD_WORKERS: '1', ...order, ...env}});
		if (run.exitCode !== 0) {
			throw new SuiteFailure(run);
		}

		const record = assertRecord(run, config);
		this.#machine ??= record.machine;
		if (!isSameClass(this.#machine, record.machine)) {
			throw noRecord(config, 'The server or the machine has changed from one run to the next, so the figures do not belong together.');
		}

		return record;
	}

	#measured(): Measured {
		const samples = this.#samples;
		return {
			machine: this.#machine!,
			samples: samples.length,
			counters: collectCounters(samples.map(({tests}) => [...tests]), this.#explained),
			timings: collectTimings(samples),
		};
	}
}

function assertRecord({record}: SuiteRun, config: HarnessConfig): RunRecord {
	if (!record || record.files.length === 0) {
		throw noRecord(config, 'The configuration of AVA does not go through `withTdd`, or no test that ran uses a fixture of dataflow-tdd.');
	}

	return record;
}

function noRecord({projectDir}: HarnessConfig, why: string): HistoryError {
	return new HistoryError('ERR_HISTORY_RECORD', {
		what: `The suite in ${projectDir} passed, but what its runs recorded cannot be measured.`,
		why,
		fix: 'See README, the test in ten lines, for how a suite is set up; then run `dataflow-tdd measure` again.',
	});
}

async function stopKeeper(config: HarnessConfig): Promise<void> {
	const keeper = await visitRunningKeeper(config);
	await keeper?.api.stop().catch(() => {});
	await keeper?.closed;
}
