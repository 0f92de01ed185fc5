import type {CapturedPlan} from '../../../monitor/records.ts';
import {h} from './dom.ts';
import {formatCount, formatMs, plainMs} from './format.ts';
import {planFooter, planLines, type PlanLine} from './plan-tree.ts';

/** How many times too low an estimate has to be to be worth a word. Too high ones are often a LIMIT that stopped a step early. */
const farOff = 10;

/** A plan as an indented tree with times, rows and buffers. */
export function planView({plan, tookMs, isAnalyzed, buffers}: CapturedPlan): HTMLElement {
	const lines = planLines(plan);
	const longest = Math.max(0, ...lines.map(({selfMs}) => selfMs ?? 0));
	const facts = [`took ${formatMs(tookMs)} in the test`, isAnalyzed ? 'run once more to be explained' : 'estimates only: it could not be run once more',
		...buffers === undefined ? [] : [`${formatCount(buffers)} blocks touched`], ...planFooter(plan)];
	if (lines.length === 0) {
		return h('div', {class: 'plan'}, h('pre', {}, JSON.stringify(plan, undefined, 2) ?? ''));
	}

	return h('div', {class: 'plan'},
		h('p', {class: 'muted'}, facts.join(' · ')),
		h('div', {class: 'scroll', role: 'group', 'aria-label': 'Plan', tabindex: 0}, h('table', {},
			h('caption', {class: 'hidden'}, 'Plan, each step below the one that it feeds'),
			h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, 'Step'), ...(isAnalyzed ? ['Own ms', 'Total ms', 'Rows', 'Expected', 'Loops', 'Blocks'] : ['Expected rows', 'Cost']).map(title => h('th', {scope: 'col', class: 'number'}, title)))),
			h('tbody', {}, ...lines.map(line => row(line, isAnalyzed, longest))))));
}

function row(line: PlanLine, isAnalyzed: boolean, longest: number): HTMLElement {
	const step = h('th', {scope: 'row', class: 'step'}, h('span', {class: 'hidden'}, `level ${line.depth + 1}: `), line.title, ...line.notes.map(note => h('span', {class: 'note'}, note)));
	step.style.setProperty('--depth', String(line.depth));
	const figures = isAnalyzed ? [
		own(line, longest), figure(line.totalMs, plainMs), figure(line.rows, formatCount), estimate(line), figure(line.loops, formatCount),
		h('td', {class: 'number'}, line.buffers ? formatCount(line.buffers.hit + line.buffers.read) : '', line.buffers?.read ? h('span', {class: 'note'}, `${formatCount(line.buffers.read)} read`) : ''),
	] : [figure(line.estimatedRows, formatCount), figure(line.cost, plainMs)];
	return h('tr', {}, step, ...figures);
}

function own({selfMs}: PlanLine, longest: number): HTMLElement {
	const isLongest = selfMs !== undefined && selfMs > 0 && selfMs === longest;
	return h('td', {class: `number ${isLongest ? 'strong' : ''}`}, selfMs === undefined ? '' : plainMs(selfMs));
}

function estimate({rows = 0, estimatedRows}: PlanLine): HTMLElement {
	if (estimatedRows === undefined) {
		return h('td');
	}

	const ratio = rows / Math.max(estimatedRows, 1);
	return h('td', {class: 'number'}, formatCount(estimatedRows), ratio >= farOff && h('span', {class: 'note warn'}, `${formatCount(ratio)} times too low`));
}

function figure(value: number | undefined, format: (value: number) => string): HTMLElement {
	return h('td', {class: 'number'}, value === undefined ? '' : format(value));
}
