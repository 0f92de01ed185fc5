import type {KeeperEvent} from '../../keeper/timeline.ts';
import type {FileRecord, RunRecord, TestRecord} from '../../monitor/records.ts';
import {oneLine} from '../format.ts';
import {layOut, nest, within, type Span, type Timeline, type Track} from './span.ts';

/** Takes a run apart into tracks: the tests of each server by file, test, phase and measure; servers and leases; the keeper's own work. */
export function timelineOf(run: RunRecord): Timeline {
	const files = run.files.map(record => fileSpans(record, run.startedAt));
	return {
		tracks: [...testTracks(run.files.map(({slot}, index) => ({slot, spans: files[index]!.spans}))), ...serverTracks(run), ...keeperTracks(run)],
		loose: files.flatMap(({loose}) => loose).toSorted((one, other) => one.startMs - other.startMs),
	};
}

interface FileSpans {
	/** One for each test that ran at a time. */
	readonly spans: readonly Span[];
	readonly loose: readonly Span[];
}

function fileSpans(record: FileRecord, origin: number): FileSpans {
	const tests = record.tests.map(test => testSpan(test, origin));
	const asked = record.startedAt - origin;
	const leased = asked + record.leaseWaitMs;
	const ended = record.endedAt - origin;
	const facts = {pid: record.pid, threadId: record.threadId, tests: record.tests.length, leaseWaitMs: record.leaseWaitMs, peakRssBytes: record.peakRssBytes};
	const rows = layOut(tests.map(({span}) => span));
	const spans = rows.map(row => ({
		name: record.file, category: 'file', facts, children: row,
		startMs: Math.min(leased, row[0]!.startMs), endMs: Math.max(ended, row.at(-1)!.endMs),
	}));
	const wait = {name: `lease for ${record.file}`, category: 'wait', startMs: asked, endMs: leased};
	return {spans, loose: [...(record.leaseWaitMs > 0 ? [wait] : []), ...tests.flatMap(({loose}) => loose)]};
}

/** A test from the moment in which it had its place; the wait for that place overlaps the tests before it. */
function testSpan(test: TestRecord, origin: number): {readonly span: Span; readonly loose: readonly Span[]} {
	const {leaseMs, queueMs, setupMs, bodyMs, databaseMs, teardownMs, endMs} = test.phases;
	const name = oneLine(test.title);
	const asked = test.startedAt - origin + leaseMs;
	const startMs = asked + queueMs;
	const bodyStart = startMs + setupMs;
	const bodyEnd = bodyStart + bodyMs;
	const measures = nest(test.measures.map(({name, startMs, durationMs, statements}) => within(
		{name, category: 'measure', startMs: bodyStart + startMs, endMs: bodyStart + startMs + durationMs, facts: {statements}}, bodyStart, bodyEnd,
	)));
	const phases: Span[] = [
		{name: 'set-up', category: 'phase', startMs, endMs: bodyStart},
		{name: 'body', category: 'phase', startMs: bodyStart, endMs: bodyEnd, facts: {databaseMs, databaseShare: bodyMs === 0 ? 0 : databaseMs / bodyMs, statements: test.statementCount}, children: measures.nested},
		{name: 'teardown', category: 'phase', startMs: bodyEnd, endMs: bodyEnd + teardownMs},
		{name: 'end', category: 'phase', startMs: bodyEnd + teardownMs, endMs: bodyEnd + teardownMs + endMs},
	];
	const queue = {name: `place for ${name}`, category: 'wait', startMs: asked, endMs: startMs};
	return {
		span: {name, category: 'test', startMs, endMs: phases.at(-1)!.endMs, facts: factsOf(test), children: phases.filter(phase => phase.endMs > phase.startMs)},
		loose: [...(queueMs > 0 ? [queue] : []), ...measures.loose],
	};
}

function factsOf({fixture, mode, outcome, statementCount, rowCount, budgetMs, seeds, warnings}: TestRecord): NonNullable<Span['facts']> {
	return {fixture, mode, outcome, statements: statementCount, rows: rowCount, budgetMs, seeds, warnings: warnings.map(({message}) => message)};
}

function testTracks(files: ReadonlyArray<{readonly slot: number; readonly spans: readonly Span[]}>): Track[] {
	const bySlot = [...Map.groupBy(files, ({slot}) => slot)].toSorted(([one], [other]) => one - other);
	return bySlot.flatMap(([slot, members]) => named('tests', `server ${slot}`, layOut(members.flatMap(({spans}) => spans))));
}

function named(group: string, name: string, rows: readonly Span[][]): Track[] {
	return rows.map((spans, index) => ({group, name: index === 0 ? name : `${name} (${index + 1})`, spans}));
}

/** What the keeper did for each server: its start, and who held it. */
function serverTracks({timeline, startedAt, endedAt}: RunRecord): Track[] {
	const events = timeline.filter(({kind, slot}) => (kind === 'server' || kind === 'lease') && slot !== undefined);
	const bySlot = [...Map.groupBy(events, ({slot}) => slot!)].toSorted(([one], [other]) => one - other);
	return bySlot.flatMap(([slot, members]) => named('servers', `server ${slot}`, layOut(members.map(event => eventSpan(event, startedAt, endedAt)))));
}

function keeperTracks({timeline, startedAt, endedAt}: RunRecord): Track[] {
	const kinds = ['template', 'snapshot', 'clone'] as const;
	return kinds.flatMap(kind => named('keeper', `${kind}s`, layOut(timeline.filter(event => event.kind === kind).map(event => eventSpan(event, startedAt, endedAt)))));
}

/** What still lasted when the run was over ends with it. */
function eventSpan({kind, name, ...event}: KeeperEvent, origin: number, runEnd: number): Span {
	const startMs = event.startedAt - origin;
	return {name: name === undefined ? kind : `${kind} ${name}`, category: kind, startMs, endMs: Math.max((event.endedAt ?? runEnd) - origin, startMs)};
}
