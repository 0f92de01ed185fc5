import {historyFormat, keptRuns, emptyHistory, type FlatMetrics, type History} from './history.ts';

type Check = (value: unknown) => boolean;

const isText: Check = value => typeof value === 'string';
const isNumber: Check = value => Number.isFinite(value);
const isFlag: Check = value => typeof value === 'boolean';

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const optional = (check: Check): Check => value => value === undefined || check(value);
const listOf = (check: Check): Check => value => Array.isArray(value) && value.every(item => check(item));
const recordOf = (check: Check): Check => value => isObject(value) && Object.values(value).every(item => check(item));
const shapeOf = (fields: Readonly<Record<string, Check>>): Check => value => isObject(value) && Object.entries(fields).every(([name, check]) => check(value[name]));

const isFlat = recordOf(isNumber);
const isSeries = listOf(isNumber);

const isCounters = shapeOf({
	texts: listOf(isText),
	tests: recordOf(shapeOf({
		statements: optional(isNumber), rows: optional(isNumber), buffers: optional(isNumber),
		sent: optional(listOf(value => isSeries(value) && (value as number[]).length === 2)),
	})),
});

const areTimings = shapeOf({
	tests: recordOf(shapeOf({fixture: isText, bodyMs: isSeries, contextMs: isSeries})), measures: recordOf(isSeries), calibrationMs: isSeries,
});

/** Samples are compared one by one, so each figure has to have all of them. */
function isPaired(value: unknown): boolean {
	const {tests, measures, calibrationMs} = value as History['machines'][number]['baseline']['timings'];
	const all = [...Object.values(tests).flatMap(({bodyMs, contextMs}) => [bodyMs, contextMs]), ...Object.values(measures)];
	return all.every(({length}) => length === calibrationMs.length && length > 0);
}

const isMachine = shapeOf({
	machine: shapeOf({platform: isText, arch: isText, cpu: isText, cores: isNumber, memoryGb: isNumber, node: isText, server: isText, isCi: isFlag}),
	runs: listOf(shapeOf({at: isText, version: isText, samples: isNumber, metrics: isFlat})),
	baseline: shapeOf({at: isText, version: isText, counters: isCounters, timings: value => areTimings(value) && isPaired(value)}),
});

const isHistory = shapeOf({format: value => value === historyFormat, machines: listOf(isMachine), plain: optional(listOf(isFlat))});

/** Takes the content of a history file for what it is: ours, or the reference's plain list of `{metric: ms}`. Nothing when any part of it is neither. */
export function toHistory(value: unknown): History | undefined {
	if (Array.isArray(value)) {
		return value.every(item => isFlat(item)) ? {...emptyHistory, plain: (value as FlatMetrics[]).slice(-keptRuns)} : undefined;
	}

	return isHistory(value) ? value as History : undefined;
}
