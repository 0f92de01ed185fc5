import type {FlatMetrics, History, Timings} from './history.ts';
import {withRun} from './history.ts';
import type {Measured} from './measure.ts';
import {median} from './statistics.ts';

/** One figure for each metric, in ms: medians over the samples. */
export function flatMetrics({tests, measures}: Timings): FlatMetrics {
	const all = Object.entries(tests).map(([key, {fixture, bodyMs, contextMs}]) => ({key, fixture, bodyMs: median(bodyMs), contextMs: median(contextMs)}));
	const fixtures = [...Map.groupBy(all, ({fixture}) => fixture)].map(([fixture, members]) => [`fixture ${fixture}`, median(members.map(({bodyMs}) => bodyMs))] as const);
	return all.length === 0 ? {} : {
		suite: all.reduce((total, {bodyMs}) => total + bodyMs, 0),
		'set-up and end': median(all.map(({contextMs}) => contextMs)),
		...Object.fromEntries(fixtures),
		...Object.fromEntries(Object.entries(measures).map(([name, values]) => [name, median(values)])),
		...Object.fromEntries(all.map(({key, bodyMs}) => [key, bodyMs])),
	};
}

/** Takes measured figures as the new baseline of their machine class. */
export function accept(history: History, {machine, samples, counters: {counters}, timings}: Measured, version: string): History {
	const at = new Date().toISOString();
	return withRun(history, machine, {run: {at, version, samples, metrics: flatMetrics(timings)}, baseline: {at, version, counters, timings}});
}
