import type {PageData, PageTest} from '../data.ts';
import {h, section} from './dom.ts';
import {counted, formatMs, plainMs, sumOf} from './format.ts';
import {beginOf, durationParts, partsBar, partsLegend, sumParts, total, type Part} from './phases.ts';
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

/** Where the time of tests went. */
export function splitSection(data: PageData): HTMLElement {
	const leaseMs = sumOf(data.files, file => file.leaseWaitMs);
	const all: readonly Part[] = [{id: 'lease', title: 'Lease', milliseconds: leaseMs}, ...sumParts(data.tests.map(({phases}) => durationParts(phases)))];
	return section('time', 'Split of time',
		h('h3', {}, 'Of all tests'), partsBar(all), partsLegend(all),
		h('p', {class: 'muted'}, `Lease is what the ${counted(data.files.length, 'file')} waited for a server. Tests of a file wait for one another, too: the longest such wait was ${formatMs(longestQueue(data.tests))}. These waits overlap, so they are not added up. While they had a server and no test of theirs ran, ${formatMs(outsideOfTests(data))} went by.`),
		h('h3', {}, 'By fixture'), groupTable('fixture', groupBy(data.tests, ({fixture}) => fixture)),
		h('h3', {}, 'By file'), groupTable('file', groupBy(data.tests, ({file}) => data.files[file]?.file ?? '')),
	);
}

/** What workers did while no test of theirs ran and they had their lease. Tests on clones run at the same time, which counts once. */
function outsideOfTests({files, tests}: PageData): number {
	const byFile = Map.groupBy(tests, ({file}) => file);
	return sumOf(files, file => {
		let [busyMs, until] = [0, -Infinity];
		for (const test of (byFile.get(files.indexOf(file)) ?? []).toSorted((one, other) => beginOf(one) - beginOf(other))) {
			const [from, to] = [Math.max(beginOf(test), until), beginOf(test) + test.durationMs];
			busyMs += Math.max(0, to - from);
			until = Math.max(until, to);
		}

		return Math.max(0, file.endedAt - file.startedAt - file.leaseWaitMs - busyMs);
	});
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
