import type {CounterChange} from '../../history/compare-counters.ts';
import type {TimingComparison} from '../../history/compare-timings.ts';
import type {Comparison} from '../../history/comparison.ts';
import {describeMachine, type MachineHistory} from '../../history/history.ts';
import {flatMetrics} from '../../history/accept.ts';
import type {Measured} from '../../history/measure.ts';
import {formatTable} from '../output.ts';

const head = ['metric', 'baseline', 'now', 'ratio', 'verdict'];

/** How many lines of statements are shown for a counter. */
const shownDetails = 5;

const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ms`;
const times = (ratio: number): string => ratio.toFixed(2);

function counterRow({metric, baseline, current, verdict}: CounterChange): string[] {
	return [metric, String(baseline), String(current), baseline === 0 ? '' : times(current / baseline), verdict];
}

function timingRow({metric, baseline, current, ratio, verdict}: TimingComparison): string[] {
	return [metric, ms(baseline), ms(current), times(ratio), verdict];
}

/** Statements belong to a test: they are shown once, however many of its counters have changed. */
function detailLines(changes: readonly CounterChange[]): string[] {
	return [...Map.groupBy(changes.filter(({details}) => details.length > 0), ({test}) => test)].flatMap(([test, [first]]) => {
		const details = first?.details ?? [];
		return [
			`${test}:`, ...details.slice(0, shownDetails).map(line => `  ${line.replaceAll(/\s+/g, ' ')}`),
			...details.length > shownDetails ? [`  and ${details.length - shownDetails} more`] : [],
		];
	});
}

function count(number: number, noun: string): string {
	return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function list(what: string, names: readonly string[]): string[] {
	return names.length === 0 ? [] : [`${what}: ${names.slice(0, shownDetails).join('; ')}${names.length > shownDetails ? `; and ${names.length - shownDetails} more` : ''}.`];
}

function compared({counters, timings, added, gone}: Comparison): string[] {
	const tests = timings.filter(({kind}) => kind === 'test');
	const shown = timings.filter(({kind, verdict}) => kind !== 'test' || verdict !== 'steady');
	const steady = tests.filter(({verdict}) => verdict === 'steady').length;
	return [
		...counters.changes.length > 0 ? [formatTable([head, ...counters.changes.map(change => counterRow(change))]), ...detailLines(counters.changes), ''] : [],
		...shown.length > 0 ? [formatTable([head, ...shown.map(timing => timingRow(timing))]), ''] : [],
		`${count(counters.same, 'counter')} (${timings.length > 0 ? 'statements, rows, buffers' : 'statements, rows'})${timings.length > 0 ? ` and the times of ${count(steady, 'test')}` : ''} are as they were.`,
		...list('Buffers are not compared, because what runs before has changed', counters.disturbed),
		...list('New, and in no baseline', added),
		...list('In the baseline, and not run', gone),
	];
}

function bare({timings}: Measured): string[] {
	const figures = Object.entries(flatMetrics(timings)).filter(([metric]) => !timings.tests[metric]);
	return [formatTable([head, ...figures.map(([metric, value]) => [metric, '-', ms(value), '', 'no baseline'])])];
}

/** What `dataflow-tdd measure` prints for people. */
export function describe(measured: Measured, {known, comparison}: {known: MachineHistory | undefined; comparison: Comparison | undefined}): string {
	const {machine, samples, counters: {unstable}} = measured;
	return [
		`Measured on ${describeMachine(machine)}: ${count(samples, 'sample')}${known ? `, against the baseline of ${known.baseline.at}` : ''}.`,
		'',
		...known ? [] : [...bare(measured), ''],
		...comparison ? compared(comparison) : [],
		...list('Different from run to run, and left out', unstable),
		'Times are without waits for a processor where the machine tells them; ratios are seen against the rest of the suite and the harness\'s own part of all tests.',
	].join('\n');
}
