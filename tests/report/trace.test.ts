import test from 'ava';
import {renderChromeTrace} from '#lib/report/trace/chrome.js';
import {renderSpeedscope} from '#lib/report/trace/speedscope.js';
import {sampleFile, sampleRun, sampleStart, sampleTest} from './sample-run.ts';

const at = (ms: number): number => sampleStart + ms;
const phases = {leaseMs: 0, queueMs: 0, setupMs: 1, bodyMs: 8.3, databaseMs: 4, teardownMs: 0, endMs: 0.7};
const run = sampleRun([
	sampleFile('a.test.ts', [
		sampleTest({title: 'first', startedAt: at(30), phases, statements: [{statement: 0, count: 2, totalMs: 6, maxMs: 4, rows: 1, errors: 0}, {statement: 1, count: 1, totalMs: 2, maxMs: 2, rows: 1, errors: 0}], measures: [
			{name: 'outer', startMs: 1, durationMs: 5, statements: 2}, {name: 'inner', startMs: 2, durationMs: 2, statements: 1, parent: 'outer'},
			{name: 'beside', startMs: 4, durationMs: 4, statements: 0},
		]}),
		sampleTest({title: 'second', startedAt: at(30), phases: {...phases, queueMs: 10}}),
	], {startedAt: at(5), leaseWaitMs: 20, endedAt: at(60), slot: 0, statements: [{text: 'select *\nfrom users'}, {text: 'select 1'}]}),
	sampleFile('b.test.ts', [
		sampleTest({title: 'one lane', startedAt: at(40), phases}),
		sampleTest({title: 'other lane', startedAt: at(42), phases}),
	], {startedAt: at(10), leaseWaitMs: 20, endedAt: at(70), slot: 1}),
	sampleFile('c.test.ts', [sampleTest({title: 'third', startedAt: at(70), phases})], {startedAt: at(60), leaseWaitMs: 0, endedAt: at(90), slot: 0}),
], {
	timeline: [
		{kind: 'template', startedAt: at(-20), endedAt: at(0), name: 'shop'},
		{kind: 'server', startedAt: at(1), endedAt: at(20), slot: 0},
		{kind: 'lease', startedAt: at(25), endedAt: at(60), slot: 0, name: 'a.test.ts'},
		{kind: 'lease', startedAt: at(60), slot: 0, name: 'c.test.ts'},
		{kind: 'clone', startedAt: at(26), endedAt: at(30)}, {kind: 'clone', startedAt: at(27), endedAt: at(31)},
	],
});

interface TraceEvent {
	readonly ph: string;
	readonly name: string;
	readonly pid: number;
	readonly tid: number;
	readonly ts: number;
	readonly dur?: number;
	readonly id?: number;
	readonly args: Readonly<Record<string, unknown>>;
}

const events = (JSON.parse(renderChromeTrace(run)) as {traceEvents: TraceEvent[]}).traceEvents;
const slices = events.filter(({ph}) => ph === 'X');
const named = (kind: string, pid: number, tid = 0): unknown => events.find(event => event.name === kind && event.pid === pid && (tid === 0 || event.tid === tid))?.args.name;
const trackOf = ({pid, tid}: TraceEvent): string => `${String(named('process_name', pid))}: ${String(named('thread_name', pid, tid))}`;
const slice = (name: string): TraceEvent => slices.find(event => event.name === name)!;

/** The names of what a slice lies in, from the outside in. */
function path(inner: TraceEvent): string[] {
	const around = slices.filter(({pid, tid, ts, dur}) => pid === inner.pid && tid === inner.tid && ts <= inner.ts && ts + dur! >= inner.ts + inner.dur!);
	return around.toSorted((one, other) => other.dur! - one.dur!).map(({name}) => name);
}

test('in a trace, tests lie in the file that holds a server, and phases and measures in tests', t => {
	t.deepEqual(path(slice('inner')), ['a.test.ts', 'first', 'body', 'outer', 'inner']);
	t.deepEqual(path(slice('third')), ['c.test.ts', 'third']);
	t.is(trackOf(slice('second')), 'tests: server 0');
	t.is(trackOf(slice('third')), 'tests: server 0', 'a file that comes later is on the same track');
	t.is(trackOf(slice('one lane')), 'tests: server 1');
	t.is(trackOf(slice('other lane')), 'tests: server 1 (2)', 'what ran at the same time is beside it');
	t.is(slice('first').ts, 30_000);
	t.is(slice('second').ts, 40_000, 'a test begins when it has its place');
	t.is(slice('first').dur, 10_000);
	t.deepEqual(slice('body').args, {databaseMs: 4, databaseShare: 4 / 8.3, statements: 2});
});

