import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type {Availability} from './availability.ts';
import type {Measurement, Quantity} from './line.ts';

/** Whether a target is met; nothing where there is none, or no figure. */
export function verdict({figure, ratio, target}: Measurement): 'met' | 'missed' | undefined {
	const value = target?.of === 'ratio' ? ratio : figure?.value;
	return target && value !== undefined ? (value <= target.limit ? 'met' : 'missed') : undefined;
}

function show({value, unit}: Quantity): string {
	const digits = value < 1 ? 3 : value < 10 ? 2 : value < 100 ? 1 : 0;
	return `${value.toFixed(digits)} ${unit}`;
}

function showTarget({figure, target}: Measurement): string {
	return target ? `<= ${target.limit}${target.of === 'ratio' ? 'x' : ` ${figure?.unit ?? ''}`}` : '';
}

function toRow(measurement: Measurement): string[] {
	const {what, server = '', figure, peer, ratio} = measurement;
	return [
		what, server, figure ? show(figure) : '-', peer ? `${show(peer)} ${peer.name}` : '',
		ratio === undefined ? '' : `${ratio.toFixed(2)}x`, showTarget(measurement), verdict(measurement) ?? '',
	];
}

const headings = ['line', 'server', 'figure', 'floor or peer', 'ratio', 'target', 'verdict'];

/** The results as a table, with notes below it. */
export function toTable(measurements: readonly Measurement[]): string {
	const rows = [headings, ...measurements.map(measurement => toRow(measurement))];
	const widths = headings.map((_, column) => Math.max(...rows.map(row => row[column]!.length)));
	const lines = rows.map(row => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ').trimEnd());
	lines.splice(1, 0, widths.map(width => '-'.repeat(width)).join('  '));
	const notes = measurements.filter(({note}) => note !== undefined).map(({what, server, note}) => `- ${what}${server ? ` (${server})` : ''}: ${note}`);
	return [...lines, ...(notes.length > 0 ? ['', ...notes] : []), ''].join('\n');
}

/** How many processes wanted a processor in the last minute, for each processor. */
export function loadPerProcessor(): number {
	return os.loadavg()[0]! / os.availableParallelism();
}

/** What the figures were taken on. */
function machine(): Readonly<Record<string, string | number>> {
	return {
		node: process.version, platform: `${process.platform}-${process.arch}`, cpu: os.cpus()[0]?.model ?? '', processors: os.availableParallelism(),
		memoryGiB: Math.round(os.totalmem() / 1024 ** 3),
	};
}

/** What one line said, and under which circumstances. */
export interface LineResult {
	readonly line: string;
	readonly takenAt: string;
	readonly machine: ReturnType<typeof machine>;
	/** Kinds of server that were not measured, and why. */
	readonly missing: Availability['missing'];
	readonly loadBefore: number;
	readonly runs: number;
	readonly measurements: ReadonlyArray<Measurement & {readonly verdict: ReturnType<typeof verdict>}>;
}

/** Puts what a line said, with verdicts, into a JSON file, in place of what it said there before: a bench that was interrupted goes on with the next line. */
export function keepResult(file: string, {measurements, ...rest}: Omit<LineResult, 'takenAt' | 'machine' | 'measurements'> & {readonly measurements: readonly Measurement[]}): void {
	const result: LineResult = {...rest, takenAt: new Date().toISOString(), machine: machine(), measurements: measurements.map(measurement => ({...measurement, verdict: verdict(measurement)}))};
	const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as {lines: LineResult[]}).lines : [];
	const lines = before.some(({line}) => line === rest.line) ? before.map(old => old.line === rest.line ? result : old) : [...before, result];
	mkdirSync(path.dirname(path.resolve(file)), {recursive: true});
	writeFileSync(file, `${JSON.stringify({lines}, round, '\t')}\n`);
}

/** Six digits after the point are more than any clock here can tell. */
function round(_key: string, value: unknown): unknown {
	return typeof value === 'number' ? Math.round(value * 1e6) / 1e6 : value;
}
