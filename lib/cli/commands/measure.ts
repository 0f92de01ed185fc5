import process from 'node:process';
import {HistoryError, type CliError} from '../../errors.ts';
import {accept} from '../../history/accept.ts';
import {compareWithBaseline, compareWithOtherClass, hasSuspectCounters, type Comparison} from '../../history/comparison.ts';
import {readHistory, updateHistory} from '../../history/history-file.ts';
import {describeMachine, findMachine, newestMachine, type History, type MachineHistory} from '../../history/history.ts';
import {Measurement, SuiteFailure, type Measured} from '../../history/measure.ts';
import {packageVersion} from '../../keeper/identity.ts';
import {RunProgress} from '../../run/progress.ts';
import {interruptedCode, interruptible} from '../interruptible.ts';
import {describe} from '../measure/table.ts';
import {print} from '../output.ts';
import {loadProjectConfig, type CommonOptions} from '../project.ts';
import {usageError} from '../usage.ts';

export interface MeasureOptions extends CommonOptions {
	readonly check?: boolean;
	readonly update?: boolean;
	readonly samples: number;
	readonly buffers: boolean;
	/** Patterns of files, and what stands behind `--`. */
	readonly args: readonly string[];
}

/** A baseline is taken in two batches: it is compared with again and again. */
const batchesOfBaseline = 2;
/** What is still open after so many batches stays open. */
const mostBatches = 6;
/** How much of AVA's output is shown of a suite that fails. */
const shownLines = 40;

const wrong = (what: string, why: string): CliError => usageError('measure', {what, why});

/** A part of the suite can be looked at; accepted is all of it, so that its figures belong together. */
function assertWhole({check = false, update = false, args}: MeasureOptions): void {
	if (check && update) {
		throw wrong('The options --check and --update were given together.', 'The one fails on what the other accepts.');
	}

	const part = args.find((argument, index) => /^(?:-m|--match(?:=.*)?)$/.test(argument) || (!argument.startsWith('-') && !/^(?:-c|--concurrency|-T|--timeout|--config)$/.test(args[index - 1] ?? '')));
	if (update && part !== undefined) {
		throw wrong(`The option --update was given with a part of the suite (${part}).`, 'A baseline is the whole suite, taken in one go.');
	}
}

interface Outcome {
	readonly measured: Measured;
	readonly known: MachineHistory | undefined;
	readonly comparison: Comparison | undefined;
}

function judge(history: History, measured: Measured, batch: number): Omit<Outcome, 'measured'> {
	const known = findMachine(history, measured.machine);
	if (known) {
		return {known, comparison: compareWithBaseline(known.baseline, measured, {batch, version: packageVersion()})};
	}

	const other = newestMachine(history);
	return {known, comparison: other && compareWithOtherClass(other.baseline, measured)};
}

/** Blocks of two runs may agree by chance, and differ from those of two others: before an alarm, and in a baseline, four have to agree. */
function isSuspect(history: History, measured: Measured): boolean {
	const known = findMachine(history, measured.machine);
	return known !== undefined && hasSuspectCounters(known.baseline, measured);
}

async function takeSamples(options: MeasureOptions, history: History): Promise<Outcome> {
	const {samples} = options;
	const config = await loadProjectConfig();
	const progress = new RunProgress(0);
	try {
		// Ctrl-C ends the suite first, then its keeper, then the command.
		return await interruptible(async signal => {
			const measured = await new Measurement({
				config, args: options.args, samples, signal, countsBuffers: options.buffers,
				progress: step => {
					progress.show(step);
				},
				wantsRecount: soFar => options.update === true || isSuspect(history, soFar),
				wantsMore: (soFar, batches) => options.update === true ? batches < batchesOfBaseline : batches < mostBatches && judge(history, soFar, samples).comparison?.isOpen === true,
			}).run();
			return {measured, ...judge(history, measured, samples)};
		});
	} finally {
		progress.done(undefined);
	}
}

/** What AVA said last goes before the error: it says more than any sentence. */
function suiteFailed({run: {exitCode, output}}: SuiteFailure): HistoryError {
	const tail = output.trimEnd().split('\n').slice(-shownLines).join('\n');
	process.stderr.write(`${tail}\n\n`);
	return new HistoryError('ERR_HISTORY_SUITE', {
		what: `The suite fails (AVA's exit code is ${exitCode ?? 'none'}), so there is nothing to measure.`,
		why: 'A test failed, or none ran; what AVA said last stands above. Nothing was recorded.',
		fix: 'Run: npx ava',
	});
}

/** Loud, and on stderr: a check that compares less than it seems to would be green for ever. */
function tellUncompared({measured: {machine}, known, comparison}: Outcome, {update = false}: MeasureOptions, file: string): void {
	if (!known && !update) {
		process.stderr.write(`dataflow-tdd: WARNING: times were NOT compared: ${file} has no baseline for this machine class (${describeMachine(machine)}). `
			+ `${comparison ? 'Statements and rows were, with the newest baseline of another class.' : 'Nothing was.'} To make one, run on this machine: npx dataflow-tdd measure --update\n`);
	}
}

function verdict({known, comparison}: Outcome, {update = false}: MeasureOptions, file: string): string {
	if (update) {
		return `Accepted: these figures are the baseline in ${file} now.`;
	}

	if (comparison?.hasRegressed) {
		return 'Something has regressed. If that is meant to be, accept it with `dataflow-tdd measure --update`.';
	}

	return known ? 'Nothing has regressed.' : comparison ? 'No more statements or rows than in the newest baseline of another machine class; times were not compared.' : 'Nothing was compared: there is no baseline yet. `dataflow-tdd measure --update` makes one.';
}

/**
 * Runs the suite several times, and compares what it does and how long it takes with the accepted figures of the same machine class.
 * @returns false when the comparison failed, with `check`
 * @throws {ERR_HISTORY_SUITE} when the suite fails by itself
 */
export async function measure(options: MeasureOptions): Promise<boolean> {
	assertWhole(options);
	const {historyFile} = await loadProjectConfig();
	const history = await readHistory(historyFile);
	try {
		const outcome = await takeSamples(options, history);
		if (options.update) {
			await updateHistory(historyFile, before => accept(before, outcome.measured, packageVersion()));
		}

		tellUncompared(outcome, options, historyFile);
		const {measured: {machine, samples: taken, counters, timings}, known, comparison} = outcome;
		const text = `${describe(outcome.measured, outcome)}\n\n${verdict(outcome, options, historyFile)}`;
		print({
			machine, samples: taken, hasBaseline: known !== undefined, baselineAt: known?.baseline.at, unstable: counters.unstable,
			comparison, updated: options.update === true, historyFile, timings,
		}, {json: options.json ?? false, text});
		return !(options.check && comparison?.hasRegressed);
	} catch (error) {
		return giveUp(error);
	}
}

function giveUp(error: unknown): boolean {
	if (error instanceof SuiteFailure) {
		throw suiteFailed(error);
	}

	if ((error as Error).name === 'AbortError') {
		process.stderr.write('Interrupted. Nothing was recorded.\n');
		process.exitCode = interruptedCode;
		return true;
	}

	throw error;
}