test('in a trace, servers and the keeper have tracks of their own', t => {
	t.is(trackOf(slice('server')), 'servers: server 0');
	t.is(trackOf(slice('lease c.test.ts')), 'servers: server 0');
	t.is(slice('lease c.test.ts').dur, 3_360_000, 'what still lasts ends with the run');
	t.is(trackOf(slice('template shop')), 'keeper: templates');
	t.deepEqual(slices.filter(({name}) => name === 'clone').map(event => trackOf(event)), ['keeper: clones', 'keeper: clones (2)']);
});

test('in a trace, waits and parallel measures are asynchronous: each begins and ends once', t => {
	const of = (ph: string) => events.filter(event => event.ph === ph).map(({id, name, ts}) => [id, name, ts] as const);
	t.deepEqual(of('b'), [[1, 'lease for a.test.ts', 5000], [2, 'lease for b.test.ts', 10_000], [3, 'place for second', 30_000], [4, 'beside', 35_000]]);
	t.deepEqual(of('e'), [[1, 'lease for a.test.ts', 25_000], [2, 'lease for b.test.ts', 30_000], [3, 'place for second', 40_000], [4, 'beside', 39_000]]);
});

const startsFirst = (one: TraceEvent, other: TraceEvent): boolean => one.ts < other.ts || (one.ts === other.ts && one.dur! >= other.dur!);

test('slices of a track lie beside or inside one another', t => {
	for (const [one, other] of slices.flatMap(one => slices.map(other => [one, other] as const))) {
		if (one !== other && one.pid === other.pid && one.tid === other.tid && startsFirst(one, other) && other.ts < one.ts + one.dur!) {
			t.true(other.ts + other.dur! <= one.ts + one.dur! + 0.0015, `${one.name} and ${other.name}`);
		}
	}
});

interface Speedscope {
	readonly shared: {readonly frames: ReadonlyArray<{readonly name: string}>};
	readonly profiles: ReadonlyArray<{
		readonly type: string; readonly name: string; readonly unit: string; readonly startValue: number; readonly endValue: number;
		readonly events: ReadonlyArray<{readonly type: 'O' | 'C'; readonly frame: number; readonly at: number}>;
		readonly samples: ReadonlyArray<readonly number[]>; readonly weights: readonly number[];
	}>;
}

const {shared, profiles} = JSON.parse(renderSpeedscope(run)) as Speedscope;
const [spent, ...timelines] = profiles;

test('in speedscope, each track is a profile whose frames open and close in order', t => {
	t.deepEqual(timelines.map(({name}) => name), ['tests: server 0', 'tests: server 1', 'tests: server 1 (2)', 'servers: server 0', 'keeper: templates', 'keeper: clones', 'keeper: clones (2)']);
	for (const {type, unit, events, startValue, endValue} of timelines) {
		t.is(`${type} ${unit}`, 'evented milliseconds');
		const open: number[] = [];
		let last = startValue;
		for (const {type, frame, at} of events) {
			t.true(at >= last && at <= endValue);
			last = at;
			if (type === 'O') {
				open.push(frame);
			} else {
				t.is(open.pop(), frame);
			}
		}

		t.deepEqual(open, []);
	}
});

test('in speedscope, the time of tests is split by file, test, phase and statement', t => {
	const samples = spent!.samples.map((stack, index) => [stack.map(frame => shared.frames[frame]!.name).join(' > '), Math.round(spent!.weights[index]! * 10) / 10]);
	t.deepEqual(samples.slice(0, 5), [
		['a.test.ts > first > set-up', 1],
		['a.test.ts > first > body', 4.3],
		['a.test.ts > first > body > database > select * from users', 3],
		['a.test.ts > first > body > database > select 1', 1],
		['a.test.ts > first > end', 0.7],
	]);
	t.deepEqual(samples.slice(6, 8), [['a.test.ts > second > body', 4.3], ['a.test.ts > second > body > database', 4]]);
	t.is(Math.round(spent!.endValue * 10) / 10, 50, 'all of it');
});

test('a run without tests is a trace, too', t => {
	t.deepEqual(JSON.parse(renderChromeTrace(sampleRun([]))).traceEvents.filter(({ph}: TraceEvent) => ph !== 'M'), []);
	t.is(JSON.parse(renderSpeedscope(sampleRun([]))).profiles.length, 1);
});
