import type {TestPhases} from '../../../monitor/records.ts';
import type {PageTest} from '../data.ts';
import {h} from './dom.ts';
import {formatMs, formatShare} from './format.ts';

/** A part of a test's time, or of many tests'. */
export interface Part {
	/** The style sheet has its colour as `--phase-<id>`. */
	readonly id: 'lease' | 'setup' | 'database' | 'body' | 'teardown' | 'end';
	readonly title: string;
	readonly milliseconds: number;
}

/** When a test began to do something, in ms from the start of the run. */
export function beginOf({startedAt, phases}: Pick<PageTest, 'startedAt' | 'phases'>): number {
	return startedAt + phases.leaseMs + phases.queueMs;
}

/** The parts that a test's duration consists of; they follow one another, but for statements, which lie in the body. */
export function durationParts(phases: TestPhases): readonly Part[] {
	return [
		{id: 'setup', title: 'Set-up', milliseconds: phases.setupMs},
		{id: 'database', title: 'Body, database', milliseconds: Math.min(phases.databaseMs, phases.bodyMs)},
		{id: 'body', title: 'Body, other', milliseconds: Math.max(0, phases.bodyMs - phases.databaseMs)},
		{id: 'teardown', title: 'Teardowns', milliseconds: phases.teardownMs},
		{id: 'end', title: 'End', milliseconds: phases.endMs},
	];
}

/** The parts of many tests, added up. */
export function sumParts(all: ReadonlyArray<readonly Part[]>): readonly Part[] {
	const [first = durationParts({leaseMs: 0, queueMs: 0, setupMs: 0, bodyMs: 0, databaseMs: 0, teardownMs: 0, endMs: 0}), ...others] = all;
	const sums = first.map(({milliseconds}) => milliseconds);
	for (const parts of others) {
		for (const [index, {milliseconds}] of parts.entries()) {
			sums[index]! += milliseconds;
		}
	}

	return first.map((part, index) => ({...part, milliseconds: sums[index]!}));
}

/** A bar of parts, as wide as its share of the longest. Its figures stand beside it, or in its name. */
export function partsBar(parts: readonly Part[], longest = total(parts)): HTMLElement {
	const bar = h('div', {class: 'bar', role: 'img', 'aria-label': parts.filter(({milliseconds}) => milliseconds > 0).map(part => `${part.title} ${formatMs(part.milliseconds)}`).join(', ')});
	bar.style.width = `${longest === 0 ? 0 : (total(parts) / longest) * 100}%`;
	for (const {id, milliseconds, title} of parts) {
		if (milliseconds > 0) {
			const piece = h('span', {class: `piece ${id}`, title: `${title}: ${formatMs(milliseconds)}`});
			piece.style.flexGrow = String(milliseconds);
			bar.append(piece);
		}
	}

	return h('div', {class: 'bar-track'}, bar);
}

/** What the colours of a bar mean, with figures. */
export function partsLegend(parts: readonly Part[]): HTMLElement {
	const all = total(parts);
	return h('dl', {class: 'legend'}, ...parts.map(({id, title, milliseconds}) => h('div', {},
		h('dt', {}, h('span', {class: `swatch ${id}`}), title),
		h('dd', {}, formatMs(milliseconds), h('span', {class: 'muted'}, ` ${formatShare(milliseconds, all)}`)))));
}

/** What the colours of a bar mean, without figures. */
export function partsKeys(parts: readonly Part[]): HTMLElement {
	return h('ul', {class: 'keys'}, ...parts.map(({id, title}) => h('li', {}, h('span', {class: `swatch ${id}`}), title)));
}

/** What parts come to. */
export function total(parts: readonly Part[]): number {
	return parts.reduce((sum, {milliseconds}) => sum + milliseconds, 0);
}
