import type {Baseline, HistoryRun} from '#lib/history/history.js';
import type {MachineClass} from '#lib/monitor/records.js';

/** A machine class to keep runs of. */
export const machine: MachineClass = {platform: 'linux', arch: 'x64', cpu: 'A CPU', cores: 2, memoryGb: 8, node: '24', server: 'embedded 18', isCi: false};

const at = '2026-11-23T12:00:00.000Z';

/** An accepted run with one metric. */
export function runOf(metric: string, ms: number): HistoryRun {
	return {at, version: '0.1.0', samples: 1, metrics: {[metric]: ms}};
}

/** A baseline in which nothing is. */
export const bareBaseline: Baseline = {at, version: '0.1.0', counters: {tests: {}, texts: []}, timings: {tests: {}, measures: {}, calibrationMs: []}};
