import type {MachineClass} from '../monitor/records.ts';

/** Changes when a field changes its meaning or goes away. */
export const historyFormat = 1;

/** How many runs are kept of each machine class. */
export const keptRuns = 10;

/** One figure for each metric, in ms: the flat form, which is also the reference's. */
export type FlatMetrics = Readonly<Record<string, number>>;

/** What one test did, run by run: the arrays have one element for each sample, in the same order for all tests. */
export interface TestSeries {
	readonly fixture: string;
	/** Its body and the user's teardowns, in ms. */
	readonly bodyMs: readonly number[];
	/** The harness's part: opening its context, and ending it, in ms. */
	readonly contextMs: readonly number[];
}

/** Times of a suite that was run several times. */
export interface Timings {
	/** By test: `tests/orders.test.ts › an order is paid`. */
	readonly tests: Readonly<Record<string, TestSeries>>;
	/** By named measure: `<test> › <name>`, in ms. */
	readonly measures: Readonly<Record<string, readonly number[]>>;
	/** A fixed piece of work, done right before and after each sample, in ms: how fast the machine was. */
	readonly calibrationMs: readonly number[];
}

/** What a test did that is the same each time; what was not is left out. */
export interface TestCounters {
	readonly statements?: number;
	readonly rows?: number;
	/** Blocks of PostgreSQL that its statements touched, when each of them was explained. */
	readonly buffers?: number;
	/** How often it sent which statement: indexes into {@link Counters.texts}. */
	readonly sent?: ReadonlyArray<readonly [text: number, count: number]>;
}

/** What a suite did that is the same each time. */
export interface Counters {
	/** In the order in which the tests ran. */
	readonly tests: Readonly<Record<string, TestCounters>>;
	readonly texts: readonly string[];
}

/** What is compared with: the newest accepted run, in full. */
export interface Baseline {
	/** ISO 8601. */
	readonly at: string;
	/** Of dataflow-tdd, whose own part of a test may change between versions. */
	readonly version: string;
	readonly counters: Counters;
	readonly timings: Timings;
}

/** An accepted run, in one figure a metric. */
export interface HistoryRun {
	readonly at: string;
	readonly version: string;
	/** How many times the suite was run. */
	readonly samples: number;
	/** Medians. */
	readonly metrics: FlatMetrics;
}

/** What is known of one machine class. */
export interface MachineHistory {
	readonly machine: MachineClass;
	/** The oldest first; the last one is the baseline's. */
	readonly runs: readonly HistoryRun[];
	readonly baseline: Baseline;
}

/** The content of the history file. */
export interface History {
	readonly format: typeof historyFormat;
	readonly machines: readonly MachineHistory[];
	/** Runs of a file in the reference's plain format, of which no machine is known. The oldest first. */
	readonly plain?: readonly FlatMetrics[];
}

/** A history in which nothing is yet. */
export const emptyHistory: History = {format: historyFormat, machines: []};

/** Adds an accepted run: it becomes the baseline of its machine class, and the oldest runs go. */
export function withRun(history: History, machine: MachineClass, {run, baseline}: {run: HistoryRun; baseline: Baseline}): History {
	const known = findMachine(history, machine);
	const entry: MachineHistory = {machine, runs: [...known?.runs ?? [], run].slice(-keptRuns), baseline};
	return {...history, machines: [...history.machines.filter(other => other !== known), entry]};
}

/** What is known of a machine class; nothing when it has no baseline yet. */
export function findMachine({machines}: History, machine: MachineClass): MachineHistory | undefined {
	return machines.find(entry => isSameClass(entry.machine, machine));
}

/** The machine class whose baseline is the newest one. */
export function newestMachine({machines}: History): MachineHistory | undefined {
	return machines.toSorted((one, other) => one.baseline.at < other.baseline.at ? 1 : -1)[0];
}

const fields: ReadonlyArray<keyof MachineClass> = ['platform', 'arch', 'cpu', 'cores', 'memoryGb', 'node', 'server', 'isCi'];

/** True where times can be compared. */
export function isSameClass(one: MachineClass, other: MachineClass): boolean {
	return fields.every(field => one[field] === other[field]);
}

/** A machine class in one line: `linux x64, AMD EPYC, 2 cores, 24 GiB, Node 24, embedded 18, not in CI`. */
export function describeMachine({platform, arch, cpu, cores, memoryGb, node, server, isCi}: MachineClass): string {
	return `${platform} ${arch}, ${cpu}, ${cores} cores, ${memoryGb} GiB, Node ${node}, ${server}, ${isCi ? 'in CI' : 'not in CI'}`;
}
