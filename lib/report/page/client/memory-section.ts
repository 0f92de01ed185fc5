import type {ChartConfiguration} from 'chart.js';
import type {PageData, PageTest} from '../data.ts';
import type {Charts} from './chart.ts';
import {h, section} from './dom.ts';
import {formatBytes, formatMs, plainMebibytes} from './format.ts';
import {beginOf} from './phases.ts';
import {pathText, testLink} from './statement-text.ts';
import {DataTable} from './table.ts';
import {colour} from './theme.ts';

const mebibyte = 1024 * 1024;
/** How many points the chart has at most: of neighbours, the highest is kept. */
const maxPoints = 400;

/** The memory of workers: over the run, by test, by file. */
export function memorySection(data: PageData, charts: Charts): HTMLElement {
	const highest = data.tests.reduce((max, {memory}) => Math.max(max, memory.heapPeak), 0);
	const resident = data.files.reduce((max, {peakRssBytes}) => Math.max(max, peakRssBytes), 0);
	const words = `Heap of workers over the run, at each test its highest: at most ${formatBytes(highest)}`;
	return section('memory', 'Memory',
		h('p', {class: 'muted'}, `A worker had at most ${formatBytes(highest)} on its heap, and at most ${formatBytes(resident)} resident.`),
		h('h3', {}, 'Heap over the run'), charts.add(words, () => chartOf(data.tests)).element,
		h('h3', {}, 'By test'), testTable(data.tests), h('h3', {}, 'By file'), fileTable(data));
}

function chartOf(tests: readonly PageTest[]): ChartConfiguration {
	const inOrder = tests.toSorted((one, other) => beginOf(one) - beginOf(other));
	const step = Math.max(1, Math.ceil(tests.length / maxPoints));
	const points = Array.from({length: Math.ceil(tests.length / step)}, (_, index) => highestOf(inOrder.slice(index * step, (index + 1) * step)));
	return {
		type: 'line',
		data: {datasets: [{data: points, showLine: false, pointRadius: 2.5, pointBackgroundColor: colour('accent'), pointBorderWidth: 0}]},
		options: {
			parsing: false, interaction: {mode: 'nearest', axis: 'x', intersect: false},
			scales: {
				x: {type: 'linear', grid: {display: false}, border: {display: false}, min: 0, ticks: {callback: value => formatMs(Number(value)), maxTicksLimit: 8}},
				y: {beginAtZero: true, border: {display: false}, ticks: {maxTicksLimit: 5, callback: value => `${value} MiB`}},
			},
			plugins: {tooltip: {callbacks: {title: () => '', label: ({raw}) => `${(raw as {y: number}).y.toFixed(1)} MiB after ${formatMs((raw as {x: number}).x)}`}}},
		},
	};
}

function highestOf(tests: readonly PageTest[]): {readonly x: number; readonly y: number} {
	const highest = tests.reduce((max, test) => test.memory.heapPeak > max.memory.heapPeak ? test : max);
	return {x: beginOf(highest), y: highest.memory.heapPeak / mebibyte};
}

function testTable(tests: readonly PageTest[]): HTMLElement {
	const grown = ({memory}: PageTest): number => memory.heapAfter - memory.heapBefore;
	const rise = ({memory}: PageTest): number => memory.heapPeak - memory.heapBefore;
	return new DataTable({
		caption: 'Memory by test', rows: tests, sortBy: 'rise', pageSize: 8, columns: [
			{id: 'title', title: 'Test', width: 'grow', value: ({title}) => title, cell: test => testLink(test)},
			{id: 'rise', title: 'Peak, +MiB', value: rise, cell: test => plainMebibytes(rise(test))},
			{id: 'kept', title: 'Kept, +MiB', width: 'wide', value: grown, cell: test => plainMebibytes(grown(test))},
			{id: 'heap', title: 'Heap, MiB', width: 'wide', value: ({memory}) => memory.heapPeak, cell: ({memory}) => plainMebibytes(memory.heapPeak)},
			{id: 'external', title: 'Off the heap, MiB', width: 'wide', value: ({memory}) => memory.externalAfter, cell: ({memory}) => plainMebibytes(memory.externalAfter)},
		],
	}).element;
}

function fileTable({files, tests}: PageData): HTMLElement {
	const counts = Map.groupBy(tests, ({file}) => file);
	const rows = files.map((file, index) => ({...file, tests: counts.get(index) ?? []}));
	return new DataTable({
		caption: 'Memory by file', rows, sortBy: 'rss', pageSize: 8, columns: [
			{id: 'file', title: 'File', width: 'grow', value: ({file}) => file, cell: ({file}) => pathText(file)},
			{id: 'tests', title: 'Tests', value: ({tests}) => tests.length},
			{id: 'heap', title: 'Heap, MiB', width: 'wide', value: ({tests}) => tests.reduce((max, {memory}) => Math.max(max, memory.heapPeak), 0), cell: ({tests}) => plainMebibytes(tests.reduce((max, {memory}) => Math.max(max, memory.heapPeak), 0))},
			{id: 'rss', title: 'Resident, MiB', value: ({peakRssBytes}) => peakRssBytes, cell: ({peakRssBytes}) => plainMebibytes(peakRssBytes)},
		],
	}).element;
}
