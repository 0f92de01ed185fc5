import type {PageData, PageTest} from '../data.ts';
import {h, section} from './dom.ts';
import {formatMs, plainMs, sumOf} from './format.ts';
import {durationParts, partsBar, partsLegend, sumParts, total, type Part} from './phases.ts';
import {pathText} from './statement-text.ts';
import {DataTable} from './table.ts';

/** The tests of one fixture or file. */
interface Group {
	readonly name: string;
	readonly tests: readonly PageTest[];
	readonly parts: readonly Part[];
	readonly totalMs: number;
	readonly longestQueueMs: number;
}

/** Where the time of workers and of tests went. */
export function splitSection(data: PageData): HTMLElement {
	const workers = workerParts(data);
	const queueMs = longestQueue(data.tests);
	return section('time', 'Split of time',
		h('h3', {}, 'Of all workers'), partsBar(workers), partsLegend(workers),
		h('p', {class: 'muted'}, `Idle is what a worker spent outside of its tests: loading modules, hooks, ending. Tests of a file wait for one another; the longest such wait was ${formatMs(queueMs)}, and as these waits overlap they are not added up.`),
		h('h3', {}, 'By fixture'), groupTable('fixture', groupBy(data.tests, ({fixture}) => fixture)),
		h('h3', {}, 'By file'), groupTable('file', groupBy(data.tests, ({file}) => data.files[file]?.file ?? '')),
	);
}

function workerParts({files, tests}: PageData): readonly Part[] {
	const parts = sumParts(tests.map(({phases}) => durationParts(phases)));
	const leaseMs = sumOf(files, file => file.leaseWaitMs);
	const idleMs = Math.max(0, sumOf(files, file => file.endedAt - file.startedAt) - leaseMs - total(parts));
	return [{id: 'lease', title: 'Waiting for a server', milliseconds: leaseMs}, ...parts, {id: 'idle', title: 'Idle', milliseconds: idleMs}];
}

function longestQueue(tests: readonly PageTest[]): number {
	return tests.reduce((longest, {phases}) => Math.max(longest, phases.queueMs), 0);
}

function groupBy(tests: readonly PageTest[], name: (test: PageTest) => string): Group[] {
	return [...Map.groupBy(tests, name)].map(([name, tests]) => {
		const parts = sumParts(tests.map(({phases}) => durationParts(phases)));
		return {name, tests, parts, totalMs: total(parts), longestQueueMs: longestQueue(tests)};
	});
}

function groupTable(thing: string, groups: readonly Group[]): HTMLElement {
	const longest = Math.max(0, ...groups.map(({totalMs}) => totalMs));
	return new DataTable({
		caption: `Time by ${thing}`, rows: groups, sortBy: 'total', pageSize: 12, columns: [
			{id: 'name', title: thing === 'file' ? 'File' : 'Fixture', value: ({name}) => name, cell: ({name}) => pathText(name)},
			{id: 'tests', title: 'Tests', width: 'wide', value: ({tests}) => tests.length},
			{id: 'total', title: 'Total, ms', value: ({totalMs}) => totalMs, cell: ({totalMs}) => plainMs(totalMs)},
			{id: 'mean', title: 'Mean, ms', width: 'wide', value: ({totalMs, tests}) => totalMs / tests.length, cell: ({totalMs, tests}) => plainMs(totalMs / tests.length)},
			{id: 'setup', title: 'Set-up, mean ms', width: 'wide', value: group => meanOf(group, 'setup'), cell: group => plainMs(meanOf(group, 'setup'))},
			{id: 'database', title: 'Database, mean ms', width: 'wide', value: group => meanOf(group, 'database'), cell: group => plainMs(meanOf(group, 'database'))},
			{id: 'queue', title: 'Longest wait, ms', width: 'wide', value: ({longestQueueMs}) => longestQueueMs, cell: ({longestQueueMs}) => plainMs(longestQueueMs)},
			{id: 'split', title: 'Split', width: 'grow', isText: true, value: ({totalMs}) => totalMs, cell: ({parts}) => partsBar(parts, longest)},
		],
	}).element;
}

function meanOf({parts, tests}: Group, id: Part['id']): number {
	return (parts.find(part => part.id === id)?.milliseconds ?? 0) / Math.max(1, tests.length);
}
