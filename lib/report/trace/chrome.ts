import type {RunRecord} from '../../monitor/records.ts';
import type {Span, Track} from './span.ts';
import {timelineOf} from './timeline.ts';

/** The trace format counts in microseconds; nanoseconds are as far as its fractions mean anything. */
const toMicroseconds = (milliseconds: number): number => Math.round(milliseconds * 1e6) / 1000;

type TraceEvent = Readonly<Record<string, unknown>>;

/** In the order in which viewers are to show them. */
const groups = ['tests', 'servers', 'keeper'];
const waitsPid = groups.length + 1;

/**
 * Renders a run in Chrome's trace event format, which chrome://tracing, Perfetto and speedscope open.
 * @see https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 */
export function renderChromeTrace(run: RunRecord): string {
	const {tracks, loose} = timelineOf(run);
	const events = [
		...[...groups, 'waits'].flatMap((group, index) => processEvents(group, index + 1)),
		...tracks.flatMap((track, index) => trackEvents(track, index + 1)),
		...loose.flatMap((span, index) => looseEvents(span, index + 1)),
	];
	const otherData = {run: run.id, server: run.server, startedAt: new Date(run.startedAt).toISOString()};
	return `${JSON.stringify({displayTimeUnit: 'ms', otherData, traceEvents: events})}\n`;
}

function processEvents(name: string, pid: number): TraceEvent[] {
	return [
		{ph: 'M', name: 'process_name', pid, tid: 0, ts: 0, args: {name}},
		{ph: 'M', name: 'process_sort_index', pid, tid: 0, ts: 0, args: {sort_index: pid}},
	];
}

function trackEvents({group, name, spans}: Track, tid: number): TraceEvent[] {
	const pid = groups.indexOf(group) + 1;
	return [
		{ph: 'M', name: 'thread_name', pid, tid, ts: 0, args: {name}},
		{ph: 'M', name: 'thread_sort_index', pid, tid, ts: 0, args: {sort_index: tid}},
		...spans.flatMap(span => spanEvents(span, pid, tid)),
	];
}

function spanEvents({name, category, startMs, endMs, facts = {}, children = []}: Span, pid: number, tid: number): TraceEvent[] {
	const ts = toMicroseconds(startMs);
	// Ends are rounded, not lengths: rounded lengths could reach out of the span that holds them.
	const dur = Math.round((toMicroseconds(endMs) - ts) * 1000) / 1000;
	return [{ph: 'X', name, cat: category, pid, tid, ts, dur, args: facts}, ...children.flatMap(child => spanEvents(child, pid, tid))];
}

function looseEvents({name, category, startMs, endMs, facts = {}}: Span, id: number): TraceEvent[] {
	const common = {name, cat: category, pid: waitsPid, tid: 0, id};
	return [{...common, ph: 'b', ts: toMicroseconds(startMs), args: facts}, {...common, ph: 'e', ts: toMicroseconds(endMs), args: {}}];
}
