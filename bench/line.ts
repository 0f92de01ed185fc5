import type {Availability} from './availability.ts';
import type {BenchServer} from './options.ts';
import type {Workspace} from './workspace.ts';

/** A number with its unit; `x` is a ratio. */
export interface Quantity {
	readonly value: number;
	readonly unit: 'ms' | 'MB' | 'x';
}

/** The bound that a figure, or its ratio to the peer, must not exceed. */
export interface Target {
	readonly limit: number;
	readonly of: 'figure' | 'ratio';
}

/** A point of a growth curve: how long runs of one size took, in ms. */
export interface Point {
	readonly series: string;
	readonly x: number;
	readonly samplesMs: readonly number[];
}

/** One row of the report. */
export interface Measurement {
	readonly what: string;
	readonly server?: BenchServer;
	readonly figure?: Quantity;
	/** The floor or peer, measured in turn with the figure. */
	readonly peer?: Quantity & {readonly name: string};
	/** Of the figure to the peer: the median of the ratios of pairs. */
	readonly ratio?: number;
	readonly target?: Target;
	/** Why there is no figure, or no verdict. */
	readonly note?: string;
	/** Further figures, for the JSON. */
	readonly details?: Readonly<Record<string, number | readonly number[]>>;
	/** What a curve is drawn through, for the JSON. */
	readonly points?: readonly Point[];
}

/** What a line has to work with. */
export interface Bench {
	readonly workspace: Workspace;
	readonly available: Availability;
	/** The kinds of server to measure, all of them at hand. */
	readonly servers: readonly BenchServer[];
	readonly runs: number;
	/** Sizes are to be tiny: whether it works is all that is asked. */
	readonly isSmoke: boolean;
	/** Says what is being done; it is not part of the report. */
	readonly say: (text: string) => void;
}

/** A line of the budget, or a group of lines that are measured together. */
export interface Line {
	readonly name: string;
	readonly about: string;
	/** Takes many minutes, and runs only when it is named. */
	readonly isLong?: boolean;
	readonly run: (bench: Bench) => Promise<readonly Measurement[]>;
}

/** Measures the same on every kind of server there is. */
export async function onEach(bench: Bench, measure: (server: BenchServer) => Promise<readonly Measurement[]>): Promise<readonly Measurement[]> {
	const all: Measurement[] = [];
	for (const server of bench.servers) {
		bench.say(`on ${server} servers`);
		all.push(...(await measure(server)).map(measurement => ({server, ...measurement})));
	}

	return all;
}

export const ms = (value: number): Quantity => ({value, unit: 'ms'});
export const megabytes = (bytes: number): Quantity => ({value: bytes / 1024 / 1024, unit: 'MB'});
