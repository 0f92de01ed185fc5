import type {PageData, PageTest} from '../data.ts';
import type {Detail} from './detail.ts';
import {h} from './dom.ts';
import {formatBytes, formatCount, formatMs, plainMs} from './format.ts';
import {durationParts, partsBar, partsLegend} from './phases.ts';
import {planView} from './plan.ts';
import {statementBlock, statementLink} from './statement-text.ts';
import {DataTable} from './table.ts';
import {outcomeTitles} from './tests-section.ts';

/** All that is known of one test. */
export function testDetail(data: PageData, index: number): Detail | undefined {
	const test = data.tests[index];
	return test && {
		kind: `${data.files[test.file]?.file ?? ''} · ${test.fixture}`, title: test.title,
		content: [...verdict(test), ...time(test), ...measures(test), ...statements(data, test), ...repeats(data, test), ...plans(data, test), facts(test)],
	};
}

function verdict(test: PageTest): HTMLElement[] {
	return [
		h('p', {class: 'verdict'}, h('span', {class: `outcome ${test.outcome}`}, outcomeTitles[test.outcome]), ` in ${formatMs(test.durationMs)}, budget ${formatMs(test.budgetMs)}`),
		...test.error === undefined ? [] : [h('pre', {class: 'error'}, test.error)],
		...test.warnings.length === 0 ? [] : [h('ul', {class: 'warnings'}, ...test.warnings.map(({message}) => h('li', {}, message)))],
	];
}

function time(test: PageTest): HTMLElement[] {
	const parts = durationParts(test.phases);
	const waits = [test.phases.leaseMs > 0 && `${formatMs(test.phases.leaseMs)} for a server`, test.phases.queueMs > 0 && `${formatMs(test.phases.queueMs)} behind other tests of its file`].filter(Boolean);
	return [
		h('h3', {}, 'Time'), partsBar(parts), partsLegend(parts),
		...waits.length === 0 ? [] : [h('p', {class: 'muted'}, `Before that it waited ${waits.join(' and ')}.`)],
	];
}

function measures(test: PageTest): HTMLElement[] {
	return test.measures.length === 0 ? [] : [h('h3', {}, 'Measures'), new DataTable({
		caption: 'Measures', sortBy: 'start', rows: test.measures, columns: [
			{id: 'start', title: 'Start, ms', value: ({startMs}) => -startMs, cell: ({startMs}) => plainMs(startMs)},
			{id: 'name', title: 'Name', width: 'grow', value: ({name}) => name, cell: ({name, parent}) => h('span', {}, parent !== undefined && h('span', {class: 'muted'}, `${parent} › `), name)},
			{id: 'took', title: 'Took, ms', value: ({durationMs}) => durationMs, cell: ({durationMs}) => plainMs(durationMs)},
			{id: 'statements', title: 'Statements', value: ({statements}) => statements},
		],
	}).element];
}

function statements(data: PageData, test: PageTest): HTMLElement[] {
	return test.statements.length === 0 ? [] : [h('h3', {}, 'Statements'), new DataTable({
		caption: 'Statements of this test', sortBy: 'total', rows: test.statements, pageSize: 20, columns: [
			{id: 'text', title: 'Statement', width: 'grow', value: ({statement}) => data.statements[statement]?.text ?? '', cell: ({statement}) => statementLink(statement, data.statements[statement]?.text ?? '')},
			{id: 'count', title: 'Times', value: ({count}) => count},
			{id: 'total', title: 'Total, ms', value: ({totalMs}) => totalMs, cell: ({totalMs}) => plainMs(totalMs)},
			{id: 'max', title: 'Slowest, ms', width: 'wide', value: ({maxMs}) => maxMs, cell: ({maxMs}) => plainMs(maxMs)},
			{id: 'rows', title: 'Rows', width: 'wide', value: ({rows}) => rows},
			...test.statements.some(({errors}) => errors > 0) ? [{id: 'errors', title: 'Failed', value: ({errors}: {errors: number}) => errors}] : [],
		],
	}).element];
}

function repeats(data: PageData, test: PageTest): HTMLElement[] {
	return test.repeated.length === 0 ? [] : [h('h3', {}, 'Sent again and again from one place'), ...test.repeated.flatMap(({statement, count, isAtLeast, stack}) => [
		h('p', {}, h('strong', {}, `${isAtLeast ? 'at least ' : ''}${formatCount(count)} times`)), statementBlock(data.statements[statement]?.text ?? ''), h('pre', {class: 'stack'}, stack),
	])];
}

function plans(data: PageData, test: PageTest): HTMLElement[] {
	return test.plans.length === 0 ? [] : [h('h3', {}, 'Plans of slow statements'), ...test.plans.flatMap(plan => [
		statementBlock(data.statements[plan.statement]?.text ?? ''), planView(plan),
	])];
}

function facts(test: PageTest): HTMLElement {
	const {heapBefore, heapPeak, heapAfter, externalAfter} = test.memory;
	const rows: ReadonlyArray<readonly [string, string]> = [
		['Heap', `${formatBytes(heapBefore)} before, ${formatBytes(heapPeak)} at its peak, ${formatBytes(heapAfter)} after`],
		['Off the heap', formatBytes(externalAfter)],
		['On the wire', `${formatBytes(test.bytesSent)} sent, ${formatBytes(test.bytesReceived)} received`],
		['Context', `${test.mode}, ${test.isolationLevel}${test.role === undefined ? '' : `, as ${test.role}`}`],
		...test.seeds.length === 0 ? [] : [['Seeds', test.seeds.join(', ')] as const],
		...test.maxQueries === undefined ? [] : [['Statements allowed', formatCount(test.maxQueries)] as const],
		...test.retries === 0 ? [] : [['Retries', formatCount(test.retries)] as const],
	];
	return h('div', {}, h('h3', {}, 'Memory and context'), h('dl', {class: 'facts'}, ...rows.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value)))));
}
